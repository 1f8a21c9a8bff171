"""A customer reports a problem and a payment, writes to the agent, wants a change."""

from ..tools.visit import Visit

HOURS = "Lunes a viernes de 8:00 a 17:00"
NOTE = (
    "Transferencia a una de estas cuentas. Los cheques se giran a nombre de la empresa."
)
ANSWER = "Claro que sí: se la enviamos hoy mismo por correo."
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def tell(company):
    """Let the customer with a login do what the page offers."""
    env = company.env
    company.write(
        {
            "debt_portal_hours": HOURS,
            "debt_portal_pay_note": NOTE,
            "debt_portal_agent_photo": True,
        }
    )
    person = env.ref("debt_collection_portal.res_users_customer_demo").partner_id
    case = env["debt.case"].search(
        [
            ("partner_id", "=", person.commercial_partner_id.id),
            ("company_id", "=", company.id),
        ]
    )
    visit = Visit(case, person, "login", ip="190.60.12.34", browser="Demo")
    owed = case._portal_owed().sorted("date_due")
    _dispute(case, visit, owed[:1])
    _notice(case, visit, owed[1:2])
    case._portal_write(
        visit, "¿Podrían enviarme la factura de abril con la orden 4512?"
    )
    case.with_user(case._debt_agent()).message_post(
        body=ANSWER,
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
        partner_ids=person.ids,
    )
    case._portal_write(visit, "Muchas gracias. ¿Y el estado de cuenta de este mes?")
    case._portal_request(
        visit,
        "add",
        env["res.partner"],
        {"name": "Rocío Paredes", "email": "rparedes@example.com", "function": "Pagos"},
    )


def _dispute(case, visit, items):
    if not items:
        return
    room = case._portal_room(items)
    part = items.currency_id.round(room / 4)
    if part <= 0:
        return
    case._portal_dispute(
        visit,
        items,
        case._portal_dispute_reasons()[:1],
        "El precio no es el de la cotización: falta el descuento del 5 %.",
        part,
        [("cotizacion.pdf", PDF, "application/pdf")],
    )


def _notice(case, visit, items):
    if not items:
        return
    today = case.company_id._debt_today()
    case._portal_notice(
        visit,
        items,
        items.currency_id,
        {
            "amount": items.amount_residual_currency,
            "date": today,
            "method": "transfer",
            "bank": "Banco Andino",
            "reference": "OP-778812",
        },
        ("comprobante.pdf", PDF, "application/pdf"),
    )
