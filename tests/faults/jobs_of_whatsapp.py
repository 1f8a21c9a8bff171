"""What workers do on the side of WhatsApp."""

from datetime import timedelta

from odoo import fields

APP_SECRET = "the secret of the faults"
WABA, PHONE_NUMBER = "998877665544332", "112233445566778"


def keep_app(env):
    """Make an app of a company with a number; return the key of its address."""
    app = env["debt.whatsapp.app"].create(
        {"name": "Faults", "app_id": "700800900100", "app_secret": APP_SECRET}
    )
    env["debt.whatsapp.account"].create(
        {
            "name": "Faults",
            "app_id": app.id,
            "company_id": env.company.id,
            "waba_id": WABA,
            "phone_number_id": PHONE_NUMBER,
            "phone": "+57 601 5551234",
            "token": "EAAthetokenofthefaults",
            "state": "ready",
        }
    )
    return app.url_key


def work_inbox(env):
    """Work the inbox, one round, some time after everybody stopped writing."""
    registry = env.registry["debt.whatsapp.conversation"]
    registry._take_turn = _answer
    event = env["debt.whatsapp.event"]
    now = fields.Datetime.now() + timedelta(minutes=1)
    for app in env["debt.whatsapp.app"].search([]):
        with event._inbox_lock(app) as free:
            if free:
                event._work_app(app, now)
            return free


def _answer(conversation, messages, now):
    """Answer in the place of the assistant; it leaves a trace in the transaction."""
    conversation.env["debt.whatsapp.message"].create(
        {
            "conversation_id": conversation.id,
            "account_id": conversation.account_id.id,
            "company_id": conversation.company_id.id,
            "direction": "out",
            "author": "bot",
            "kind": "text",
            "body": ",".join(messages.mapped("wamid")),
            "state": "cancelled",
            "moment": now,
        }
    )


def tell(env, bodies):
    """Meta tells something, each body once."""
    app = env["debt.whatsapp.app"].search([])
    for body in bodies:
        env["debt.whatsapp.event"]._store(app, body.encode(), fields.Datetime.now())
