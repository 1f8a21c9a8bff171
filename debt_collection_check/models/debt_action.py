from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.debt_collection.fields import LooseMany2one


class DebtAction(models.Model):
    _inherit = "debt.action"

    purpose = fields.Selection(
        selection_add=[
            ("cheque_bounced", "Notice of a Bounced Cheque"),
            ("cheque_call", "Bounced Cheque"),
        ],
        # what was sent is evidence, and stays
        ondelete={"cheque_bounced": "set default", "cheque_call": "set default"},
    )
    reason = fields.Selection(
        selection_add=[("bounce_over", "The bounced cheque was a mistake")],
        ondelete={"bounce_over": "set null"},
    )
    bounce_id = LooseMany2one("debt.cheque.bounce", string="Bounced Cheque")
    text_cheque = fields.Char(compute="_compute_text_cheque", string="Cheque")
    text_cheque_amount = fields.Char(
        compute="_compute_text_cheque", string="Amount of the Cheque"
    )
    text_cheque_date = fields.Char(compute="_compute_text_cheque", string="Bounced on")
    text_cheque_reason = fields.Char(
        compute="_compute_text_cheque", string="Reason of the Bank"
    )
    text_cheque_fee = fields.Char(
        compute="_compute_text_cheque", string="Fee for the Cheque"
    )

    _bounce_uniq = models.UniqueIndex(
        "(bounce_id, purpose) WHERE bounce_id IS NOT NULL"
    )

    @api.depends("bounce_id")
    @api.depends_context("lang")
    def _compute_text_cheque(self):
        for action in self:
            bounce = action.bounce_id.sudo()  # sudo: the debtor's own cheque
            fee = bounce.fee_move_id
            action.text_cheque = bounce.cheque_name
            action.text_cheque_amount = bounce._money(bounce.amount) if bounce else ""
            action.text_cheque_date = bounce._day(bounce.date) if bounce else ""
            action.text_cheque_reason = bounce.reason_id.name
            action.text_cheque_fee = (
                fee.currency_id.format(fee.amount_total) if fee else ""
            )

    def _agreement(self):
        return super()._agreement() or self.bounce_id

    @api.model
    def _settled_day(self):
        """Who paid with a cheque is thanked when it cleared."""
        return SQL(
            """CASE WHEN c.amount_documented > 0 THEN NULL
                    ELSE GREATEST(%s, c.cheque_clear_date) END""",
            super()._settled_day(),
        )
