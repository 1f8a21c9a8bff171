from datetime import timedelta

from odoo import api, fields, models


class DebtContactHoliday(models.Model):
    """Days of the house on which nobody is contacted, beside public holidays."""

    _name = "debt.contact.holiday"
    _description = "Days without Contact"
    _order = "date_from, id"

    policy_id = fields.Many2one(
        "debt.contact.policy", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    date_from = fields.Date("First Day", required=True)
    date_to = fields.Date("Last Day", help="Empty: one day.")
    yearly = fields.Boolean("Every Year", default=True)
    company_id = fields.Many2one("res.company", help="Empty: of every company.")

    _dates = models.Constraint(
        "CHECK(date_to IS NULL OR date_to - date_from BETWEEN 0 AND 365)",
        "The last day comes after the first one, within a year.",
    )

    @api.model
    def _of_year(self, day, year):
        """Return the same day of another year; 28 February for a leap day."""
        try:
            return day.replace(year=year)
        except ValueError:
            return day.replace(year=year, day=28)

    def _dates_of(self, company, years):
        """Return the days without contact of a company, as dates.

        :param years: the years that matter
        """
        dates = set()
        for holiday in self.filtered(lambda h: h.company_id.id in (company.id, False)):
            length = ((holiday.date_to or holiday.date_from) - holiday.date_from).days
            starts = (
                [self._of_year(holiday.date_from, y) for y in (min(years) - 1, *years)]
                if holiday.yearly
                else [holiday.date_from]
            )
            for start in starts:
                dates.update(start + timedelta(days=n) for n in range(length + 1))
        return frozenset(dates)
