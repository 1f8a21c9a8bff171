from babel.dates import get_day_names

from odoo import api, fields, models
from odoo.tools.misc import get_lang

from ...logic.contact_policy import Window

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class DebtContactWindow(models.Model):
    _name = "debt.contact.window"
    _description = "Hours of Contact"
    _order = "policy_id, hour_from, id"

    policy_id = fields.Many2one(
        "debt.contact.policy", required=True, index=True, ondelete="cascade"
    )
    mon = fields.Boolean()
    tue = fields.Boolean()
    wed = fields.Boolean()
    thu = fields.Boolean()
    fri = fields.Boolean()
    sat = fields.Boolean()
    sun = fields.Boolean()
    hour_from = fields.Float("Begins at", required=True, default=9)
    hour_to = fields.Float(
        "Ends at", required=True, default=18, help="This minute is no more in it."
    )

    _hours = models.Constraint(
        "CHECK(hour_from >= 0 AND hour_to <= 24 AND hour_from < hour_to)",
        "Hours of contact begin and end on the same day, from 0:00 to 24:00.",
    )

    @api.depends("hour_from", "hour_to", *WEEKDAYS)
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = get_day_names("abbreviated", locale=get_lang(self.env).code)
        for window in self:
            hours = f"{clock(window.hour_from)}–{clock(window.hour_to)}"
            window.display_name = f"{window._days(names)} {hours}".strip()

    def _days(self, names):
        """Return days in a row as the first and the last, others one by one."""
        self.ensure_one()
        numbers = [number for number, day in enumerate(WEEKDAYS) if self[day]]
        words = [names[number].strip(".") for number in numbers]
        if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
            return f"{words[0]}–{words[-1]}"
        return ", ".join(words)

    def _to_logic(self):
        """Return the windows of each weekday, for ``logic.contact_policy``."""
        return tuple(
            tuple(
                Window(round(window.hour_from * 60), round(window.hour_to * 60))
                for window in self
                if window[day]
            )
            for day in WEEKDAYS
        )


def clock(hours):
    """Return hours as a clock shows them.

    >>> clock(7.5)
    '07:30'
    """
    return "{:02d}:{:02d}".format(*divmod(round(hours * 60), 60))
