"""What workers do. Each job gets an environment on a cursor of its own."""

import threading
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields

from .days import DAY
from .textbox import PATIENCE

# ---------------------------------------------------------------- the books


def keep_books(env, due=8):
    """Make a company with debtors of every kind; the kind is their reference.

    :param due: number of debtors who owe and get an e-mail
    :return: {name of the debtor: id of the partner}
    """
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
    company.write({"email": "office@creditor.example", "debt_agent_id": 2})
    _make_strategies(env)
    names = [f"due {number}" for number in range(1, due + 1)]
    names += ["call 1", "call 2", "mute", "covered", "young"]
    partners = env["res.partner"].create(
        [
            {
                "name": name,
                "ref": name.split()[0],
                "email": False
                if name == "mute"
                else f"{name.replace(' ', '-')}@debtors.example",
            }
            for name in names
        ]
    )
    by_name = dict(zip(names, partners, strict=True))
    moves = [
        _invoice(partner, 100 + 10 * number, days)
        for number, partner in enumerate(partners)
        for days in ((3, 20) if partner.ref != "young" else (-30,))
    ]
    moves.append(_invoice(by_name["covered"], 500, 3, move_type="out_refund"))
    env["account.move"].create(moves).action_post()
    return {name: partner.id for name, partner in by_name.items()}


def _invoice(partner, amount, days, move_type="out_invoice"):
    return {
        "move_type": move_type,
        "partner_id": partner.id,
        "invoice_date": DAY - timedelta(days=days + 30),
        "invoice_date_due": DAY - timedelta(days=days),
        "invoice_line_ids": [
            Command.create({"name": "goods", "price_unit": amount, "tax_ids": []})
        ],
    }


def _make_strategies(env):
    env["debt.segment"].search([]).active = False
    # workers send at whatever hour the test runs
    env["debt.contact.policy"].search([]).active = False
    letters, calls = env["debt.strategy"].create(
        [
            {
                "name": name,
                "enabled": True,
                "mode": "automatic",
                "quiet_days": 3,
                "min_gap_days": 7,
                "step_ids": [
                    Command.create({"name": f"+{day}", "days": day, "channel": channel})
                    for day in (1, 10, 20)
                ],
            }
            for name, channel in (("Letters", "email"), ("Calls", "call"))
        ]
    )
    env["debt.segment"].create(
        [
            {
                "name": "Calls",
                "sequence": 1,
                "domain": "[('partner_id.ref', '=', 'call')]",
                "strategy_id": calls.id,
            },
            {"name": "Letters", "sequence": 2, "strategy_id": letters.id},
        ]
    )


# ---------------------------------------------------------------- the product at work


def run(env, day=DAY):
    """Do the daily run."""
    record = env["debt.run"]._run(env.company, day)
    return record.read(
        ["state", "errors", "actions_planned", "actions_sent", "actions_failed"]
    )[0]


def run_that_breaks(env, day=DAY):
    """Do the daily run where something that nobody thought of is in the way."""
    error = RuntimeError("no such thing")
    broken = patch.object(type(env["debt.mark"]), "_take", side_effect=error)
    with suppress(RuntimeError), broken:
        env["debt.run"]._run(env.company, day)


def run_with_a_bad_slice(env, day=DAY):
    """Do the daily run where the database refuses the first slice."""
    from odoo.addons.debt_collection.models.portfolio import debt_case

    roll_up = debt_case.DebtCase._roll_up

    def _roll_up(self, company, day, full=False):
        if min(self.ids) == self.search([], order="id", limit=1).id:
            self.env.cr.execute("SELECT 1 / 0")
        return roll_up(self, company, day, full)

    with patch.object(debt_case.DebtCase, "_roll_up", _roll_up):
        return run(env, day)


def run_beside_a_refresh(env, day=DAY):
    """Do the daily run while somebody is about to take the same news in."""
    from odoo.addons.debt_collection.models.portfolio import debt_item

    Item = debt_item.DebtItem
    write_news, met = Item._write_news, []

    def _write_news(self, bulk):
        if not met:
            met.append(self.env.registry.cursor())
            other = self.env(cr=met[0])
            debtors = other["res.partner"].search([("ref", "!=", False)])
            other["debt.item"]._sync(other.company, day, debtors)
            # while the run waits for what was inserted there
            threading.Timer(0.5, met[0].commit).start()
        return write_news(self, bulk)

    bulk = patch.object(debt_item, "BULK", 1)
    with bulk, patch.object(Item, "_write_news", _write_news):
        return run(env, day)


def simulate(env, day=DAY):
    record = env["debt.run"]._run(env.company, day, simulate=True)
    env.cr.commit()
    return len(record.line_ids)


def dispatch(env, day=DAY):
    """Send what is planned, as of noon of a day."""
    env["debt.run"]._dispatch(env.company, env.company._debt_noon(day))


