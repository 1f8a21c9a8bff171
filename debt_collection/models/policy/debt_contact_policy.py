from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_datetime

from ...logic.contact_policy import NEVER, SEND, Rules


class DebtContactPolicy(models.Model):
    """What a law, or the courtesy of the house, says of contacts with debtors.

    What is shipped is a proposal: a lawyer of the country has to confirm it.
    ``logic.contact_policy`` says in words what follows from it.
    """

    _name = "debt.contact.policy"
    _description = "Contact Policy"
    _inherit = ["debt.contact.facts.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    severity = fields.Selection(
        [("binding", "Binding"), ("courteous", "Courteous")],
        required=True,
        default="binding",
        help="Automatic messages keep both. A person who calls or writes is only "
        "warned of what is courteous; against what is binding they need a reason and "
        "the right to it.",
    )
    applies_to = fields.Selection(
        [
            ("consumer", "Persons and Micro-Companies"),
            ("company", "Companies"),
            ("all", "Everybody"),
        ],
        string="For",
        required=True,
        default="consumer",
    )
    country_id = fields.Many2one(
        "res.country",
        index=True,
        help="It holds where the creditor, the customer or the customer's phone is in "
        "this country. Empty: everywhere.",
    )
    state_ids = fields.Many2many(
        "res.country.state",
        string="States",
        domain="[('country_id', '=', country_id)]",
        help="Only for customers of these states, and those whose state is unknown.",
    )
    company_id = fields.Many2one("res.company", help="Empty: every company.")
    date_from = fields.Date("In Force from")
    date_to = fields.Date("In Force until")
    source = fields.Char(translate=True, help="The norm and where it can be read.")
    checked_on = fields.Date(
        string="Checked on",
        help="When a lawyer last confirmed it. Empty: to be confirmed.",
    )
    note = fields.Text(
        "What Agents Have to Know", translate=True, help="Shown with each decision."
    )
    window_ids = fields.One2many(
        "debt.contact.window", "policy_id", string="Hours", copy=True
    )
    public_holidays = fields.Boolean(
        "Not on Public Holidays",
        default=True,
        help="Those of the country and state; without a country those of the customer.",
    )
    holiday_ids = fields.One2many(
        "debt.contact.holiday", "policy_id", string="Days without Contact", copy=True
    )
    cap_ids = fields.One2many(
        "debt.contact.cap", "policy_id", string="Limits", copy=True
    )
    one_channel = fields.Selection(
        [
            ("reached", "Once the Customer Was Reached"),
            ("attempt", "From the First Attempt"),
        ],
        string="One Channel a Week",
        help="No other channel in the same week, Monday to Sunday.",
    )
    no_third_parties = fields.Boolean()
    no_references = fields.Boolean()
    no_home_visit = fields.Boolean("No Visits at Home")
    no_work_visit = fields.Boolean("No Visits at Work")
    consent = fields.Boolean(
        "Consent Needed",
        help="Only on channels to which the customer has agreed.",
    )
    hours = fields.Char(compute="_compute_summary", string="When")
    limits = fields.Char(compute="_compute_summary", string="How Often")

    _dates = models.Constraint(
        "CHECK(date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A policy ends after it begins.",
    )

    @api.depends("window_ids", "cap_ids", "one_channel", "consent")
    @api.depends_context("lang")
    def _compute_summary(self):
        for policy in self:
            windows, caps = policy.window_ids, policy.cap_ids
            words = caps.mapped("display_name")
            if policy.one_channel:
                words.append(self.env._("one channel a week"))
            if policy.consent:
                words.append(self.env._("with consent"))
            policy.limits = " · ".join(words)
            policy.hours = " · ".join(windows.mapped("display_name")) or self.env._(
                "any hour"
            )

    @api.constrains("country_id", "state_ids")
    def _check_states(self):
        for policy in self:
            if policy.state_ids.country_id - policy.country_id:
                raise ValidationError(
                    self.env._("The states of a policy are those of its country.")
                )

    def _in_force(self, company, day):
        """Return the policies of a company that are in force on a day."""
        return self.search(
            [
                ("company_id", "in", (company.id, False)),
                "|",
                ("date_from", "=", False),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ]
        )

    def _forbids(self):
        """Return where nobody is visited, and the parties that are never contacted."""
        self.ensure_one()
        banned = {"home": self.no_home_visit, "work": self.no_work_visit}
        places = {place for place, is_banned in banned.items() if is_banned}
        parties = set()
        if self.no_references or self.no_third_parties:
            parties.add("reference")
        return frozenset(places), frozenset(parties)

    def _to_logic(self, company, country, state, years):
        """Return the policy as a value of ``logic.contact_policy``.

        :param company: the creditor
        :param country: of which public holidays count, a ``res.country``
        :param state: code of its state, or None
        :param years: the years that matter
        """
        self.ensure_one()
        holidays = self.holiday_ids._dates_of(company, years)
        if self.public_holidays and country:
            holidays |= country._debt_holidays(years, state)
        places, parties = self._forbids()
        return Rules(
            name=self.id,
            windows=self.window_ids._to_logic() if self.window_ids else (),
            holidays=holidays,
            caps=self.cap_ids._to_logic(),
            one_channel=self.one_channel or "",
            places=places,
            parties=parties,
            consent=self.consent,
        )

    # === WORDS === #

    @api.model
    def _reasons(self):
        """Return {reason: words} of why not now."""
        return {
            "hours": self.env._("outside the hours"),
            "holiday": self.env._("a holiday"),
            "cap": self.env._("the limit of contacts is reached"),
            "gap": self.env._("too soon after the last contact"),
            "one_channel": self.env._("another channel was used this week"),
            "opted_out": self.env._("the customer does not want this channel"),
            "no_consent": self.env._("the customer has not agreed to this channel"),
            "forbidden": self.env._("this contact is forbidden"),
            "no_moment": self.env._("no moment is allowed within 60 days"),
        }

    @api.model
    def _say(self, kind, until=None, reason=None, policy_id=None, zone=None):
        """Return a decision in words.

        :param kind: send, wait or never
        :param until: naive UTC moment
        :param policy_id: of the policy that says so
        :param zone: name of the time zone in which the moment is told
        """
        if kind == SEND:
            return self.env._("May be contacted now")
        why = self._reasons().get(reason, "")
        # sudo: the name of a rule, for whoever it stops
        policy = self.sudo().browse(policy_id or ()).exists()
        if policy:
            why = f"{policy.name}: {why}"
        if kind == NEVER:
            return self.env._("Do not contact: %(why)s", why=why)
        return self.env._(
            "Wait until %(moment)s (%(why)s)",
            moment=format_datetime(
                self.env, until, tz=zone, dt_format=self.env._("EEEE d MMMM, HH:mm")
            ),
            why=why,
        )
