from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ...logic.interest import Rates


class DebtInterestReference(models.Model):
    """A rate that somebody publishes, with its history, as a central bank does."""

    _name = "debt.interest.reference"
    _description = "Reference of Interest Rates"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    months = fields.Integer(
        string="Each Holds for (Months)",
        default=6,
        required=True,
        help="After so many months without a new one, the last known is used and "
        "whoever looks is told. 0: it holds until the next one.",
    )
    source = fields.Char(help="Where it is published: an address or a publication.")
    rate_ids = fields.One2many("debt.interest.rate", "reference_id", string="Rates")
    last_percent = fields.Float(
        string="Last Known (%)", compute="_compute_last", digits=(7, 4)
    )
    last_date = fields.Date(string="In Force from", compute="_compute_last")
    missing = fields.Char(
        compute="_compute_last", help="What is missing to be up to date today."
    )

    _months_not_negative = models.Constraint(
        "CHECK(months >= 0)", "A rate cannot hold for negative months."
    )

    @api.depends("months", "rate_ids.date_from", "rate_ids.percent")
    @api.depends_context("lang", "company")
    def _compute_last(self):
        today = self.env.company._debt_today()
        for reference in self:
            last = reference.rate_ids.sorted("date_from")[-1:]
            reference.last_percent = last.percent
            reference.last_date = last.date_from
            reference.missing = reference._missing(today)

    def _missing(self, day):
        """Return in words which rate is not known on a day, False where all are."""
        self.ensure_one()
        rates = self._rates()
        unknown = rates.unknown_from()
        if not rates.changes:
            return self.env._("%s: no rate is known yet.", self.name)
        if not unknown or day < unknown:
            return False
        return self.env._(
            "%(name)s: the rate since %(unknown)s is not known; that of %(last)s is "
            "used, %(percent)s %%.",
            name=self.name,
            unknown=format_date(self.env, unknown),
            last=format_date(self.env, rates.changes[-1][0]),
            percent=number_text(self.env, rates.changes[-1][1]),
        )

    def _rates(self, margin=0.0):
        """Return the history as ``logic.interest`` knows it.

        :param float margin: percentage points added to each
        """
        self.ensure_one()
        changes = sorted(
            (rate.date_from or date.min, exact_percent(rate.percent))
            for rate in self.rate_ids
        )
        return Rates(tuple(changes), exact_percent(margin), self.months)


class DebtInterestRate(models.Model):
    """What a reference says from a day on."""

    _name = "debt.interest.rate"
    _description = "Interest Rate"
    _inherit = ["debt.config.mixin"]
    _order = "date_from desc, id desc"

    reference_id = fields.Many2one(
        "debt.interest.reference", required=True, ondelete="cascade", index=True
    )
    date_from = fields.Date(string="From", required=True)
    percent = fields.Float(string="Annual Rate (%)", required=True, digits=(7, 4))
    source = fields.Char(help="Where it was read, if not where the others are.")
    checked_on = fields.Date(string="Last Checked on")

    _once = models.Constraint(
        "UNIQUE(reference_id, date_from)", "There is already a rate from this day on."
    )
    _percent_not_negative = models.Constraint(
        "CHECK(percent >= 0)", "A rate cannot be negative."
    )

    @api.depends("reference_id", "date_from")
    def _compute_display_name(self):
        for rate in self:
            day = format_date(self.env, rate.date_from) if rate.date_from else ""
            rate.display_name = f"{rate.reference_id.name or ''} {day}".strip()


def number_text(env, number):
    """Return an exact number in the user's language, with the decimals that it has.

    :param number: a Decimal, or one as text
    """
    text = f"{Decimal(number):f}"
    return formatLang(env, float(text), digits=len(text.partition(".")[2]))


def exact_percent(percent):
    """Return a percentage of the ORM as a Decimal: 10.15, not 10.1500000000000004."""
    number = Decimal(f"{percent or 0:.4f}").normalize()
    return number if number else Decimal(0)
