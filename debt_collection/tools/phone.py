"""Phone numbers as the world writes them."""

import phonenumbers

from odoo.exceptions import UserError

from odoo.addons.phone_validation.tools import phone_validation


def normalise(text, country_code=None, mobile=False):
    """Return a number in E.164, such as +573001234567; None where it is none.

    :param str text: what somebody typed
    :param country_code: of a number that does not say its own
    :param mobile: leave out what is known to be a landline
    """
    try:
        number = phone_validation.phone_parse(text or "", country_code or None)
    except UserError:
        return None
    landline = phonenumbers.PhoneNumberType.FIXED_LINE
    if mobile and phonenumbers.number_type(number) == landline:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