def make_rivals(env):
    """Allow one contact a day, and give every debtor a second message to get."""
    env["debt.contact.policy"].create(
        {
            "name": "One a day",
            "applies_to": "all",
            "public_holidays": False,
            "cap_ids": [Command.create({"count": 1, "per": "day"})],
        }
    )
    planned = env["debt.action"].search(
        [("state", "=", "planned"), ("track", "=", "message")]
    )
    names = ("case_id", "company_id", "debtor_id", "partner_id", "strategy_id")
    env["debt.action"].create(
        [
            {
                **{name: action[name].id for name in names},
                "step_id": action.step_id.id,
                "channel": action.channel,
                "contact_day": action.contact_day,
                "item_refs": action.item_refs,
            }
            for action in planned
        ]
    )


def queue(env):
    """Work the mail queue."""
    env["mail.mail"].process_email_queue()


def write_by_sms(env, endpoint):
    """Let the letters be text messages, through a provider on this machine."""
    env["ir.config_parameter"].set_param("sms.endpoint", endpoint)
    letters = env["debt.strategy"].search([("name", "=", "Letters")])
    letters.step_ids.channel = "sms"
    for number, debtor in enumerate(env["res.partner"].search([("ref", "=", "due")])):
        debtor.phone = f"+57300123{4000 + number}"


def sms_queue(env):
    """Work the queue of text messages, with a provider that has to answer soon."""
    from odoo.addons.sms.tools.sms_api import SmsApi

    contact = SmsApi._contact_iap

    def contact_soon(api, local_endpoint, params, timeout=15):
        return contact(api, local_endpoint, params, timeout=PATIENCE)

    with patch.object(SmsApi, "_contact_iap", contact_soon):
        env["sms.sms"]._process_queue()


def write_by_whatsapp(env, endpoint, token, number, waba):
    """Let the letters be WhatsApp messages, through a Graph API on this machine.

    The customers agreed to it, and Meta approved what is written.
    """
    from odoo.addons.debt_collection_whatsapp.logic import template_payload

    company = env.company
    company.country_id = env.ref("base.co")
    app = env["debt.whatsapp.app"].create(
        {"name": "Fault", "app_id": "700800900100", "base_url": endpoint}
    )
    account = env["debt.whatsapp.account"].create(
        {
            "name": "Fault",
            "app_id": app.id,
            "company_id": company.id,
            "waba_id": waba,
            "phone_number_id": number,
            "portfolio": "500600700800",
            "token": token,
            "state": "ready",
        }
    )
    account._acknowledge("own_receivables", "The policy", fields.Datetime.now())
    texts = env["debt.whatsapp.text"]
    text = texts._standard("overdue", company)
    told = template_payload.creation(
        text._draft("en"), f"{text.code}_v1", text._examples(company)
    )
    env["debt.whatsapp.template"]._take_in(
        account,
        {**told, "id": "1", "category": text.category, "status": "APPROVED"},
        fields.Datetime.now(),
    )
    letters = env["debt.strategy"].search([("name", "=", "Letters")])
    letters.step_ids.channel = "whatsapp"
    people = env["debt.whatsapp.identity"]
    for number, debtor in enumerate(env["res.partner"].search([("ref", "=", "due")])):
        debtor.phone = f"+57300123{4000 + number}"
        link = people._of_partner(account, debtor)._link(debtor, company)
        link.state = "confirmed"


def keep_reminders(env):
    """Let the reminders of a day long ago be worth sending today."""
    env.cr.execute("UPDATE debt_whatsapp_message SET valid_until = NULL")
    env.cr.commit()


def whatsapp_queue(env):
    """Work the queue of WhatsApp messages; whoever is asked has to answer soon."""
    from odoo.addons.debt_collection_whatsapp.tools import graph_client

    with patch.object(graph_client, "TIMEOUT", (5, PATIENCE)):
        env["debt.whatsapp.message"]._cron_send()


def find_lost_whatsapp(env):
    """Find the messages of workers that died; nobody else may be at work."""
    env["debt.whatsapp.message"]._debt_find_lost(timedelta(0))


def find_lost(env):
    """Find the mails of workers that died, as a worker among others does."""
    env["mail.mail"]._debt_find_lost()


def refresh(env):
    """Take in news from the books."""
    env["debt.run"]._cron_refresh()


def to_the_end(env, day=DAY):
    """What the jobs of a day do after a fault: run, queue, find what was lost.

    Nobody else may be at work: a claim of this moment counts as lost.
    """
    run(env, day)
    env.cr.commit()
    queue(env)
    env.cr.commit()
    env["mail.mail"]._debt_find_lost(timedelta(0))
    env.cr.commit()
    dispatch(env, day)
    env.cr.commit()
    queue(env)


# ---------------------------------------------------------------- people at work


