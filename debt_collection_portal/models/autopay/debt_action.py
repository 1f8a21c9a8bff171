from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from odoo.addons.debt_collection.fields import LooseMany2one

#: What customers are told about charges that they agreed to: no limit is for it.
TOLD = ("autopay_notice", "autopay_refused", "autopay_done")


class DebtAction(models.Model):
    _inherit = "debt.action"

    purpose = fields.Selection(
        selection_add=[
            ("autopay_notice", "Notice of an Automatic Charge"),
            ("autopay_refused", "Refused Automatic Charge"),
            ("autopay_done", "Receipt of an Automatic Charge"),
            ("autopay_task", "Automatic Charge to Look at"),
        ],
        ondelete={
            "autopay_notice": "set default",
            "autopay_refused": "set default",
            "autopay_done": "set default",
            "autopay_task": "set default",
        },
    )
    autopay_charge_id = LooseMany2one("debt.autopay.charge", string="Automatic Charge")
    text_autopay_amount = fields.Char(
        compute="_compute_text_autopay", string="Amount Charged"
    )
    text_autopay_date = fields.Char(
        compute="_compute_text_autopay", string="Day of the Charge"
    )
    text_autopay_card = fields.Char(
        compute="_compute_text_autopay", string="Card Charged"
    )
    text_autopay_why = fields.Char(
        compute="_compute_text_autopay", string="Why It Was Refused"
    )
    text_autopay_again = fields.Char(
        compute="_compute_text_autopay", string="Tried Again on"
    )

    _autopay_uniq = models.UniqueIndex(
        "(autopay_charge_id, purpose) WHERE autopay_charge_id IS NOT NULL"
    )

    @api.depends("autopay_charge_id", "promise_id")
    @api.depends_context("lang")
    def _compute_text_autopay(self):
        for action in self:
            # sudo: the debtor's own charge
            charge = action.autopay_charge_id.sudo()
            promise = charge.promise_id or action.promise_id.sudo()
            autopay = charge.autopay_id or promise.plan_id.autopay_id
            amount = charge.amount or promise.amount - promise.amount_paid
            day = charge.day or promise.date
            again = charge and charge._again()
            action.text_autopay_amount = promise and format_amount(
                self.env, amount, promise.currency_id
            )
            action.text_autopay_date = day and format_date(self.env, day)
            action.text_autopay_card = autopay.card
            action.text_autopay_why = charge.error
            action.text_autopay_again = again and format_date(self.env, again)

    def _agreement(self):
        return super()._agreement() or self.autopay_charge_id

    @api.model
    def _exempt_purposes(self):
        return {*super()._exempt_purposes(), *TOLD}
