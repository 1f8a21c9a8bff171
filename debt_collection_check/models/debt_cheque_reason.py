from odoo import fields, models


class DebtChequeReason(models.Model):
    """Why a bank returns a cheque, a note or a bill."""

    _name = "debt.cheque.reason"
    _description = "Reason of a Bounced Cheque"
    _order = "sequence, id"

    name = fields.Char(
        required=True,
        translate=True,
        help="The customer reads it: in the words of the bank.",
    )
    code = fields.Char(help="By which data and other addons know the reason.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "This code is used already.")
