"""What visitors of the customer's page do, each in a request of their own."""

from odoo import fields


def keep_check(env, partner_id, check):
    """Let the company ask for digits of the tax number, or for a code."""
    env.company.debt_portal_check = check
    env["res.partner"].browse(partner_id).vat = "213123432"


def guess(env, partner_id, text):
    """Answer behind a link; return whether it was right."""
    case = _case(env, partner_id)
    case.mapped("partner_id.name")  # the snapshot is from before the others were done
    return env["debt.portal.check"]._answer(case, text, "", fields.Datetime.now())


def ask_for_code(env, partner_id):
    """Ask for a code by e-mail; return whether it leaves."""
    case = _case(env, partner_id)
    checks = env["debt.portal.check"]
    (key,) = checks._places(case)
    return checks._send_code(case, key, "", fields.Datetime.now())


def _case(env, partner_id):
    return env["debt.case"].search([("partner_id", "=", partner_id)])
