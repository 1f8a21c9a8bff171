from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    debt_amount_documented = fields.Monetary(
        string="Documented",
        compute="_compute_debt_cheques",
        help="Paid with cheques, notes or bills that have not cleared yet.",
    )
    debt_bounced_count = fields.Integer(
        string="Bounced Cheques in 12 Months", compute="_compute_debt_cheques"
    )

    @api.depends_context("company")
    def _compute_debt_cheques(self):
        # sudo: whoever reads the customer may see where collection stands
        cases = (
            self.env["debt.case"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self._debt_debtors().ids),
                    ("company_id", "=", self.env.company.id),
                ]
            )
            .grouped("partner_id")
        )
        for partner in self:
            case = cases.get(partner._debt_debtors().sudo())
            partner.debt_amount_documented = case.amount_documented if case else 0
            partner.debt_bounced_count = case.bounced_count if case else 0
