from babel.dates import get_day_names

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import get_lang

from ...logic.pay_day import DayRule, PayCalendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class DebtPayCalendar(models.Model):
    _name = "debt.pay.calendar"
    _description = "Customer Payment Days"
    _inherit = ["debt.config.mixin"]

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    review_mon = fields.Boolean("Revision on Monday")
    review_tue = fields.Boolean("Revision on Tuesday")
    review_wed = fields.Boolean("Revision on Wednesday")
    review_thu = fields.Boolean("Revision on Thursday")
    review_fri = fields.Boolean("Revision on Friday")
    review_sat = fields.Boolean("Revision on Saturday")
    review_sun = fields.Boolean("Revision on Sunday")
    review_weeks = fields.Char(
        "Weeks of Revision", help="1 to 5, or -1 for the last. Empty: every week."
    )
    review_monthdays = fields.Char(
        "Revision Days of Month", help="1 to 31, or -1 for the last day."
    )
    lead_days = fields.Integer(
        "Days from Revision to Payment",
        help="How long the customer takes from the revision to the payment, beyond the "
        "due date.",
    )
    pay_mon = fields.Boolean("Payment on Monday")
    pay_tue = fields.Boolean("Payment on Tuesday")
    pay_wed = fields.Boolean("Payment on Wednesday")
    pay_thu = fields.Boolean("Payment on Thursday")
    pay_fri = fields.Boolean("Payment on Friday")
    pay_sat = fields.Boolean("Payment on Saturday")
    pay_sun = fields.Boolean("Payment on Sunday")
    pay_weeks = fields.Char(
        "Weeks of Payment", help="1 to 5, or -1 for the last. Empty: every week."
    )
    pay_monthdays = fields.Char(
        "Payment Days of Month", help="1 to 31, or -1 for the last day."
    )
    country_id = fields.Many2one(
        "res.country", help="Nothing is paid or revised on its public holidays."
    )
    partner_ids = fields.One2many(
        "res.partner", "debt_pay_calendar_id", string="Customers"
    )

    @api.constrains(
        "review_weeks", "review_monthdays", "pay_weeks", "pay_monthdays", "lead_days"
    )
    def _check_numbers(self):
        for calendar in self:
            if calendar.lead_days < 0:
                raise ValidationError(
                    self.env._("Days from revision to payment cannot be negative.")
                )
            for name, low, high in (
                ("review_weeks", 1, 5),
                ("pay_weeks", 1, 5),
                ("review_monthdays", 1, 31),
                ("pay_monthdays", 1, 31),
            ):
                try:
                    numbers = calendar._numbers(name)
                except ValueError:
                    numbers = {0}
                if any(n != -1 and not low <= n <= high for n in numbers):
                    raise ValidationError(
                        self.env._(
                            "%(field)s: write numbers from %(low)s to %(high)s, or -1 "
                            "for the last, separated by commas.",
                            field=self._fields[name]._description_string(self.env),
                            low=low,
                            high=high,
                        )
                    )

    def _numbers(self, name):
        return frozenset(
            int(part) for part in (self[name] or "").split(",") if part.strip()
        )

    def _rule(self, kind):
        weekdays = frozenset(
            number for number, day in enumerate(WEEKDAYS) if self[f"{kind}_{day}"]
        )
        return DayRule(
            weekdays, self._numbers(f"{kind}_weeks"), self._numbers(f"{kind}_monthdays")
        )

    def _words(self):
        """Return the days in words: "Revision: Mon · Payment: Fri (weeks 1, 3)"."""
        self.ensure_one()
        locale = get_lang(self.env).code
        names = get_day_names("abbreviated", locale=locale)
        kinds = [("review", self.env._("Revision")), ("pay", self.env._("Payment"))]
        parts = []
        for kind, label in kinds:
            days = [
                names[number].strip(".").capitalize()
                for number, day in enumerate(WEEKDAYS)
                if self[f"{kind}_{day}"]
            ]
            if self[f"{kind}_monthdays"]:
                days.append(
                    self.env._("days %s of the month", self[f"{kind}_monthdays"])
                )
            if not days and not self[f"{kind}_weeks"]:
                continue
            words = ", ".join(days)
            if self[f"{kind}_weeks"]:
                weeks = self.env._("weeks %s", self[f"{kind}_weeks"])
                words = f"{words} ({weeks})" if words else weeks
            parts.append(f"{label}: {words}")
        return " · ".join(parts) or self.name

    def _to_logic(self, years):
        """Return the calendar as a value of ``logic.pay_day``.

        :param years: the years whose public holidays matter
        """
        self.ensure_one()
        return PayCalendar(
            self._rule("review"),
            self.lead_days,
            self._rule("pay"),
            self.country_id._debt_holidays(years) if self.country_id else frozenset(),
        )

    def write(self, vals):
        result = super().write(vals)
        # sudo: the debtors of every company are looked at again
        self.sudo().partner_ids._debt_mark()
        return result
