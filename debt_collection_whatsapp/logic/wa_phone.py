"""Numbers as WhatsApp writes them.

Mexican mobiles have a 1 there that is no longer dialled, Brazilian ones may lack their
ninth digit, Argentine ones have a 9. Hence variants for matching; a number is kept and
written to exactly as Meta gave it.
"""


def variants(wa_id):
    """Return the E.164 spellings that a WhatsApp id may stand for, likeliest first.

    For matching only.

    >>> variants("5215512345678"), variants("551187654321")
    (['+525512345678', '+5215512345678'], ['+5511987654321', '+551187654321'])
    >>> variants("573001234567"), variants("")
    (['+573001234567'], [])
    """
    digits = "".join(filter(str.isdigit, wa_id or ""))
    size = len(digits)
    if digits.startswith("521") and size == 13:
        found = ["52" + digits[3:], digits]
    elif digits.startswith("52") and size == 12:
        found = [digits, "521" + digits[2:]]
    elif digits.startswith("55") and size == 12 and digits[4] in "6789":
        found = [digits[:4] + "9" + digits[4:], digits]
    elif digits.startswith("55") and size == 13 and digits[4] == "9":
        found = [digits, digits[:4] + digits[5:]]
    elif digits.startswith("549") and size == 13:
        found = [digits, "54" + digits[3:]]
    elif digits.startswith("54") and size == 12:
        found = ["549" + digits[2:], digits]
    else:
        found = [digits] if digits else []
    return [f"+{number}" for number in found]
