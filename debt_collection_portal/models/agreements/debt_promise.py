from odoo import api, models
from odoo.tools import format_date


class DebtPromise(models.Model):
    _inherit = "debt.promise"

    def _portal_own(self):
        """Return those that a customer may move or take back by themselves."""
        sources = self._self_service_sources()
        return self.filtered(
            lambda promise: (
                promise.state == "open"
                and not promise.plan_id
                and promise.source in sources
            )
        )

    def _portal_state(self):
        """Return (words, colour of the theme) of what became of it."""
        self.ensure_one()
        today = self.company_id._debt_today()
        if self.state == "open" and self.amount_to_apply:
            return self.env._("Received, being booked"), "info"
        if self.state == "open" and self.date < today:
            return self.env._("Overdue"), "danger"
        if self.paid_late:
            return self.env._("Paid late"), "warning"
        return {
            "open": (self.env._("To pay"), "secondary"),
            "kept": (self.env._("Paid"), "success"),
            "partial": (self.env._("Partly paid"), "warning"),
            "broken": (self.env._("Not paid"), "danger"),
            "cancelled": (self.env._("Cancelled"), "secondary"),
        }[self.state]

    @api.model
    def _portal_refusal(self, code, case, items):
        """Return, in words for the customer, why they cannot promise by themselves.

        :param code: see ``_self_service_refusal``
        :param case: the case
        :param items: what is overdue in the currency
        """
        last, _reason = self._self_service_limits(case)
        words = {
            "broken": self.env._(
                "Not everything that was promised lately was paid. Please speak to us: "
                "we look for a way together."
            ),
            "changes": self.env._(
                "This was promised and changed already. Please speak to us to change "
                "it once more."
            ),
            "documents": self.env._("Choose documents that are overdue."),
            "legal": self.env._(
                "This account is no longer handled on this page. Please speak to us."
            ),
            "nothing": self.env._("Nothing is overdue."),
            "planned": self.env._(
                "You pay by a payment plan: what counts are its instalments."
            ),
        }
        if code == "day":
            return self.env._(
                "Choose a day from today to %s. For a later one please speak to us.",
                format_date(self.env, last),
            )
        if code in ("little", "much"):
            money = items.currency_id.format
            if code == "little":
                return self.env._(
                    "Choose at least %s, or whole documents. For less please speak to "
                    "us.",
                    money(self._self_service_least(items)),
                )
            return self.env._(
                "It is more than what is overdue: %s.",
                money(self._self_service_amount(items)),
            )
        return words[code]