def pay(env, partner_id, amount=None, lock_timeout=None, linger=None):
    """Register a payment for all open invoices of a customer, or a part of the oldest.

    :param str lock_timeout: fail rather than wait longer than this for a lock
    """
    if lock_timeout:
        env.cr.execute("SELECT set_config('lock_timeout', %s, true)", [lock_timeout])
    moves = _open_invoices(env, partner_id)
    if amount:
        moves = moves[:1]
    if not moves:
        return
    wizard = (
        env["account.payment.register"]
        .with_context(active_model="account.move", active_ids=moves.ids)
        .create({"group_payment": True, **({"amount": amount} if amount else {})})
    )
    wizard.action_create_payments()
    env.flush_all()
    # the accountant's transaction stands open here
    env["debt.run"]._checkpoint("paid", commit=False)
    env.cr.commit()


def sell(env, partner_id):
    """Post one more invoice of a customer."""
    move = _invoice(env["res.partner"].browse(partner_id), 77, 5)
    env["account.move"].create(move).action_post()


def promise(env, partner_id, day=DAY):
    """A customer promises to pay everything on a day."""
    case = env["debt.case"].search([("partner_id", "=", partner_id)])
    with patch.object(type(env.company), "_debt_today", lambda company, now=None: DAY):
        env["debt.promise"].create(
            {
                "case_id": case.id,
                "amount": case.amount_total,
                "date": day,
                "confirm": False,
            }
        )


def _open_invoices(env, partner_id):
    return env["account.move"].search(
        [
            ("partner_id", "=", partner_id),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("payment_state", "in", ("not_paid", "partial")),
        ],
        order="invoice_date_due, id",
    )


def unpay(env, partner_id):
    """Undo the reconciliations of a customer."""
    moves = env["account.move"].search([("partner_id", "=", partner_id)])
    moves.line_ids.remove_move_reconcile()


def credit(env, partner_id):
    """Credit all open invoices of a customer."""
    moves = _open_invoices(env, partner_id)
    if not moves:
        return
    moves._reverse_moves([{"invoice_date": DAY} for _move in moves], cancel=True)


def cancel(env, partner_id):
    """Cancel all open invoices of a customer."""
    moves = _open_invoices(env, partner_id)
    moves.button_draft()
    moves.button_cancel()


def block(env, partner_id):
    """Exclude the invoices of a customer from follow-up."""
    lines = _open_invoices(env, partner_id).line_ids
    lines.filtered(lambda line: line.account_type == "asset_receivable").write(
        {"no_followup": True}
    )


def hold(env, partner_id):
    """Put the case of a customer on hold."""
    case = env["debt.case"].search([("partner_id", "=", partner_id)])
    case.write({"state": "hold", "hold_reason": "they called"})


def switch_off(env, partner_id):
    """Switch off the strategy of a customer."""
    case = env["debt.case"].search([("partner_id", "=", partner_id)])
    case.strategy_id.enabled = False


def pay_online(env, partner_id):
    """Leave an online payment of a customer pending."""
    provider = env["payment.provider"].search([], limit=1)
    method = env["payment.method"].with_context(active_test=False).search([], limit=1)
    env["payment.transaction"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": method.id,
            "reference": f"online-{partner_id}",
            "amount": 10,
            "currency_id": env.company.currency_id.id,
            "partner_id": partner_id,
            "state": "pending",
            "last_state_change": fields.Datetime.now(),
        }
    )


def test_mode(env, address):
    """Let every message go to an address of the company."""
    env.company.write({"debt_test_mode": True, "debt_test_email": address})


def break_template(env, partner_id):
    """Let the text of the reminder fail for one customer."""
    template = env.ref("debt_collection.mail_template_reminder")
    template.body_html = (
        f'<t t-out="1 / int(object.debtor_id.id != {partner_id})"/>{template.body_html}'
    )


# ---------------------------------------------------------------- faults


def find_locked_rows(env):
    """Return the rows of the books that another session holds, by table."""
    held = {}
    for table in ("account_move", "account_move_line", "res_partner"):
        env.cr.execute(f"SELECT id FROM {table}")
        everything = {row for (row,) in env.cr.fetchall()}
        env.cr.execute(f"SELECT id FROM {table} FOR UPDATE SKIP LOCKED")
        free = {row for (row,) in env.cr.fetchall()}
        held[table] = sorted(everything - free)
    env.cr.rollback()
    return held


def break_mail(env, partner_id):
    """Take the address away from a mail that is queued."""
    actions = env["debt.action"].search([("debtor_id", "=", partner_id)])
    env["mail.mail"].search([("debt_action_id", "in", actions.ids)]).email_to = "?"


def let_time_pass(env):
    """Let the mails that wait for a later try have waited long enough."""
    env.cr.execute(
        "UPDATE mail_mail SET scheduled_date = scheduled_date - '1 day'::interval"
    )
