"""What workers do for agreements, late charges and losses; see jobs.py."""

import contextlib
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.service.model import retrying

from .days import DAY


@contextlib.contextmanager
def _today(env):
    """Let the day of the runs be today for whatever people enter."""
    company = type(env["res.company"])
    with patch.object(company, "_debt_today", lambda company, now=None: DAY):
        yield


def _as_request(env, work):
    """Do something as a request from the screen does: again after a conflict.

    :return: what it returned, or the words with which it was refused
    """

    def attempt():
        result = work()
        env.flush_all()
        # the transaction stands open here
        env["debt.run"]._checkpoint("asked", commit=False)
        return result

    with _today(env):
        try:
            return retrying(attempt, env)
        except UserError as error:
            return str(error)


def prepare_last_stages(env):
    """Let steps charge, and rules propose write-offs and tell of limitation."""
    env.company.country_id = env.ref("base.us")
    product = env["product.product"].create({"name": "Interest", "taxes_id": False})
    common = {"posting": "post", "product_id": product.id}
    env["debt.charge.rule"].create(
        [
            {**common, "name": "Interest", "kind": "interest", "percent": 36.5},
            {**common, "name": "Fee", "kind": "fee", "fee_amount": 20},
        ]
    )
    env["debt.strategy.step"].search([("days", ">", 0)]).charge_kinds = "all"
    env["debt.write.off.rule"].search([]).active = False
    env["debt.write.off.rule"].create(
        {"name": "Old", "automatic": True, "age": 1, "most": 250}
    )
    env["debt.limitation.rule"].create(
        {"name": "Short", "country_id": env.company.country_id.id, "years": 0}
        | {"months": 2}
    )
    env.company.debt_plan_interest_product_id = product


def agree(env, partner_id, terms):
    """A customer agrees to pay all in two payments; return the id of the plan."""
    case = env["debt.case"].search([("partner_id", "=", partner_id)])
    items = case.item_ids.filtered(lambda item: item.amount_chaseable > 0)
    with _today(env):
        plan = env["debt.plan"].create(
            {
                "case_id": case.id,
                "item_ids": [Command.set(items.ids)],
                "instalments": 2,
                "frequency": "monthly",
                "date_start": DAY,
                "date_expiry": DAY,
                **terms,
            }
        )
        plan._activate(accepted_by="by phone", accepted_how="phone")
        return plan.id


def pay_the_plan(env, plan_id):
    """Pay a settlement at once: all but its discount, the oldest document first."""
    plan = env["debt.plan"].browse(plan_id)
    left = plan.amount_total
    for item in plan.item_ids.sorted("date_due"):
        amount = min(left, item.amount_residual)
        wizard = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=item.move_id.ids
        )
        if amount > 0:
            wizard.create({"amount": amount, "payment_date": DAY})._create_payments()
        left -= amount


def invoice_interest(env, plan_id):
    """Invoice the interest of a plan."""
    plan = env["debt.plan"].browse(plan_id)
    return _as_request(env, lambda: bool(plan.action_invoice_interest()))


def credit_discount(env, plan_id):
    """Credit the discount of a settlement that was kept."""
    plan = env["debt.plan"].browse(plan_id)
    return _as_request(env, lambda: not plan.action_credit())


def invoice_charges(env, partner_id):
    """Invoice what is claimed of a customer."""
    charges = env["debt.charge"].search([("partner_id", "=", partner_id)])
    return _as_request(env, lambda: bool(charges._post_charges()))


def claim_charges(env, partner_id):
    """Claim by hand what can be claimed of a customer today."""
    case = env["debt.case"].search([("partner_id", "=", partner_id)])
    wanted = {(item.id, kind) for item in case.item_ids for kind in ("interest", "fee")}
    return _as_request(env, lambda: bool(env["debt.charge"]._claim(case, DAY, wanted)))
