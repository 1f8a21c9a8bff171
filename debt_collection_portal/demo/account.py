"""A customer with a login, who owes in two currencies and paid something on account."""

from datetime import timedelta

ADVANCE = 1_250_000


def tell(company):
    """Post the payment on account, and bring the case up to date."""
    customer = company.env.ref("debt_collection.res_partner_textiles_andinos_demo")
    today = company._debt_today()
    company.env["account.payment"].create(
        {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": customer.id,
            "amount": ADVANCE,
            "date": today - timedelta(days=2),
            "memo": "Anticipo",
            "journal_id": company.env["account.journal"]
            .search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
            .id,
        }
    ).action_post()
    case = company.env["debt.case"].search(
        [("partner_id", "=", customer.id), ("company_id", "=", company.id)]
    )
    case._refresh(today)
