"""A customer whose plan is paid with a saved card, and one charge that was refused."""

from datetime import timedelta

from odoo import fields

from ..tools.visit import Visit


def tell(company):
    """Turn automatic payment on for a plan in force, where a provider saves cards."""
    env = company.env
    provider = env["payment.provider"].search(
        [
            ("company_id", "=", company.id),
            ("code", "=", "demo"),
            ("state", "=", "test"),
            ("is_published", "=", True),
        ],
        limit=1,
    )
    company.debt_autopay = True
    plan = env["debt.plan"].search(
        [
            ("company_id", "=", company.id),
            ("state", "=", "active"),
            ("source", "=", "portal"),
        ],
        limit=1,
    )
    if not provider or not plan:
        return
    customer = plan.partner_id
    card = env["payment.token"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": provider.payment_method_ids[:1].id,
            "partner_id": customer.id,
            "provider_ref": "demo",
            "payment_details": "4242",
            "demo_simulated_state": "done",
        }
    )
    visit = Visit(plan.case_id, customer, "login", ip="203.0.113.24", browser="Firefox")
    autopays = env["debt.autopay"]
    autopay = autopays._begin(plan, card, visit, autopays._consent(plan))
    first = plan.promise_ids.filtered(lambda p: p.state == "open").sorted("date")[:1]
    env["debt.autopay.charge"].create(
        {
            "autopay_id": autopay.id,
            "promise_id": first.id,
            "case_id": plan.case_id.id,
            "company_id": company.id,
            "currency_id": plan.currency_id.id,
            "day": company._debt_today() - timedelta(days=1),
            "amount": first.amount,
            "state": "failed",
            "error": "Fondos insuficientes",
            "claimed": fields.Datetime.now() - timedelta(days=1),
        }
    )
