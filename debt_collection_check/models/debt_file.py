from odoo import models
from odoo.tools import SQL


class DebtFile(models.AbstractModel):
    _inherit = "debt.file"

    def _figures(self, company, cases):
        figures = super()._figures(company, cases)
        currency = company.currency_id
        for label, name, kind in (
            (self.env._("Documented"), "amount_documented", "info"),
            (self.env._("Bounced in 12 Months"), "bounced_amount", "danger"),
        ):
            amount = sum(cases.mapped(name))
            if not currency.is_zero(amount):
                figures.append(
                    {
                        "label": label,
                        "amount": self._money(amount, currency),
                        "kind": kind,
                    }
                )
        return figures

    def _flags(self, case):
        flags = super()._flags(case)
        if case.amount_documented and case.state != "closed":
            text, color = self._documented_flag(case)
            flags.append({"text": text, "color": color})
        if case.bounced_count:
            flags.append(
                {
                    "text": self.env._(
                        "Cheques bounced in 12 months: %s", case.bounced_count
                    ),
                    "color": "danger",
                }
            )
        return flags

    def _closed_flag(self, case):
        if case.amount_documented:
            return self._documented_flag(case)
        return super()._closed_flag(case)

    def _documented_flag(self, case):
        amount = self._money(case.amount_documented, case.currency_id)
        return self.env._("Documented, not cleared: %s", amount), "info"

    def _timeline_queries(self, cases):
        return [
            *super()._timeline_queries(cases),
            (
                "agreement",
                SQL(
                    """SELECT 'debt.cheque.bounce' AS model, id, date AS day, case_id
                         FROM debt_cheque_bounce WHERE case_id = ANY(%s)""",
                    list(cases.ids),
                ),
            ),
        ]

    def _entry_of_debt_cheque_bounce(self, bounce):
        return {
            "kind": "agreement",
            "icon": "fa-undo",
            "title": self.env._("Bounced: %s", bounce.cheque_name),
            "text": "",
            "detail": " · ".join(
                filter(
                    None,
                    (
                        bounce.reason_id.name,
                        ", ".join(bounce.item_ids.mapped("display_name")),
                        bounce.undo_reason,
                    ),
                )
            ),
            "amount": self._money(bounce.amount, bounce.currency_id, bounce.company_id),
            "user": bounce.user_id.sudo().name or "",
            "state": self._words(bounce, "state"),
            "color": "danger" if bounce.state == "done" else "secondary",
            "res_model": "debt.cheque.bounce",
            "res_id": bounce.id,
        }
