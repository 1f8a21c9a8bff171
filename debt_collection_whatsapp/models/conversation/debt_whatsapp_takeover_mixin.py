from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.debt_collection.fields import LooseMany2one

from ...logic.dialogue.hours import is_open, next_open, open_minutes

#: The assistant is back after so long without a message of either side.
TAKEOVER = timedelta(hours=12)
#: Minutes in working hours after which the supervisor hears that nobody answered.
PATIENCE = 30
REASONS = [
    ("asked", "Asked for a Person"),
    ("hardship", "Cannot Pay"),
    ("sensitive", "To Be Read with Care"),
    ("insult", "Is Angry"),
    ("missed", "Was Not Understood"),
    ("limit", "Beyond the Limits of Self-Service"),
    ("plan", "Wants to Pay in Instalments"),
    ("claim", "Does Not Agree"),
    ("wrote", "Wrote Again"),
    ("off", "The Assistant Is Off"),
    ("error", "The Assistant Failed"),
]
URGENT = ("hardship", "sensitive")


class DebtWhatsappTakeoverMixin(models.AbstractModel):
    """When a person of ours answers instead of the assistant."""

    _name = "debt.whatsapp.takeover.mixin"
    _description = "Conversations in the Hands of People"

    human_user_id = LooseMany2one(
        "res.users",
        string="Answered by",
        readonly=True,
        help="This person answers; the assistant is silent.",
    )
    muted_until = fields.Datetime(
        string="Assistant Silent until",
        readonly=True,
        help="It answers again after half a day without a message, or when the "
        "conversation is handed back.",
    )
    waits_since = fields.Datetime(readonly=True, help="A person is wanted since then.")
    waits_reason = fields.Selection(REASONS, string="Why a Person", readonly=True)
    is_urgent = fields.Boolean(
        string="Urgent", compute="_compute_is_urgent", search="_search_is_urgent"
    )
    alerted = fields.Datetime(
        readonly=True, help="When the supervisor heard that nobody answers."
    )

    _waits_idx = models.Index("(waits_since) WHERE waits_since IS NOT NULL")

    @api.depends("waits_reason", "waits_since")
    def _compute_is_urgent(self):
        for conversation in self:
            conversation.is_urgent = bool(conversation.waits_since) and (
                conversation.waits_reason in URGENT
            )

    def _search_is_urgent(self, operator, value):
        if operator != "in":
            return NotImplemented
        urgent = Domain("waits_since", "!=", False) & Domain(
            "waits_reason", "in", URGENT
        )
        return urgent if True in value else ~urgent

    # === TAKING OVER AND HANDING BACK === #

    def _is_silent(self, now):
        """Return whether the assistant is: a person answers, or is to.

        :param now: naive UTC moment
        """
        self.ensure_one()
        return bool(self.muted_until) and self.muted_until > now

    def _is_taken_over(self, now):
        """Return whether a person of ours answers here by now.

        What the assistant has in the queue does not leave then.

        :param now: naive UTC moment
        """
        return self._is_silent(now) and bool(self.human_user_id)

    def _mute(self, user, now):
        """Let a person answer: the assistant is silent, what it queued is withdrawn.

        :param user: who answers, empty while nobody does yet
        :param now: naive UTC moment
        """
        for conversation in self:
            conversation.write(
                {
                    "human_user_id": user.id or conversation.human_user_id.id,
                    "muted_until": now + TAKEOVER,
                    "session": False,
                }
            )
        if user:
            messages = self.env["debt.whatsapp.message"]
            messages._cancel_waiting(self, "taken_over", now)

    def _hand_back(self, now):
        """Let the assistant answer again; it says nothing until somebody writes.

        :param now: naive UTC moment
        """
        self.write(
            {
                "human_user_id": False,
                "muted_until": False,
                "waits_since": False,
                "waits_reason": False,
                "alerted": False,
            }
        )

    @api.model
    def _takeover_time(self):
        """Return for how long the assistant stays silent without a message."""
        return TAKEOVER

    def _want_person(self, reason, now):
        """Note that a person is wanted. The most urgent reason stays.

        :param str reason: a value of ``waits_reason``
        :param now: naive UTC moment
        """
        self.ensure_one()
        if self.waits_since and self.waits_reason in URGENT:
            return
        values = {"waits_since": self.waits_since or now, "waits_reason": reason}
        if not self.waits_since:
            values["alerted"] = False
        self.write(values)

    # === HOURS OF PEOPLE === #

    @api.model
    def _people_hours(self, company, day):
        """Return when people of a company answer: (hours, holidays around a day).

        The hours are those of its working calendar, as ``logic.dialogue.hours`` knows
        them; a calendar of two weeks counts as if both were the same.
        """
        company = company.sudo()  # sudo: hours are no secret
        spans = {}
        for line in company.resource_calendar_id.attendance_ids:
            # several lines of a day, such as before and after lunch, are one span
            if line.day_period == "lunch" or line.display_type:
                continue
            weekday = int(line.dayofweek)
            first, last = spans.get(weekday, (24, 0))
            spans[weekday] = (min(first, line.hour_from), max(last, line.hour_to))
        country = company.country_id
        years = {day.year, day.year + 1}
        holidays = country._debt_holidays(years) if country else frozenset()
        return tuple((day, *span) for day, span in sorted(spans.items())), holidays

    def _answer_day(self, now):
        """Return on which day somebody of ours can answer: today while people are
        there, else when they are back.

        :param now: naive UTC moment
        """
        self.ensure_one()
        company = self.company_id.sudo()  # sudo: its hours
        local = self._local(company, now)
        hours, holidays = self._people_hours(company, local.date())
        if is_open(hours, holidays, local):
            return local.date()
        return next_open(hours, holidays, local) or local.date()

    @api.model
    def _local(self, company, now):
        """Return a naive UTC moment as the naive local one of a company."""
        zone = self.env["debt.case"]._zone_of(company)
        return now.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)

    # === THE JOB === #

    @api.model
    def _cron_watch(self, now=None):
        """Tell supervisors who waits for too long; end takeovers that are over.

        :param now: naive UTC moment, the clock without one
        """
        now = now or fields.Datetime.now()
        over = self.search([("muted_until", "<=", now), ("waits_since", "=", False)])
        over._hand_back(now)
        run = self.env["debt.run"]
        run._checkpoint()
        waiting = self.search(
            [
                ("waits_since", "<=", now - timedelta(minutes=PATIENCE)),
                ("alerted", "=", False),
            ]
        )
        for company, conversations in waiting.grouped("company_id").items():
            local = self._local(company, now)
            hours, holidays = self._people_hours(company, local.date())
            for conversation in conversations:
                since = self._local(company, conversation.waits_since)
                if open_minutes(hours, holidays, since, local) >= PATIENCE:
                    conversation._alert_supervisor(now)
                    run._checkpoint()

    def _alert_supervisor(self, now):
        """Give the supervisor a task: nobody answered."""
        self.ensure_one()
        self.alerted = now
        company = self.company_id
        supervisor = company._debt_dispute_supervisor()
        local = self._local(company, self.waits_since)
        note = self.env._(
            "Nobody answered on WhatsApp since %(time)s: %(reason)s.",
            time=local.strftime("%H:%M"),
            reason=dict(
                self._fields["waits_reason"]._description_selection(self.env)
            ).get(self.waits_reason, ""),
        )
        if self.case_id and supervisor:
            asked = self.env["debt.action"].search(
                [("case_id", "=", self.case_id.id), ("channel", "=", "whatsapp")],
                order="id desc",
                limit=1,
            )
            task = asked or self._new_contact(now)
            task._follow_up("escalate", local.date(), supervisor, note=note)
        elif supervisor:
            self.account_id.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Answer on WhatsApp: %s", self.display_name),
                note=note,
                user_id=supervisor.id,
            )
