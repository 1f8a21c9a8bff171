from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...logic import call_link, call_time
from ...tools.sql import int_array

#: How far back calls say something about who answers when.
CALL_DAYS = 365
#: Results that say nothing about when somebody answers.
NOT_A_HABIT = ("wrong_number", "left_company")


class DebtCaseCallMixin(models.AbstractModel):
    """Calls: whom to call today, at which hour, with which link."""

    _name = "debt.case.call.mixin"
    _description = "Calls of a Case"

    call_hours = fields.Selection(
        [
            ("morning", "In the Morning"),
            ("noon", "Around Noon"),
            ("afternoon", "In the Afternoon"),
            ("evening", "In the Evening"),
        ],
        string="Answers Mostly",
        readonly=True,
        help="When the customer answered the calls of the last 12 months, where it "
        "makes a difference.",
    )
    call_habit = fields.Json(
        readonly=True, help="The parts of the day and week, with calls and answers."
    )
    call_time = fields.Char(
        string="Best Time to Call",
        compute="_compute_call_time",
        help="What the customer asks for, and when they answered until now.",
    )
    call_phone = fields.Char(
        string="Number to Call", compute="_compute_call_phone", compute_sudo=True
    )
    last_outcome = fields.Char(
        string="Last Result",
        compute="_compute_last_outcome",
        help="What came of the last contact that was logged.",
    )
    wants_call = fields.Boolean(
        string="To Call Today",
        compute="_compute_wants_call",
        search="_search_wants_call",
        help="It wants work today, a number is known, and a call is what is to be done "
        "first.",
    )
    call_now = fields.Boolean(
        string="Answers Mostly at This Hour",
        compute="_compute_call_now",
        search="_search_call_now",
    )

    # === WHOM TO CALL, AND WHEN === #

    def _call_contact(self):
        """Return whom to call: who pays, else the debtor, with a number that is right.

        Empty where there is none.
        """
        self.ensure_one()
        # sudo: agents need no right on contacts to see whom they call
        debtor = self.partner_id.sudo()
        people = debtor._debt_payer() | debtor
        return people.filtered(lambda p: p.phone and p.debt_phone_state != "wrong")[:1]

    @api.depends("partner_id")
    def _compute_call_phone(self):
        for case in self:
            case.call_phone = case._call_contact().phone

    @api.depends("call_habit", "partner_id")
    @api.depends_context("lang")
    def _compute_call_time(self):
        for case in self:
            said = case._call_contact().debt_hours
            habit = case.call_habit or {}
            words = [
                said and self.env._("Asks for: %s", said),
                habit.get("day") and self._words_of_day(*habit["day"]),
                habit.get("week") and self._words_of_week(*habit["week"]),
            ]
            case.call_time = " · ".join(filter(None, words))

    def _words_of_day(self, part, answered, calls):
        numbers = {"answered": answered, "calls": calls}
        return {
            "morning": lambda: self.env._(
                "answers mostly in the morning: %(answered)s of %(calls)s calls before "
                "noon",
                **numbers,
            ),
            "noon": lambda: self.env._(
                "answers mostly around noon: %(answered)s of %(calls)s calls from 12 "
                "to 15 h",
                **numbers,
            ),
            "afternoon": lambda: self.env._(
                "answers mostly in the afternoon: %(answered)s of %(calls)s calls from "
                "15 to 18 h",
                **numbers,
            ),
            "evening": lambda: self.env._(
                "answers mostly in the evening: %(answered)s of %(calls)s calls after "
                "18 h",
                **numbers,
            ),
        }[part]()

    def _words_of_week(self, part, answered, calls):
        numbers = {"answered": answered, "calls": calls}
        return {
            "start": lambda: self.env._(
                "best on Mondays and Tuesdays: %(answered)s of %(calls)s calls",
                **numbers,
            ),
            "middle": lambda: self.env._(
                "best on Wednesdays and Thursdays: %(answered)s of %(calls)s calls",
                **numbers,
            ),
            "end": lambda: self.env._(
                "best from Friday on: %(answered)s of %(calls)s calls", **numbers
            ),
        }[part]()

    @api.depends("action_ids.outcome_id")
    @api.depends_context("lang")
    def _compute_last_outcome(self):
        self.env["debt.action"].flush_model(["case_id", "outcome_id", "contact_day"])
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT ON (case_id) case_id, outcome_id, contact_day
              FROM debt_action
             WHERE case_id = ANY(%s) AND outcome_id IS NOT NULL
               AND state IN ('sent', 'done')
             ORDER BY case_id, contact_day DESC, id DESC
                """,
                int_array(self.ids),
            )
        )
        # sudo: the name of a result, for everybody who sees the case
        outcomes = self.env["debt.outcome"].sudo()
        found = {
            case_id: (outcomes.browse(outcome_id).name, format_date(self.env, day))
            for case_id, outcome_id, day in rows
        }
        for case in self:
            case.last_outcome = " · ".join(found.get(case.id, ()))

    def _compute_wants_call(self):
        wanted = self.search([("id", "in", self.ids), ("wants_call", "=", True)])
        for case in self:
            case.wants_call = case in wanted

    @api.model
    def _search_wants_call(self, operator, value):
        if operator != "in":
            return NotImplemented
        day = self._desk_day()
        right = Domain("debt_phone_state", "!=", "wrong")
        number = Domain("phone", "!=", False) & right
        payer = number & Domain("debt_role", "=", "payer")
        known = Domain("partner_id", "any", number) | Domain(
            "partner_id.child_ids", "any", payer
        )
        wanted = (
            Domain("wants_work", "=", True)
            & known
            & (
                Domain("id", "in", self._cases_with_calls(day))
                | (
                    Domain("task_due", "=", False)
                    & Domain("id", "not in", self._cases_to_approve())
                )
            )
        )
        return wanted if True in value else ~wanted

    @api.model
    def _cases_with_calls(self, day):
        """Return the query of cases with a call to make on ``day``, or due earlier."""
        self.env["debt.action"].flush_model(
            ["case_id", "channel", "contact_day", "purpose", "state"]
        )
        return SQL(
            """(
            SELECT a.case_id FROM debt_action a
              JOIN mail_activity t ON t.id = a.activity_id AND t.active
             WHERE a.state = 'sent' AND a.channel = 'call'
               AND t.date_deadline <= %s)""",
            day,
        )

    @api.model
    def _cases_to_approve(self):
        """Return the query of cases with a message that waits for approval."""
        return SQL("(SELECT case_id FROM debt_action WHERE state = 'approve')")

    @api.depends("call_hours")
    def _compute_call_now(self):
        part = self._part_of_day_now()
        for case in self:
            case.call_now = case.call_hours == part

    @api.model
    def _search_call_now(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = Domain("call_hours", "=", self._part_of_day_now())
        return now if True in value else ~now

    @api.model
    def _part_of_day_now(self):
        """Return the part of the day that it is for the current company."""
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=self.env.company._debt_zone().zone),
            fields.Datetime.now(),
        )
        return call_time.part_of_day(local.hour)

    def _call_zone(self):
        """Return the time zone in which the debtor is called."""
        self.ensure_one()
        case = self.sudo()  # sudo: where the debtor and the company are
        return _zone(case.partner_id.tz) or self._zone_of(case.company_id)

    @api.model
    def _zone_of(self, company):
        """Return the time zone of a company, where its agents are."""
        return ZoneInfo(company._debt_zone().zone)

    # === LEARNING === #

    @api.model
    def _call_rows(self, condition):
        """Return the FROM and WHERE of the calls that say who answers when."""
        self.env["debt.action"].flush_model()
        channels = self.env["debt.strategy.step"]._fields["channel"]
        voice = [
            code
            for code in channels.get_values(self.env)
            if self.env["debt.channel"]._get(code)._contact_group == "voice"
        ]
        return SQL(
            """
              FROM debt_action a
              JOIN debt_case c ON c.id = a.case_id
              JOIN res_partner p ON p.id = c.partner_id
              LEFT JOIN debt_outcome u ON u.id = a.outcome_id
             WHERE a.channel = ANY(%s) AND a.state IN ('sent', 'done')
               AND a.reached IS NOT NULL AND a.incoming IS NOT TRUE
               AND a.is_test IS NOT TRUE AND a.import_id IS NULL
               AND COALESCE(u.code, '') <> ALL(%s) AND %s
            """,
            voice,
            list(NOT_A_HABIT),
            condition,
        )

    @api.model
    def _answer_rates(self, company, day):
        """Return {team id or None: rate at which its customers answer}.

        :param company: whose calls
        :param day: those of the year before this local day
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT c.team_id, COUNT(*) FILTER (WHERE a.reached = 'debtor'), "
                "COUNT(*) %s GROUP BY c.team_id",
                self._call_rows(
                    SQL(
                        "a.company_id = %s AND a.contact_day >= %s",
                        company.id,
                        fields.Date.subtract(day, days=CALL_DAYS),
                    )
                ),
            )
        )
        return {team: Decimal(answered) / calls for team, answered, calls in rows}

    def _learn_call_times(self, company, day, rates):
        """Write when these debtors of one company answer, see ``logic.call_time``.

        :param rates: what ``_answer_rates`` returned
        """
        self.env["res.partner"].flush_model(["tz"])
        rows = self.env.execute_query(
            SQL(
                "SELECT c.id, c.team_id, p.tz, a.sent_date, a.reached = 'debtor' %s",
                self._call_rows(
                    SQL(
                        "a.case_id = ANY(%s) AND a.contact_day >= %s"
                        " AND a.sent_date IS NOT NULL",
                        int_array(self.ids),
                        fields.Date.subtract(day, days=CALL_DAYS),
                    )
                ),
            )
        )
        zones, home = {}, self._zone_of(company)
        calls, teams = {}, {}
        for case_id, team_id, zone, moment, answered in rows:
            if zone not in zones:
                zones[zone] = _zone(zone) or home
            local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zones[zone])
            calls.setdefault(case_id, []).append((local, answered))
            teams[case_id] = team_id
        for case in self:
            habits = call_time.habits(
                calls.get(case.id, ()), rates.get(teams.get(case.id), Decimal(0))
            )
            found = {
                name: [habit.part, habit.answered, habit.calls]
                for name, habit in zip(("day", "week"), habits, strict=True)
                if habit
            }
            hours = found["day"][0] if "day" in found else False
            if (case.call_hours, case.call_habit or {}) != (hours, found):
                case.write({"call_hours": hours, "call_habit": found or False})

    # === CALLING === #

    def action_call(self, contact_id=None):
        """Return what calling somebody of the debtor takes.

        :param contact_id: id of who is called; without it who pays, else the debtor
        :return: {url: the link that calls, name, phone: as it is written, notice: what
            to know before calling or False, log: the action that logs the contact}
        :raise UserError: where there is no number, or one that cannot be called
        """
        self.ensure_one()
        self.check_access("read")
        debtor = self.partner_id.sudo()  # sudo: see ``_call_contact``
        contact = self._call_contact()
        if contact_id:
            contact = debtor.browse(contact_id).exists()
            if contact.commercial_partner_id != debtor.commercial_partner_id:
                raise AccessError(self.env._("This is nobody of this customer."))
        if not contact.phone:
            raise UserError(
                self.env._("No number to call is known. Complete the contact data.")
            )
        log = self.action_log()
        log["context"] |= {
            "default_channel": "call",
            "default_contact_id": contact.id,
        }
        return {
            "url": self._debt_call_link(contact),
            "name": contact.display_name,
            "phone": contact.phone,
            "notice": self._debt_call_notice(contact),
            "log": log,
        }

    def _debt_call_link(self, contact):
        """Return the link with which the current user calls somebody.

        :raise UserError: where the number cannot be called
        """
        company = self.company_id.sudo()  # sudo: settings of the company
        number = contact._debt_number(company)
        if not number:
            raise UserError(
                self.env._(
                    "%(phone)s is no number that can be called: check the contact data "
                    "of %(name)s.",
                    phone=contact.phone,
                    name=contact.display_name,
                )
            )
        template = self.env.user.debt_call_url or company.debt_call_url
        return call_link.link(template or "tel:{phone}", number)

    def _debt_call_notice(self, contact):
        """Return what the agent has to know before this call, in words, or False."""
        state, words = self._contact_now("call", contact)
        return words if state != "send" else False


def _zone(name):
    """Return the time zone of a name, None where nobody knows it."""
    try:
        return name and ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError):
        return None
