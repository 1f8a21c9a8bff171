from datetime import timedelta

from odoo import api, models

from .debt_figures_numbers_mixin import PLAN_DAYS


class DebtFiguresOpenMixin(models.AbstractModel):
    """The records behind each figure."""

    _name = "debt.figures.open.mixin"
    _description = "Records behind the Figures"

    @api.model
    def _open_ageing(self, code, company, period):
        report = self.env["debt.ageing"].create(
            {"company_id": company.id, "day": period.last}
        )
        action = report.action_show()
        if code in ("overdue", "over_90"):
            action["context"] = {
                "search_default_by_partner": 1,
                f"search_default_{code}": 1,
                "search_default_debts": 1,
            }
        return action

    @api.model
    def _action(self, name, title, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"debt_collection.{name}"
        )
        return {**action, "display_name": title, "domain": domain, "context": {}}

    @api.model
    def _open_promises(self, _code, company, period):
        return self._action(
            "debt_promise_action",
            self.env._("Promises of the Period"),
            [
                ("company_id", "=", company.id),
                ("plan_id", "=", False),
                ("state", "in", ("kept", "partial", "broken")),
                ("deadline", ">=", period.first),
                ("deadline", "<=", period.last),
            ],
        )

    @api.model
    def _open_collected(self, _code, company, period):
        return self._action(
            "debt_collected_action",
            self.env._("Collected"),
            [
                ("company_id", "=", company.id),
                ("day", ">=", period.first),
                ("day", "<=", period.last),
            ],
        )

    @api.model
    def _open_contacts(self, code, company, period):
        domain = [
            ("company_id", "=", company.id),
            ("state", "in", ("sent", "done")),
            "|",
            ("track", "=", "message"),
            "&",
            ("track", "=", "task"),
            ("state", "=", "done"),
            ("incoming", "!=", True),
            ("is_test", "!=", True),
            ("contact_day", ">=", period.first),
            ("contact_day", "<=", period.last),
        ]
        if code in ("right_party", "promise_rate"):
            domain.append(("purpose", "=", "contact"))
        return self._action("debt_action_action", self.env._("Contacts"), domain)

    @api.model
    def _open_plans(self, _code, company, period):
        since = period.last - timedelta(days=PLAN_DAYS)
        return self._action(
            "debt_plan_action",
            self.env._("Payment Plans of a Year"),
            [
                ("company_id", "=", company.id),
                ("state", "in", ("active", "broken", "done")),
                ("accepted_date", ">=", since),
                ("accepted_date", "<=", period.last),
            ],
        )
