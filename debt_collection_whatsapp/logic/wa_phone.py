"""Numbers as WhatsApp writes them.

Mexican mobiles have a 1 there that is no longer dialled, Brazilian ones may lack their
ninth digit, Argentine ones have a 9. Hence variants for matching; a number is kept and
written to exactly as Meta gave it.
"""

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

#: Verdicts on a number that somebody typed.
OK, FIXED_LINE, REFUSE, INVALID, EMPTY = (
    "ok",
    "fixed_line",
    "refuse",
    "invalid",
    "empty",
)
#: Nobody reads messages there, or they cost the reader.
REFUSED = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
}


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


def normalise(typed, region=None):
    """Return (number in E.164 or None, verdict) of what somebody typed.

    Read in its country first: 34987654321 is a Brazilian number in Brazil though +34 is
    Spain. A landline may be on WhatsApp, too.

    :param region: ISO code of the customer's country, else of the company's

    >>> normalise("300 123 4567", "CO"), normalise("018000 123456", "CO")
    (('+573001234567', 'ok'), (None, 'refuse'))
    >>> normalise("300 123 4567 / 310 123 4567", "CO")
    (None, 'invalid')
    """
    typed = (typed or "").strip()
    if not typed:
        return None, EMPTY
    tries = [(typed, region)]
    if typed.startswith(("+", "00")):
        tries += [(spelling, None) for spelling in variants(typed.removeprefix("00"))]
    elif not region:
        tries.append((f"+{typed}", None))
    for text, country in tries:
        try:
            number = phonenumbers.parse(text, country or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return _verdict(number)
    return None, INVALID


def _verdict(number):
    kind = phonenumbers.number_type(number)
    if kind in REFUSED:
        return None, REFUSE
    number = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return number, FIXED_LINE if kind == PhoneNumberType.FIXED_LINE else OK
