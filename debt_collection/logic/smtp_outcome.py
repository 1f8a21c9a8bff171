"""What the end of a talk with a mail server says about the message."""

import smtplib

#: The server has the message.
ACCEPTED = "accepted"
#: The server will never take it.
REFUSED = "refused"
#: Nor anything else for this address.
BAD_ADDRESS = "bad address"
#: It did not leave; later it may.
LATER = "later"
#: Nobody can know whether the server has it.
UNKNOWN = "unknown"


def outcome(error, handed_over):
    """Return what became of a message.

    :param error: what sending it raised, None if nothing
    :param bool handed_over: whether its body was on the way, or may have been
    """
    if error is None:
        return ACCEPTED
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
        return BAD_ADDRESS if all(code >= 500 for code in codes) else LATER
    if isinstance(error, smtplib.SMTPSenderRefused):
        return LATER  # the fault is ours, not the customer's: it can be mended
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 400:
        return REFUSED if error.smtp_code >= 500 else LATER
    if isinstance(error, (smtplib.SMTPNotSupportedError, ValueError)):
        return REFUSED  # noticed before anything was sent
    return UNKNOWN if handed_over else LATER
