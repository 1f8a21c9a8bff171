"""What came back, as real servers say it; and what nobody wrote."""

import email
import email.policy
from datetime import date, timedelta

import pytest
from debt_collection_logic.auto_reply import is_automatic
from debt_collection_logic.bounce import (
    HARD,
    REFUSED,
    SOFT,
    SOFT_DAYS,
    SOFT_LIMIT,
    UNKNOWN,
    is_bad,
    kind_of,
    read,
)
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 6, 1)


def parse(text):
    return email.message_from_string(text, policy=email.policy.SMTP)


def report(text, blocks, sender="MAILER-DAEMON@mx.example"):
    """Return a report of delivery as servers write it."""
    return parse(
        f"""From: {sender}
To: bounce@collections.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

{text}

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
{blocks}
--B
Content-Type: text/rfc822-headers

Message-Id: <1.2-openerp-debt-action-7@odoo>
Subject: Payment pending

--B--
"""
    )


POSTFIX_UNKNOWN = report(
    "I'm sorry to have to inform you that your message could not be delivered.",
    """X-Postfix-Queue-ID: 4F0C
Arrival-Date: Mon,  1 Jun 2026 08:00:00 -0500 (-05)

Final-Recipient: rfc822; pagos@andina.example
Original-Recipient: rfc822;pagos@andina.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.andina.example
Diagnostic-Code: smtp; 550 5.1.1 <pagos@andina.example>: Recipient address
    rejected: User unknown in virtual mailbox table
""",
)
POSTFIX_DELAYED = report(
    "THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
    """
Final-Recipient: rfc822; pagos@andina.example
Action: delayed
Status: 4.4.1
Diagnostic-Code: X-Postfix; connect to mx.andina.example: Connection timed out
Will-Retry-Until: Sat,  6 Jun 2026 08:00:00 -0500 (-05)
""",
)
POSTFIX_EXPIRED = report(
    "I'm sorry",
    """
Final-Recipient: rfc822; pagos@andina.example
Action: failed
Status: 4.4.7
Diagnostic-Code: X-Postfix; delivery temporarily suspended: connection refused
""",
)
POSTFIX_DOMAIN = report(
    "I'm sorry",
    """
Final-Recipient: rfc822; pagos@andina.exmple
Action: failed
Status: 5.4.4
Diagnostic-Code: X-Postfix; Host or domain name not found.
""",
)
EXCHANGE_UNKNOWN = report(
    "Your message to pagos@andina.example couldn't be delivered.",
    """
Final-Recipient: rfc822;pagos@andina.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found
""",
    "postmaster@andina.onmicrosoft.example",
)
EXCHANGE_DENIED = report(
    "Your message wasn't delivered.",
    """
Final-Recipient: rfc822;pagos@andina.example
Action: failed
Status: 5.4.1
Diagnostic-Code: smtp;550 5.4.1 Recipient address rejected: Access denied. AS(2014)
""",
)
EXCHANGE_FULL = report(
    "The recipient's mailbox is full and can't accept messages now.",
    """
Final-Recipient: rfc822;pagos@andina.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceeded
""",
)
EXCHANGE_POLICY = report(
    "You don't have permission to send to this recipient.",
    """
Final-Recipient: rfc822;pagos@andina.example
Action: failed
Status: 5.7.1
Diagnostic-Code: smtp;550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized
""",
)
GMAIL_UNKNOWN = report(
    "** Address not found **",
    """
Final-Recipient: rfc822; pagos.andina@gmail.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not
 exist. Please try double-checking the recipient's email address.
Last-Attempt-Date: Mon, 01 Jun 2026 06:00:00 -0700 (PDT)
""",
    "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
)
GMAIL_FULL = report(
    "** Message not delivered **",
    """
Final-Recipient: rfc822; pagos.andina@gmail.example
Action: failed
Status: 4.2.2
Diagnostic-Code: smtp; 452-4.2.2 The email account that you tried to reach is over quota
""",
)
EXIM_UNKNOWN = report(
    "A message that you sent could not be delivered to one or more recipients.",
    """
Action: failed
Final-Recipient: rfc822;pagos@andina.example
Status: 5.0.0
Remote-MTA: dns; mx.andina.example
Diagnostic-Code: smtp; 550 No Such User Here
""",
)
EXIM_SPAM = report(
    "A message that you sent could not be delivered to one or more recipients.",
    """
Action: failed
Final-Recipient: rfc822;pagos@andina.example
Status: 5.0.0
Diagnostic-Code: smtp; 554 Your message was classified as SPAM
""",
)
EXIM_MORE = report(
    "A message that you sent could not be delivered.",
    """
Action: failed
Final-Recipient: rfc822;pagos@andina.example
Status: 5.0.0
Diagnostic-Code: smtp; 552-5.2.3 Message size exceeds fixed limit
""",
)
TWO = report(
    "One of two.",
    """
Final-Recipient: rfc822; a@andina.example
Action: delivered
Status: 2.0.0

Final-Recipient: rfc822; pagos@andina.example
Action: failed
Status: 5.1.1
""",
)
DELIVERED = report(
    "Your message was delivered.",
    """
Final-Recipient: rfc822; pagos@andina.example
Action: relayed
Status: 2.0.0
""",
)


