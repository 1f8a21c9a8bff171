from odoo import api, fields, models
from odoo.fields import Command


class DebtCaseLossMixin(models.AbstractModel):
    """What of a customer's debts was given up, and what still came in of it."""

    _name = "debt.case.loss.mixin"
    _description = "Losses of a Case"

    currency_id = fields.Many2one("res.currency")
    write_off_count = fields.Integer(
        compute="_compute_write_off_count", string="Number of Write-Offs"
    )
    amount_written_off = fields.Monetary(
        compute="_compute_losses",
        store=True,
        help="What was written off in all, in the currency of the company.",
    )
    amount_recovered = fields.Monetary(
        string="Recovered",
        compute="_compute_losses",
        store=True,
        help="What came in after it was written off.",
    )

    @api.depends(
        "write_off_ids.amount_written_off",
        "write_off_ids.amount_recovered",
        "write_off_ids.state",
    )
    def _compute_losses(self):
        for case in self:
            # sudo: figures of the case, whoever brings the news
            posted = case.sudo().write_off_ids.filtered(lambda w: w.state == "posted")
            case.amount_written_off = sum(posted.mapped("amount_written_off"))
            case.amount_recovered = sum(posted.mapped("amount_recovered"))

    @api.depends("write_off_ids")
    def _compute_write_off_count(self):
        for case in self:
            case.write_off_count = len(case.write_off_ids)

    # === BUTTONS === #

    def action_settlement(self):
        """Offer to settle the debt for a part of it, until a day."""
        self.ensure_one()
        self._check_owes()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settlement Offer"),
            "res_model": "debt.plan",
            "view_mode": "form",
            "context": {
                **self._settlement_defaults(),
                "default_item_ids": [Command.set(self._plan_items().ids)],
            },
        }

    def _settlement_defaults(self):
        """Return what an offer proposes: the own limit, paid at once, until a day."""
        self.ensure_one()
        company = self.company_id.sudo()  # sudo: settings of the company
        limit = self.env["debt.plan.limit"]._of_user(self.sudo(), self.env.user)
        last = fields.Date.add(company._debt_today(), days=company.debt_settlement_days)
        return {
            "default_case_id": self.id,
            "default_instalments": 1,
            "default_amount_down": 0,
            "default_discount_percent": limit.discount_percent,
            "default_date_first": last,
        }

    def action_propose_write_off(self):
        """Propose to write off what the customer owes."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write-Off of a Debt"),
            "res_model": "debt.write.off",
            "view_mode": "form",
            "context": {
                "default_case_id": self.id,
                "default_item_ids": [Command.set(self._write_off_items().ids)],
            },
        }

    def _write_off_items(self):
        """Return the documents of the whole debt in the currency of the oldest."""
        self.ensure_one()
        owed = self.item_ids.filtered(
            lambda item: item.amount_residual_currency > 0 and not item.excluded
        )
        currency = owed.sorted("date_due").currency_id[:1]
        return owed.filtered(lambda item: item.currency_id == currency)

    def action_open_write_offs(self):
        """Open the write-offs of the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_write_off_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {"default_case_id": self.id}
        return action
