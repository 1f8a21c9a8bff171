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
        debts = (self.env._("Open debts"), "debts", "money")
        net = (self.env._("Receivable"), "net", "money")
        sales = (self.env._("Sales of 90 days"), "sales_recent", "money")
        rolls = {
            f"roll_{age}": (
                self.env._(
                    "Roll Rate %(before)s → %(after)s", before=names[0], after=names[1]
                ),
                "percent",
                "down",
                self.env._(
                    "Amount that is an age older at the end ÷ amount in the age before"
                ),
                [],
            )
            for age, names in enumerate(pairwise(self._ages()))
        }
        return {
            "overdue": (
                self.env._("Overdue"),
                "percent",
                "down",
                self.env._("Overdue debts ÷ open debts, at the end of the period"),
                [(self.env._("Overdue"), "debts_overdue", "money"), debts],
            ),
            "over_90": (
                self.env._("Over 90 Days"),
                "percent",
                "down",
                self.env._("Debts overdue for over 90 days ÷ open debts"),
                [(self.env._("Over 90 days"), "debts_over_90", "money"), debts],
            ),
            "dso": (
                self.env._("DSO"),
                "days",
                "down",
                self.env._(
                    "Count-back: the sales of each month are taken off the receivable, "
                    "the latest first; whole months count with their days, the last "
                    "one in part"
                ),
                [net],
            ),
            "cei": (
                self.env._("CEI"),
                "percent",
                "up",
                self.env._(
                    "Collection effectiveness: (opening + sales − closing) ÷ (opening "
                    "+ sales − closing not due); 80 % and more is good"
                ),
                [
                    (self.env._("Opening"), "opening", "money"),
                    (self.env._("Sales"), "sales", "money"),
                    (self.env._("Closing"), "net", "money"),
                    (self.env._("Closing, not due"), "net_current", "money"),
                ],
            ),
            "promises_kept": (
                self.env._("Promises Kept"),
                "percent",
                "up",
                self.env._("Promises kept ÷ promises whose last day was in the period"),
                [
                    (self.env._("Kept"), "promises_kept", "number"),
                    (self.env._("Due"), "promises_due", "number"),
                ],
            ),
            "collected": (
                self.env._("Collected"),
                "money",
                "up",
                self.env._("Payments applied to documents, by the day of the payment"),
                [(self.env._("Target"), "target", "money")],
            ),
            "dso_simple": (
                self.env._("DSO, Simple"),
                "days",
                "down",
                self.env._("Receivable ÷ sales of 90 days × 90"),
                [net, sales],
            ),
            "best_dso": (
                self.env._("Best Possible DSO"),
                "days",
                "down",
                self.env._("Receivable that is not due ÷ sales of 90 days × 90"),
                [(self.env._("Not due"), "net_current", "money"), sales],
            ),
            "delinquent_days": (
                self.env._("Average Days Delinquent"),
                "days",
                "down",
                self.env._("Simple DSO − best possible DSO"),
                [],
            ),
            "days_to_pay": (
                self.env._("Days Late When Paid"),
                "days",
                "down",
                self.env._("Days from the due date to the payment, weighted by amount"),
                [(self.env._("Collected"), "collected", "money")],
            ),
            "at_risk": (
                self.env._("At Risk"),
                "percent",
                "down",
                self.env._(
                    "Of the invoices of a month, what was not paid within 90 days; the "
                    "last month of which all had so long"
                ),
                [
                    (self.env._("Not paid"), "risk_unpaid", "money"),
                    (self.env._("Invoiced"), "risk_sales", "money"),
                ],
            ),
            "cure_rate": (
                self.env._("Cure Rate"),
                "percent",
                "up",
                self.env._(
                    "Overdue debts that are overdue no more at the end ÷ overdue debts"
                ),
                [],
            ),
            **rolls,
            "promises_kept_amount": (
                self.env._("Promises Kept, by Amount"),
                "percent",
                "up",
                self.env._(
                    "Amount of the promises kept ÷ amount of those due in the period"
                ),
                [
                    (self.env._("Kept"), "promised_kept", "money"),
                    (self.env._("Due"), "promised_due", "money"),
                ],
            ),
            "promise_rate": (
                self.env._("Promise Rate"),
                "percent",
                "up",
                self.env._("Promises made ÷ contacts that reached the customer"),
                [
                    (self.env._("Promises"), "promises_made", "number"),
                    (self.env._("Reached"), "reached", "number"),
                ],
            ),
            "right_party": (
                self.env._("Right-Party Contacts"),
                "percent",
                "up",
                self.env._(
                    "Contacts that reached the customer ÷ contacts tried by people"
                ),
                [
                    (self.env._("Reached"), "reached", "number"),
                    (self.env._("Tried"), "attempts", "number"),
                ],
            ),
            "coverage": (
                self.env._("Coverage"),
                "percent",
                "up",
                self.env._(
                    "Cases with a contact in the period ÷ cases that are overdue today"
                ),
                [
                    (self.env._("Worked"), "cases_worked", "number"),
                    (self.env._("Overdue"), "cases_overdue", "number"),
                ],
            ),
            "contacts_per_case": (
                self.env._("Contacts per Case"),
                "number",
                None,
                self.env._("Messages and contacts ÷ cases with any"),
                [
                    (self.env._("Contacts"), "contacts", "number"),
                    (self.env._("Cases"), "cases_worked", "number"),
                ],
            ),
            "plan_default": (
                self.env._("Broken Payment Plans"),
                "percent",
                "down",
                self.env._("Broken plans ÷ plans that were accepted within a year"),
                [
                    (self.env._("Broken"), "plans_broken", "number"),
                    (self.env._("Plans"), "plans", "number"),
                ],
            ),
        }

    @api.model
    def _ages(self):
        field = self.env["debt.case"]._fields["bucket"]
        return [name for _code, name in field._description_selection(self.env)]
