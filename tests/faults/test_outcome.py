"""What the end of a talk with a mail server says about the message."""

import smtplib

import pytest
from debt_collection_logic.smtp_outcome import (
    ACCEPTED,
    BAD_ADDRESS,
    LATER,
    REFUSED,
    UNKNOWN,
    outcome,
)


def recipients(*codes):
    return smtplib.SMTPRecipientsRefused(
        {f"{number}@x.example": (code, b"") for number, code in enumerate(codes)}
    )


@pytest.mark.parametrize(
    ("error", "handed_over", "expected"),
    [
        (None, True, ACCEPTED),
        (recipients(550), False, BAD_ADDRESS),
        (recipients(550, 450), False, LATER),
        (recipients(421), False, LATER),
        (smtplib.SMTPSenderRefused(530, b"", "me"), False, LATER),
        (smtplib.SMTPSenderRefused(421, b"", "me"), False, LATER),
        (smtplib.SMTPDataError(554, b"spam"), True, REFUSED),
        (smtplib.SMTPDataError(451, b"busy"), True, LATER),
        (smtplib.SMTPDataError(-1, b"garbage"), True, UNKNOWN),
        (smtplib.SMTPServerDisconnected("closed"), True, UNKNOWN),
        (smtplib.SMTPServerDisconnected("closed"), False, LATER),
        (TimeoutError(), True, UNKNOWN),
        (ConnectionResetError(), False, LATER),
        (smtplib.SMTPNotSupportedError("no SMTPUTF8"), False, REFUSED),
        (UnicodeEncodeError("ascii", "ñ", 0, 1, "no"), False, REFUSED),
    ],
)
def test_the_end_of_the_talk_decides(error, handed_over, expected):
    assert outcome(error, handed_over) == expected
