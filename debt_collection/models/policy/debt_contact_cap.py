from odoo import api, fields, models

from ...logic.contact_policy import Cap

GROUPS = ("message", "voice", "visit", "letter")


class DebtContactCap(models.Model):
    """At most so many contacts, of all kinds or of some of them together."""

    _name = "debt.contact.cap"
    _description = "Limit of Contacts"
    _order = "policy_id, id"

    policy_id = fields.Many2one(
        "debt.contact.policy", required=True, index=True, ondelete="cascade"
    )
    count = fields.Integer("At Most", default=1, help="0: only days between matter.")
    per = fields.Selection(
        [
            ("day", "Day"),
            ("week", "Week, Monday to Sunday"),
            ("days", "Days in a Row"),
        ],
        required=True,
        default="day",
    )
    days = fields.Integer(default=7, help="How many days in a row.")
    gap_days = fields.Integer(
        "Days between", help="Least days from one contact to the next; 2: every other."
    )
    message = fields.Boolean("Messages")
    voice = fields.Boolean("Calls")
    visit = fields.Boolean("Visits")
    letter = fields.Boolean("Letters")
    reached = fields.Boolean(
        "Customer Reached",
        help="Only contacts in which the customer was reached count.",
    )

    _numbers = models.Constraint(
        "CHECK(count >= 0 AND gap_days >= 0 AND count + gap_days > 0 AND days > 0"
        " AND days <= 60 AND gap_days <= 60)",
        "A limit is a number of contacts, or of days between them, up to 60 days.",
    )

    @api.depends("count", "per", "days", "gap_days", "reached", *GROUPS)
    @api.depends_context("lang")
    def _compute_display_name(self):
        for cap in self:
            cap.display_name = cap._words()

    def _words(self):
        """Return the limit in words: "Calls, Visits: 1 a week"."""
        self.ensure_one()
        kinds = [
            self._fields[group]._description_string(self.env)
            for group in GROUPS
            if self[group]
        ]
        words = ", ".join(kinds) or self.env._("Contacts")
        parts = []
        if self.count and self.per == "day":
            parts.append(self.env._("%(count)s a day", count=self.count))
        elif self.count and self.per == "week":
            parts.append(self.env._("%(count)s a week", count=self.count))
        elif self.count:
            parts.append(
                self.env._(
                    "%(count)s in %(days)s days", count=self.count, days=self.days
                )
            )
        if self.gap_days:
            parts.append(self.env._("%(days)s days apart", days=self.gap_days))
        if self.reached:
            parts.append(self.env._("once reached"))
        return f"{words}: {', '.join(parts)}"

    def _to_logic(self):
        """Return the limits as ``logic.contact_policy`` wants them."""
        return tuple(
            Cap(
                cap.count,
                cap.per,
                cap.days,
                cap.gap_days,
                frozenset(group for group in GROUPS if cap[group]),
                cap.reached,
            )
            for cap in self
        )
