from odoo import api, fields, models


class DebtCaseChargeMixin(models.AbstractModel):
    """The late charges of a case: beside the books, never part of its figures."""

    _name = "debt.case.charge.mixin"
    _description = "Late Charges of a Case"

    charge_ids = fields.One2many("debt.charge", "case_id", string="Late Charges")
    charge_count = fields.Integer(
        compute="_compute_charge_text", string="Number of Late Charges"
    )
    charge_text = fields.Char(
        compute="_compute_charge_text",
        string="Late Charges Claimed",
        help="Claimed beside the balance, which is that of the books.",
    )

    @api.depends("charge_ids.state")
    @api.depends_context("lang")
    def _compute_charge_text(self):
        for case in self:
            case.charge_count = len(case.charge_ids)
            case.charge_text = case.charge_ids.filtered(
                lambda charge: charge.state == "claimed"
            )._money()

    def action_charges(self):
        """Show what could be charged today, line by line."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Late Charges"),
            "res_model": "debt.charge.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def action_open_charges(self):
        """Open the late charges of the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_charge_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {}
        return action
