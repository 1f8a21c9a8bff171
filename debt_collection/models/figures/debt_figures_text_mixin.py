from itertools import pairwise

from odoo import api, models
from odoo.tools.misc import formatLang


class DebtFiguresTextMixin(models.AbstractModel):
    """The names of the figures, their formulas in words, and how they are written."""

    _name = "debt.figures.text.mixin"
    _description = "Words of the Figures"

    @api.model
    def _text(self, value, kind, company):
        if value is None:
            return "–"
        if kind == "percent":
            return f"{formatLang(self.env, float(value * 100), digits=1)} %"
        if kind == "days":
            return self.env._("%s days", formatLang(self.env, float(value), digits=0))
        if kind == "money":
            return company.currency_id.format(float(value))
        digits = 0 if value == int(value) else 1
        return formatLang(self.env, float(value), digits=digits)

    @api.model
    def _described(self):
        """Return {code: (name, kind, what is better, formula, terms)} in their order.

        Terms are (name, key of the sums, kind).
        """
        _ = self.env._
        debts = (_("Open debts"), "debts", "money")
        net = (_("Receivable"), "net", "money")
        sales = (_("Sales of 90 days"), "sales_recent", "money")
        rolls = {
            f"roll_{age}": (
                _("Roll Rate %(before)s → %(after)s", before=names[0], after=names[1]),
                "percent",
                "down",
                _("Amount that is an age older at the end ÷ amount in the age before"),
                [],
            )
            for age, names in enumerate(pairwise(self._ages()))
        }
        return {
            "overdue": (
                _("Overdue"),
                "percent",
                "down",
                _("Overdue debts ÷ open debts, at the end of the period"),
                [(_("Overdue"), "debts_overdue", "money"), debts],
            ),
            "over_90": (
                _("Over 90 Days"),
                "percent",
                "down",
                _("Debts overdue for over 90 days ÷ open debts"),
                [(_("Over 90 days"), "debts_over_90", "money"), debts],
            ),
            "dso": (
                _("DSO"),
                "days",
                "down",
                _(
                    "Count-back: the sales of each month are taken off the receivable, "
                    "the latest first; whole months count with their days, the last "
                    "one in part"
                ),
                [net],
            ),
            "cei": (
                _("CEI"),
                "percent",
                "up",
                _(
                    "Collection effectiveness: (opening + sales − closing) ÷ (opening "
                    "+ sales − closing not due); 80 % and more is good"
                ),
                [
                    (_("Opening"), "opening", "money"),
                    (_("Sales"), "sales", "money"),
                    (_("Closing"), "net", "money"),
                    (_("Closing, not due"), "net_current", "money"),
                ],
            ),
            "promises_kept": (
                _("Promises Kept"),
                "percent",
                "up",
                _("Promises kept ÷ promises whose last day was in the period"),
                [
                    (_("Kept"), "promises_kept", "number"),
                    (_("Due"), "promises_due", "number"),
                ],
            ),
            "collected": (
                _("Collected"),
                "money",
                "up",
                _("Payments applied to documents, by the day of the payment"),
                [(_("Target"), "target", "money")],
            ),
            "dso_simple": (
                _("DSO, Simple"),
                "days",
                "down",
                _("Receivable ÷ sales of 90 days × 90"),
                [net, sales],
            ),
            "best_dso": (
                _("Best Possible DSO"),
                "days",
                "down",
                _("Receivable that is not due ÷ sales of 90 days × 90"),
                [(_("Not due"), "net_current", "money"), sales],
            ),
            "delinquent_days": (
                _("Average Days Delinquent"),
                "days",
                "down",
                _("Simple DSO − best possible DSO"),
                [],
            ),
            "days_to_pay": (
                _("Days Late When Paid"),
                "days",
                "down",
                _("Days from the due date to the payment, weighted by amount"),
                [(_("Collected"), "collected", "money")],
            ),
            "at_risk": (
                _("At Risk"),
                "percent",
                "down",
                _(
                    "Of the invoices of a month, what was not paid within 90 days; the "
                    "last month of which all had so long"
                ),
                [
                    (_("Not paid"), "risk_unpaid", "money"),
                    (_("Invoiced"), "risk_sales", "money"),
                ],
            ),
            "cure_rate": (
                _("Cure Rate"),
                "percent",
                "up",
                _("Overdue debts that are overdue no more at the end ÷ overdue debts"),
                [],
            ),
            **rolls,
            "promises_kept_amount": (
                _("Promises Kept, by Amount"),
                "percent",
                "up",
                _("Amount of the promises kept ÷ amount of those due in the period"),
                [
                    (_("Kept"), "promised_kept", "money"),
                    (_("Due"), "promised_due", "money"),
                ],
            ),
            "promise_rate": (
                _("Promise Rate"),
                "percent",
                "up",
                _("Promises made ÷ contacts that reached the customer"),
                [
                    (_("Promises"), "promises_made", "number"),
                    (_("Reached"), "reached", "number"),
                ],
            ),
            "right_party": (
                _("Right-Party Contacts"),
                "percent",
                "up",
                _("Contacts that reached the customer ÷ contacts tried by people"),
                [
                    (_("Reached"), "reached", "number"),
                    (_("Tried"), "attempts", "number"),
                ],
            ),
            "coverage": (
                _("Coverage"),
                "percent",
                "up",
                _("Cases with a contact in the period ÷ cases that are overdue today"),
                [
                    (_("Worked"), "cases_worked", "number"),
                    (_("Overdue"), "cases_overdue", "number"),
                ],
            ),
            "contacts_per_case": (
                _("Contacts per Case"),
                "number",
                None,
                _("Messages and contacts ÷ cases with any"),
                [
                    (_("Contacts"), "contacts", "number"),
                    (_("Cases"), "cases_worked", "number"),
                ],
            ),
            "plan_default": (
                _("Broken Payment Plans"),
                "percent",
                "down",
                _("Broken plans ÷ plans that were accepted within a year"),
                [
                    (_("Broken"), "plans_broken", "number"),
                    (_("Plans"), "plans", "number"),
                ],
            ),
        }

    @api.model
    def _ages(self):
        field = self.env["debt.case"]._fields["bucket"]
        return [name for _code, name in field._description_selection(self.env)]
