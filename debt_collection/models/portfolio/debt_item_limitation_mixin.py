from odoo import api, fields, models
from odoo.tools import SQL


class DebtItemLimitationMixin(models.AbstractModel):
    """Until when an item can be claimed in court."""

    _name = "debt.item.limitation.mixin"
    _description = "Limitation of an Open Item"

    date_limitation = fields.Date(
        string="Lapses on",
        compute="_compute_date_limitation",
        help="By the rule of the country: from the due date, or from the last payment, "
        "payment plan or acknowledgement.",
    )

    @api.depends("state", "date_due", "case_id.limitation_rule_id")
    def _compute_date_limitation(self):
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT item_id, day FROM (%s) v",
                self.env["debt.limitation.rule"]._limitations(
                    SQL("i.id = ANY(%s)", list(self._origin.ids))
                ),
            )
        )
        days = dict(rows)
        for item in self:
            item.date_limitation = days.get(item._origin.id, False)
