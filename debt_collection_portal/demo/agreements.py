"""What customers may agree on, an offer, a promise, and a plan that is signed."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

SIGNED = {
    "signed_ip": "203.0.113.24",
    "signed_browser": "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Firefox/140.0",
    "signed_tz": "America/Lima",
}


def tell(company):
    """Let customers of the demo company promise and sign."""
    env, today = company.env, company._debt_today()
    env["debt.plan.limit"].create(
        {
            "role": "customer",
            "company_id": company.id,
            "down_percent": 20,
            "instalments": 3,
            "days": 100,
            "interest_percent": 12,
            "min_age": 15,
        }
    )
    customer = env.ref("debt_collection.res_partner_textiles_andinos_demo")
    cases = env["debt.case"].search(
        [
            ("company_id", "=", company.id),
            ("state", "=", "open"),
            ("days_past_due", ">=", 30),
            ("stage_id.stop_contact", "=", False),
            ("amount_chaseable", ">", 0),
            ("plan_ids", "=", False),
            ("promise_ids", "=", False),
            ("dispute_ids", "=", False),
            ("notice_ids", "=", False),
        ],
        order="id",
    )
    own = env["debt.case"].search(
        [("partner_id", "=", customer.id), ("company_id", "=", company.id)]
    )
    if _owed(own):
        _offer(own, today, discount_percent=5, instalments=1)
    promising, planning = (cases - own)[:1], (cases - own)[1:2]
    if promising:
        env["debt.promise"]._promise_by_debtor(
            promising, today + timedelta(days=4), "portal", confirm=False
        )
    if planning and _owed(planning):
        plan = _offer(planning, today, source="portal", instalments=2)
        plan._activate(
            accepted_by=planning.partner_id.name,
            accepted_how="portal",
            signed_at=fields.Datetime.now(),
            signed_by_id=planning.partner_id.id,
            **SIGNED,
        )
        plan._look_again(planning)


def _owed(case):
    return case.env["debt.promise"]._self_service_items(case)


def _offer(case, today, **values):
    items = _owed(case)
    plan = case.env["debt.plan"].create(
        {
            "case_id": case.id,
            "currency_id": items.currency_id.id,
            "item_ids": [Command.set(items.ids)],
            "date_start": today,
            "user_id": case._debt_agent().id,
            **values,
        }
    )
    plan._offer()
    return plan
