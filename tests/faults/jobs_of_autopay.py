"""What workers do who charge instalments to saved cards; see jobs.py."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import LockError

from .days import DAY
from .jobs_of_accountants import _today, agree


def save_cards(env, partner_ids, **terms):
    """Let customers pay a plan automatically, its first instalment today.

    :return: {customer: the id of their plan}, None where there is no provider
    """
    if env["ir.module.module"]._get("payment_demo").state != "installed":
        return None
    provider = env.ref("payment.payment_provider_demo")
    provider.write({"state": "test", "is_published": True})
    provider.journal_id = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    env.company.write({"debt_autopay": True, "debt_autopay_retries": "2,4"})
    plans = {}
    for partner_id in partner_ids:
        plan_id = agree(env, partner_id, {"date_first": DAY, **terms})
        card = env["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "partner_id": partner_id,
                "provider_ref": "demo",
                "payment_details": "1111",
                "demo_simulated_state": "done",
            }
        )
        with _today(env):
            _begin(env, plan_id, card)
        plans[partner_id] = plan_id
    return plans


def _begin(env, plan_id, card):
    plan = env["debt.plan"].browse(plan_id)
    autopays = env["debt.autopay"]
    autopays._begin(plan, card, _visit(plan), autopays._consent(plan))


def _visit(plan):
    from odoo.addons.debt_collection_portal.tools.visit import Visit

    return Visit(plan.case_id, plan.partner_id, "login")


def refuse_card(env, partner_id):
    """Let the card of a customer be refused from now on."""
    cards = env["payment.token"].search([("partner_id", "=", partner_id)])
    cards.demo_simulated_state = "error"


def announce_charges(env):
    """Write to customers what will be charged; the messages leave."""
    with _today(env):
        env["debt.autopay.charge"]._announce(env.company, DAY)
        env["debt.run"]._dispatch(env.company, env.company._debt_noon(DAY))


def charge(env, bank, day=DAY, patience=None, broken=None):
    """Do the hourly job of automatic payment, as of noon of a day.

    :param bank: file in which the provider takes down each charge
    :param patience: hours after which a charge without an answer is lost
    :param broken: customer whose payment cannot be booked
    """
    from odoo.addons.debt_collection_portal.models.autopay import debt_autopay_charge

    lost = debt_autopay_charge.PATIENCE
    if patience is not None:
        lost = timedelta(hours=patience)
    with (
        _today(env),
        _provider(env, bank, broken),
        patch.object(debt_autopay_charge, "PATIENCE", lost),
    ):
        noon = env.company._debt_noon(day)
        env["debt.autopay.charge"]._charge_company(env.company, day, noon)


@contextmanager
def _provider(env, bank, broken):
    """Take down what the provider is asked for: it stays if the worker dies."""
    from odoo.addons.payment_demo.models.payment_transaction import PaymentTransaction

    model = env.registry["payment.transaction"]
    send, book = PaymentTransaction._send_payment_request, model._post_process

    def _send_payment_request(transaction):
        with open(bank, "a") as lines:
            lines.write(f"{transaction.reference} {transaction.amount}\n")
        transaction.env["debt.run"]._checkpoint("provider_asked", commit=False)
        return send(transaction)

    def _post_process(transaction):
        if transaction.partner_id.id == broken:
            raise ValueError("It cannot be booked.")
        return book(transaction)

    with (
        patch.object(
            PaymentTransaction, "_send_payment_request", _send_payment_request
        ),
        patch.object(model, "_post_process", _post_process),
    ):
        yield


def stop_autopay(env, plan_id):
    """The customer stops it; return whether they could, or have to try again."""
    plan = env["debt.plan"].browse(plan_id)
    with _today(env):
        try:
            plan.autopay_ids._end_by(_visit(plan))
        except LockError:
            env.cr.rollback()
            return False
    env.cr.commit()
    return True


def begin_again(env, plan_id):
    """The customer lets it be paid automatically once more."""
    plan = env["debt.plan"].browse(plan_id)
    with _today(env):
        _begin(env, plan_id, plan.autopay_ids.token_id)


def decide(env, plan_id, was_charged):
    """A person decides on the uncertain charge of a plan."""
    charges = env["debt.plan"].browse(plan_id).autopay_charge_ids
    uncertain = charges.filtered(lambda charge: charge.state == "uncertain")
    with _today(env):
        if was_charged:
            uncertain.action_was_charged()
        else:
            uncertain.action_was_not_charged()
