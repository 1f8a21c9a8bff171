from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtChargeWaiveWizard(models.TransientModel):
    """Asks why charges are waived, or reversed where they were invoiced."""

    _name = "debt.charge.waive.wizard"
    _description = "Waive Late Charges"

    charge_ids = fields.Many2many("debt.charge", required=True)
    amount = fields.Char(compute="_compute_what")
    posted = fields.Boolean(compute="_compute_what")
    alone = fields.Boolean(
        compute="_compute_what", help="It is inside the limit of the user."
    )
    reason = fields.Char(required=True)

    @api.depends("charge_ids")
    @api.depends_context("uid", "lang")
    def _compute_what(self):
        for wizard in self:
            charges = wizard.charge_ids
            wizard.amount = charges._money()
            wizard.posted = all(charge.state == "posted" for charge in charges)
            wizard.alone = wizard.posted or all(
                own._may_waive() for own in charges.grouped("case_id").values()
            )

    def action_confirm(self):
        """Waive or reverse the charges, or ask who may waive them."""
        self.ensure_one()
        if len(set(self.charge_ids.mapped("state"))) != 1:
            raise UserError(
                self.env._(
                    "Choose either what is claimed or what is invoiced: one is "
                    "waived, the other takes a credit note."
                )
            )
        if self.posted:
            notes = self.charge_ids._reverse(self.reason)
            told = self.env._("Reversed: %s.", ", ".join(notes.mapped("name")))
        else:
            waived, asked = self.charge_ids._waive(self.reason)
            parts = (
                waived and self.env._("Waived: %s.", len(waived)),
                asked and self.env._("Waiting for approval: %s.", len(asked)),
            )
            told = " ".join(filter(None, parts))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": told,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