@pytest.mark.parametrize(
    ("message", "kind", "final", "status"),
    [
        (POSTFIX_UNKNOWN, HARD, True, "5.1.1"),
        (POSTFIX_DELAYED, SOFT, False, "4.4.1"),
        (POSTFIX_EXPIRED, SOFT, True, "4.4.7"),
        (POSTFIX_DOMAIN, HARD, True, "5.4.4"),
        (EXCHANGE_UNKNOWN, HARD, True, "5.1.10"),
        (EXCHANGE_DENIED, HARD, True, "5.4.1"),
        (EXCHANGE_FULL, SOFT, True, "5.2.2"),
        (EXCHANGE_POLICY, REFUSED, True, "5.7.1"),
        (GMAIL_UNKNOWN, HARD, True, "5.1.1"),
        (GMAIL_FULL, SOFT, True, "4.2.2"),
        (EXIM_UNKNOWN, HARD, True, "5.0.0"),
        (EXIM_SPAM, REFUSED, True, "5.0.0"),
        (EXIM_MORE, REFUSED, True, "5.2.3"),
        (TWO, HARD, True, "5.1.1"),
    ],
)
def test_reports(message, kind, final, status):
    bounce = read(message)
    assert (bounce.kind, bounce.final, bounce.status) == (kind, final, status)
    assert bounce.recipient.split("@")[0] in ("pagos", "pagos.andina")


def test_what_the_server_said_is_one_line():
    assert read(POSTFIX_UNKNOWN).detail == (
        "550 5.1.1 <pagos@andina.example>: Recipient address rejected: User unknown "
        "in virtual mailbox table"
    )


@pytest.mark.parametrize(
    "message",
    [
        DELIVERED,
        parse(
            "Content-Type: multipart/report; report-type=disposition-notification;"
            ' boundary="B"\n\n--B\nContent-Type: text/plain\n\nIt was read.\n--B\n'
            "Content-Type: message/disposition-notification\n\n"
            "Disposition: manual-action/MDN-sent-manually; displayed\n--B--\n"
        ),
    ],
)
def test_what_arrived_or_was_read_did_not_come_back(message):
    assert read(message) is None


@pytest.mark.parametrize(
    ("text", "kind", "final"),
    [
        ("pagos@andina.example\n550 5.1.1 unknown user", HARD, True),
        ("Delivery has been delayed; we will keep trying for 4 days.", SOFT, False),
        ("The mailbox is full.", SOFT, True),
        ("Something went wrong.", UNKNOWN, True),
        ("554 rejected as spam", REFUSED, True),
        ("Our server 10.5.1.1 says no", UNKNOWN, True),
        ("", UNKNOWN, True),
    ],
)
def test_words_of_servers_without_a_report(text, kind, final):
    bounce = read(parse(f"From: mailer-daemon@x.example\n\n{text}\n"))
    assert (bounce.kind, bounce.final) == (kind, final)


@pytest.mark.parametrize("broken", ["", "Action: failed\nStatus: nonsense\n", "\n\n\n"])
def test_broken_reports_are_no_error(broken):
    bounce = read(report("?", broken))
    assert bounce is None or bounce.kind == UNKNOWN


@given(st.integers(0, 99), st.integers(0, 999), st.text(max_size=40))
def test_what_may_pass_is_never_held_against_the_address(subject, number, words):
    assert kind_of(f"4.{subject}.{number}", words) == SOFT


@given(
    st.lists(st.tuples(st.sampled_from([SOFT, REFUSED, UNKNOWN]), st.integers(0, 60)))
)
def test_an_address_is_bad_after_so_many_soft_ones_only(history):
    days = [(kind, DAY - timedelta(days=ago)) for kind, ago in history]
    recent = sum(kind == SOFT and ago < SOFT_DAYS for kind, ago in history)
    assert is_bad(days, DAY) == (recent >= SOFT_LIMIT)
    assert is_bad([*days, (HARD, DAY - timedelta(days=999))], DAY)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Auto-Submitted": "auto-replied"}, True),
        ({"Auto-Submitted": "auto-generated; type=x"}, True),
        ({"Auto-Submitted": "No"}, False),
        ({"X-Autoreply": "yes"}, True),
        ({"X-Autorespond": ""}, True),
        ({"Precedence": "bulk"}, True),
        ({"Precedence": "auto_reply"}, True),
        ({"Precedence": "first-class"}, False),
        ({"Subject": "Out of office"}, False),
        ({}, False),
    ],
)
def test_answers_of_machines(headers, expected):
    message = parse("".join(f"{k}: {v}\n" for k, v in headers.items()) + "\nHi\n")
    assert is_automatic(message) is expected
