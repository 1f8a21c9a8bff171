from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ...fields import LooseMany2one


class DebtItemDifferenceMixin(models.AbstractModel):
    """Which items are what a net payment left over, and nobody has said why."""

    _name = "debt.item.difference.mixin"
    _description = "Differences of Open Items"

    currency_id = LooseMany2one("res.currency")
    amount_original = fields.Monetary(
        string="Original Amount", compute="_compute_amount_original"
    )
    left_percent = fields.Float(
        string="Left (%)",
        compute="_compute_amount_original",
        digits=(5, 2),
        help="What is left, as a part of the original amount.",
    )
    difference_ids = fields.Many2many(
        "debt.difference",
        "debt_difference_debt_item_rel",
        "debt_item_id",
        "debt_difference_id",
    )
    to_classify = fields.Boolean(
        string="Difference to Classify",
        compute="_compute_to_classify",
        search="_search_to_classify",
        help="It was partly paid, little is left, and nobody has said why.",
    )
    suggested_reason_id = fields.Many2one(
        "debt.difference.reason",
        compute="_compute_suggested_reason",
        help="What the customer deducted, as they reported the payment.",
    )

    @api.depends("move_line_id", "amount_residual_currency")
    def _compute_amount_original(self):
        for item in self:
            # sudo: agents may not read the books; the amount of the document they may
            original = item.move_line_id.sudo().amount_currency
            item.amount_original = original
            item.left_percent = (
                100 * item.amount_residual_currency / original if original else 0
            )

    def _compute_to_classify(self):
        found = self.search([("id", "in", self.ids), ("to_classify", "=", True)])
        for item in self:
            item.to_classify = item._origin in found

    @api.model
    def _search_to_classify(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = Domain("id", "in", self._to_classify_query())
        return wanted if True in value else ~wanted

    @api.model
    def _to_classify_query(self):
        """Return the query of the items that ``logic.difference.is_small`` names.

        And of those of which a payment that came was reported with deductions. Not of
        what somebody decided on, even where it has to be paid.
        """
        for model in ("debt.item", "debt.difference", "debt.payment.notice"):
            self.env[model].flush_model()
        self.env["res.company"].flush_model()
        companies = self.env.companies
        today = [company._debt_today() for company in companies]
        return SQL(
            """(
            SELECT i.id
              FROM debt_item i
              JOIN res_company o ON o.id = i.company_id
              JOIN unnest(%(companies)s, %(today)s::date[]) t(id, day) ON t.id = o.id
              JOIN account_move_line l ON l.id = i.move_line_id
             WHERE i.state = 'open' AND i.amount_residual_currency > 0
               AND i.excluded IS NULL
               AND ((i.amount_chaseable > 0 AND i.date_due < t.day
                     AND i.amount_residual_currency < l.amount_currency
                     AND i.amount_residual_currency * 100
                         <= l.amount_currency * o.debt_difference_percent
                     AND i.amount_residual <= o.debt_difference_amount)
                    OR EXISTS (
                     SELECT FROM debt_item_debt_payment_notice_rel r
                       JOIN debt_payment_notice n ON n.id = r.debt_payment_notice_id
                      WHERE r.debt_item_id = i.id AND n.state = 'matched'
                        AND n.amount_deducted > 0
                        AND NOT EXISTS (SELECT FROM debt_difference e
                                         WHERE e.notice_id = n.id)))
               AND NOT EXISTS (
                     SELECT FROM debt_difference_debt_item_rel r
                       JOIN debt_difference d ON d.id = r.debt_difference_id
                      WHERE r.debt_item_id = i.id
                        AND (d.amount_cover > 0 OR d.state = 'returned')))""",
            companies=companies.ids,
            today=today,
        )

    @api.depends("to_classify")
    def _compute_suggested_reason(self):
        # sudo: what was deducted is for whoever sees the document
        notices = (
            self.env["debt.payment.notice"]
            .sudo()
            .search(
                [
                    ("item_ids", "in", self.ids),
                    ("state", "=", "matched"),
                    ("deduction_reason_id", "!=", False),
                ],
                order="date desc, id desc",
            )
        )
        for item in self:
            known = item._origin
            own = notices.filtered(lambda notice, item=known: item in notice.item_ids)
            item.suggested_reason_id = own[:1].deduction_reason_id.sudo(self.env.su)

    def action_classify(self):
        """Ask why something is left of these items."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Classify the Difference"),
            "res_model": "debt.classify.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_item_ids": [Command.set(self.ids)]},
        }
