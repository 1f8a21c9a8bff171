from odoo import fields, models


class DebtStartAccept(models.Model):
    """That somebody looked at a finding of the start check and it is all right so.

    It counts again when more is found than was accepted.
    """

    _name = "debt.start.accept"
    _description = "Accepted Finding of the Start Check"
    _rec_name = "code"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char(required=True)
    count = fields.Integer(help="How many records were accepted.")
    user_id = fields.Many2one(
        "res.users", string="Accepted by", default=lambda self: self.env.user
    )
    date = fields.Date(
        string="Accepted on", default=lambda self: self.env.company._debt_today()
    )

    _code_uniq = models.Constraint(
        "UNIQUE(company_id, code)", "A finding is accepted once in each company."
    )
