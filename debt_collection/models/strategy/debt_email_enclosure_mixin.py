from odoo import fields, models

INVOICES = [
    ("pdf", "As PDF"),
    ("all", "As PDF, With the Legal XML"),
]


class DebtEmailEnclosureMixin(models.AbstractModel):
    """What an e-mail of a step or campaign brings along, and who else hears of it."""

    _name = "debt.email.enclosure.mixin"
    _description = "Enclosures of E-Mails"

    attach_invoices = fields.Selection(
        INVOICES,
        help="The invoices that the e-mail lists are attached, the oldest first, up to "
        "the limits of the company.",
    )
    attach_statement = fields.Boolean(
        help="The statement of account is attached as a PDF.",
    )
    copy_salesperson = fields.Boolean(
        string="Copy to the Salesperson",
        help="The salespeople of the customer and of the invoices are told what was "
        "written, apart from the customer's own message.",
    )
