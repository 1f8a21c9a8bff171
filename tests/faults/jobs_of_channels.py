"""What workers do for calls, letters and files of mails; see jobs.py."""

import base64
from datetime import timedelta
from unittest.mock import patch

from odoo import Command

from .jobs import run
from .jobs_of_accountants import _as_request, _today

# ---------------------------------------------------------------- files of mails


def bring_files_along(env):
    """Let each mail bring a file along, and a salesperson hear of it."""
    users = env["res.users"].with_context(no_reset_password=True)
    seller = users.create(
        {
            "name": "Seller",
            "login": "seller",
            "email": "seller@creditor.example",
            "notification_type": "email",
            "group_ids": [Command.set(env.ref("base.group_user").ids)],
        }
    )
    letters = env["debt.strategy"].search([("name", "=", "Letters")])
    letters.step_ids.write({"attach_statement": True, "copy_salesperson": True})
    env["res.partner"].search([("ref", "!=", False)]).user_id = seller


# ---------------------------------------------------------------- calls


def call_by_voice(env):
    """Let the letters be automatic calls, at whatever hour the test runs."""
    env.company.write(
        {
            "debt_voice_account": "AC" + "0" * 32,
            "debt_voice_secret": "secret",
            "debt_voice_from": "+576015550100",
        }
    )
    letters = env["debt.strategy"].search([("name", "=", "Letters")])
    letters.step_ids.channel = "voice"
    for number, debtor in enumerate(env["res.partner"].search([("ref", "=", "due")])):
        debtor.phone = f"+57300123{4000 + number}"


def _at_any_hour(env):
    company = type(env.company)
    return patch.object(company, "_debt_voice_next", lambda company, now, zone: now)


def run_by_voice(env):
    """Do the daily run at an hour at which it may ring."""
    with _at_any_hour(env):
        run(env)


def call_queue(env, endpoint):
    """Place the calls that wait, by a provider on this machine."""
    from odoo.addons.debt_collection_voice.tools.twilio_client import TwilioClient

    provider = patch.object(TwilioClient, "base", endpoint)
    with _today(env), _at_any_hour(env), provider:
        env["debt.voice.call"]._cron_call()


# ---------------------------------------------------------------- letters


def write_by_letter(env, endpoint=""):
    """Let the letters be such on paper; a post service may be on this machine."""
    env["ir.config_parameter"].set_param("snailmail.endpoint", endpoint)
    letters = env["debt.strategy"].search([("name", "=", "Letters")])
    letters.step_ids.channel = "letter"
    env["res.partner"].search([("ref", "=", "due")]).write(
        {
            "street": "Calle 10",
            "city": "Cali",
            "zip": "760001",
            "country_id": env.ref("base.co").id,
        }
    )


def print_letters(env):
    """Print the letters that wait, as a person does."""
    return _as_request(
        env, lambda: bool(env["debt.letter.wizard"].create({}).action_print())
    )


def letter_files(env):
    """Return the texts of all files of letters."""
    runs = env["debt.letter.run"].search([])
    return [base64.b64decode(run.document).decode() for run in runs]


def hand_to_service(env):
    """Print the letters, and hand them to the post service."""
    print_letters(env)
    env["debt.letter.run"].search([]).action_service()


def post_queue(env):
    """Let the post service get what waits for it."""
    with _today(env):
        env["snailmail.letter"]._snailmail_cron()


# ---------------------------------------------------------------- what was lost


def find_lost_of(env, model):
    """Find the messages of workers that died; nobody else may be at work."""
    env[model]._debt_find_lost(timedelta(0))
