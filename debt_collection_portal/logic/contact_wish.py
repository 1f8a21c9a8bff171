"""What customers say about contacting them: how much may be seen, what is possible."""

#: Hours that a customer may choose from.
FIRST_HOUR, LAST_HOUR = 7, 21
#: At least so many of the hours in which offices work have to remain.
LEAST_HOURS = 2
OFFICE = (8, 18)


def leaves_enough(start, end):
    """Return whether hours leave a moment in which a message can ever be sent.

    :param start: first hour
    :param end: hour from which on no contact is wanted

    >>> leaves_enough(9, 11), leaves_enough(17, 21), leaves_enough(12, 9)
    (True, False, False)
    """
    return min(end, OFFICE[1]) - max(start, OFFICE[0]) >= LEAST_HOURS


def masked(text):
    """Return an address so that only who knows it recognises it.

    >>> masked("ana.gomez@andina.example.com"), masked("+57 300 555 0123"), masked("")
    ('a…@andina.example.com', '…123', '')
    """
    text = text or ""
    if "@" in text:
        local, _at, domain = text.partition("@")
        return f"{local[:1]}…@{domain}"
    digits = "".join(filter(str.isdigit, text))
    return f"…{digits[-3:]}" if digits else ""
