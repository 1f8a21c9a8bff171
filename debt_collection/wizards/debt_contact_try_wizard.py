from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import split_every
from odoo.tools.misc import get_lang

from ..logic.contact_policy import is_open
from ..models.policy.debt_contact_facts_mixin import Ask

#: The hours that the week is drawn for.
HOURS = range(6, 23)


class DebtContactTryWizard(models.TransientModel):
    """Ask the contact policies for a customer, a channel and a moment."""

    _name = "debt.contact.try.wizard"
    _description = "Try the Contact Policies"

    case_id = fields.Many2one(
        "debt.case",
        string="Customer",
        required=True,
        default=lambda self: self.env["debt.case"].search([], limit=1),
    )
    channel = fields.Selection(selection="_channels", required=True, default="email")
    visit_place = fields.Selection(
        selection=lambda self: (
            self.env["debt.action"]
            ._fields["visit_place"]
            ._description_selection(self.env)
        ),
        string="Where",
        help="Empty: persons are visited at home, companies at work.",
    )
    moment = fields.Datetime(required=True, default=fields.Datetime.now)
    words = fields.Text(compute="_compute_answer", string="By Itself")
    words_by_hand = fields.Text(compute="_compute_answer", string="By a Person")
    state = fields.Selection(
        [("send", "Allowed"), ("wait", "Wait"), ("never", "Never")],
        compute="_compute_answer",
    )
    zones = fields.Char(compute="_compute_answer", string="Time Zones")
    policy_ids = fields.Many2many(
        "debt.contact.policy", compute="_compute_answer", string="Policies That Bind"
    )
    week = fields.Html(compute="_compute_answer", sanitize=False)

    @api.model
    def _channels(self):
        return self.env["debt.contact.consent"]._channels()[1:]

    @api.depends("case_id", "channel", "moment", "visit_place")
    @api.depends_context("lang", "tz")
    def _compute_answer(self):
        Policy = self.env["debt.contact.policy"]
        for wizard in self:
            case = wizard.case_id
            if not (case and wizard.channel and wizard.moment):
                wizard.update(dict.fromkeys(self._answers(), False))
                continue
            verdict = wizard._judge()
            decision = verdict.decision
            wizard.state = decision.kind
            wizard.words = case._contact_said(verdict)
            _state, wizard.words_by_hand = case._contact_now(
                wizard.channel, now=wizard.moment, place=wizard.visit_place
            )
            wizard.zones = ", ".join(verdict.zones)
            wizard.policy_ids = Policy.browse(verdict.policy_ids)
            wizard.week = wizard._draw_week(verdict)

    @api.model
    def _answers(self):
        return ("state", "words", "words_by_hand", "zones", "policy_ids", "week")

    def _ask(self):
        # sudo: who is contacted, for whoever may read the case
        contact = self.case_id.sudo().partner_id._debt_payer()
        address = contact.email if self.channel == "email" else contact.phone
        place = self.visit_place or contact._debt_visit_place()
        return Ask(
            "try", self.case_id.id, contact.id, self.channel, address or "", place=place
        )

    def _judge(self):
        return self.env["debt.contact.policy"]._judge(
            self.case_id.company_id, [self._ask()], self.moment
        )["try"]

    def _draw_week(self, verdict):
        """Return the hours of seven days in which automatic messages may leave."""
        zone = ZoneInfo(verdict.zones[0])
        zones = [ZoneInfo(name) for name in verdict.zones]
        rules = self.env["debt.contact.policy"]._rules_for(
            self.case_id.company_id, self._ask(), self.moment
        )
        first = self.moment.replace(tzinfo=UTC).astimezone(zone).date()
        locale = get_lang(self.env).code
        rows = []
        for day in (first + timedelta(days=n) for n in range(7)):
            cells = Markup().join(
                Markup('<td class="p-0 %s" title="%s" style="height:1.2rem"></td>')
                % (
                    "bg-success" if is_open(rules, zones, moment) else "bg-200",
                    f"{moment:%H:%M}",
                )
                for hour in HOURS
                for half in (0, 30)
                for moment in (
                    datetime(day.year, day.month, day.day, hour, half, tzinfo=zone),
                )
            )
            name = format_date(day, "EEE d MMM", locale=locale)
            row = Markup('<tr><th class="text-nowrap">%s</th>%s</tr>')
            rows.append(row % (name, cells))
        # every third hour, so that they are read on a phone too
        head = Markup().join(
            Markup('<th colspan="%s" class="px-0 fw-normal text-muted small">%s</th>')
            % (2 * len(block), block[0])
            for block in split_every(3, HOURS)
        )
        return Markup(
            '<table class="table table-sm table-bordered mb-0">'
            '<tr><th style="width:7rem"></th>%s</tr>%s</table>'
        ) % (head, Markup().join(rows))
