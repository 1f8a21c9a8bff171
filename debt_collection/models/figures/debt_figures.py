from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from ...logic import figures as rules
from .debt_figures_numbers_mixin import SALES_DAYS

#: What the front page shows; the others are one click away.
FRONT = ("overdue", "over_90", "dso", "cei", "promises_kept", "collected")


@dataclass(frozen=True)
class Period:
    """The days of some figures, both included."""

    first: date
    last: date


class DebtFigures(models.AbstractModel):
    """The figures of a company's portfolio, each with its formula and its terms.

    Computed from the books and from what was agreed and done, for any period; the
    formulas are those of ``logic.figures``.
    """

    _name = "debt.figures"
    _description = "Figures of the Portfolio"
    _inherit = [
        "debt.figures.numbers.mixin",
        "debt.figures.text.mixin",
        "debt.figures.open.mixin",
    ]

    # === FOR THE PAGE === #

    @api.model
    def get_figures(self, company_id=None, period="month"):
        """Return what the page of figures shows.

        :param int company_id: one of the user's companies, the current one by default
        :param str period: a code of ``_periods``
        :return: {"company", "companies", "period", "periods", "days", "front", "more"}
        :raise AccessError: for whoever is no supervisor, or of another company
        """
        company = self._allowed_company(company_id)
        periods = self._periods(company._debt_today())
        period = period if period in periods else "month"
        _name, now, before = periods[period]
        shown = self._shown(company, now, before)
        return {
            "company": company.id,
            "companies": [(each.id, each.name) for each in self.env.companies],
            "period": period,
            "periods": [(code, values[0]) for code, values in periods.items()],
            "days": self._days_text(now),
            "days_before": self._days_text(before),
            "front": [each for each in shown if each["code"] in FRONT],
            "more": [each for each in shown if each["code"] not in FRONT],
        }

    @api.model
    def open_figure(self, code, company_id=None, period="month"):
        """Return the action that shows the records behind a figure.

        :param str code: of a figure
        :raise AccessError: as in ``get_figures``
        """
        company = self._allowed_company(company_id)
        periods = self._periods(company._debt_today())
        _name, now, _before = periods[period if period in periods else "month"]
        kind = {
            "promises_kept": "promises",
            "promises_kept_amount": "promises",
            "collected": "collected",
            "days_to_pay": "collected",
            "right_party": "contacts",
            "promise_rate": "contacts",
            "coverage": "contacts",
            "contacts_per_case": "contacts",
            "plan_default": "plans",
        }.get(code, "ageing")
        return getattr(self, f"_open_{kind}")(code, company, now)

    @api.model
    def _allowed_company(self, company_id):
        company = self.env["res.company"].browse(company_id) or self.env.company
        supervises = self.env.user.has_group("debt_collection.group_debt_supervisor")
        if not supervises or company not in self.env.companies:
            raise AccessError(
                self.env._("Supervisors see the figures of their companies.")
            )
        return company

    @api.model
    def _periods(self, today):
        """Return {code: (name, period, the one that it is compared with)}."""
        month = today.replace(day=1)
        quarter = month - relativedelta(months=(month.month - 1) % 3)
        year = month.replace(month=1)

        def whole(first, months):
            last = first + relativedelta(months=months) - timedelta(days=1)
            return Period(first, last)

        def so_far(first, months):
            back = relativedelta(months=months)
            return Period(first, today), Period(first - back, today - back)

        return {
            "month": (self.env._("This Month"), *so_far(month, 1)),
            "last_month": (
                self.env._("Last Month"),
                whole(month - relativedelta(months=1), 1),
                whole(month - relativedelta(months=2), 1),
            ),
            "quarter": (self.env._("This Quarter"), *so_far(quarter, 3)),
            "year": (self.env._("This Year"), *so_far(year, 12)),
        }

    @api.model
    def _days_text(self, period):
        days = (format_date(self.env, day) for day in (period.first, period.last))
        return " – ".join(days)

    # === FIGURES === #

    @api.model
    def _figures(self, company, period):
        """Return ({code: value}, the sums they are made of) of a period.

        Values are Decimals: fractions of one, days, numbers, or amounts in the currency
        of the company; None where there is nothing to divide by.
        """
        n = self._numbers(company, period)
        simple = rules.dso_simple(n["net"], n["sales_recent"], SALES_DAYS)
        best = rules.dso_simple(n["net_current"], n["sales_recent"], SALES_DAYS)
        worked = min(n["cases_worked"], n["cases_overdue"])
        rolls = rules.roll_rates(n["moves"])
        share = rules.share
        return {
            "overdue": share(n["debts_overdue"], n["debts"]),
            "over_90": share(n["debts_over_90"], n["debts"]),
            "dso": rules.dso_count_back(n["net"], n["months"]),
            "cei": rules.cei(n["opening"], n["sales"], n["net"], n["net_current"]),
            "promises_kept": share(n["promises_kept"], n["promises_due"]),
            "collected": n["collected"],
            "dso_simple": simple,
            "best_dso": best,
            "delinquent_days": rules.delinquent_days(simple, best),
            "days_to_pay": share(n["amount_days"], n["collected"]),
            "at_risk": share(n["risk_unpaid"], n["risk_sales"]),
            "cure_rate": rules.cure_rate(n["moves"]),
            **{f"roll_{age}": rolls.get(age) for age in range(5)},
            "promises_kept_amount": share(n["promised_kept"], n["promised_due"]),
            "promise_rate": share(n["promises_made"], n["reached"]),
            "right_party": share(n["reached"], n["attempts"]),
            "coverage": share(worked, n["cases_overdue"]),
            "contacts_per_case": share(n["contacts"], n["cases_worked"]),
            "plan_default": share(n["plans_broken"], n["plans"]),
        }, n

    @api.model
    def _shown(self, company, period, before):
        """Return the figures as the page shows them, beside those of before."""
        values, numbers = self._figures(company, period)
        earlier, _numbers = self._figures(company, before)
        result = []
        for code, (name, kind, better, formula, terms) in self._described().items():
            value, old = values[code], earlier[code]
            change = None if value is None or old is None else value - old
            result.append(
                {
                    "code": code,
                    "name": name,
                    "value": self._text(value, kind, company),
                    "before": self._text(old, kind, company),
                    "trend": change and (1 if change > 0 else -1),
                    "good": better and change and (change > 0) == (better == "up"),
                    "formula": formula,
                    "terms": [
                        (label, self._text(numbers[term], kind_of, company))
                        for label, term, kind_of in terms
                    ],
                    "progress": self._progress(code, numbers),
                }
            )
        return result

    @api.model
    def _progress(self, code, numbers):
        """Return how much of its target a figure reached, in percent."""
        if code != "collected" or not numbers["target"]:
            return None
        return round(100 * numbers["collected"] / numbers["target"])
