from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.debt_collection.tools.sql import int_array

from ...logic.wa_markup import to_plain
from ...logic.window import WINDOW

SITUATIONS = [
    ("waiting", "A Person Is Wanted"),
    ("agent", "With an Agent"),
    ("assistant", "Nobody Waits"),
]
#: Who waits for so long is shown in red.
LONG = timedelta(minutes=30)
#: Free text that ends so soon is shown.
SOON = timedelta(hours=2)
#: Characters of the last message in lists.
EXCERPT = 120
#: What changes where a conversation stands on the desks.
DESK = {"waits_since", "human_user_id", "case_id"}
#: Reasons for a person that make no task by themselves.
UNTOLD = (False, "wrote", "error")
#: What desks are told with, see static/src/desk.
DESK_NEWS = "debt_collection_whatsapp.desk"


class DebtWhatsappConversation(models.Model):
    """Whose desk a conversation is on, and who waits for an answer."""

    _name = "debt.whatsapp.conversation"
    _inherit = ["debt.whatsapp.conversation", "bus.listener.mixin"]

    partner_id = fields.Many2one(related="case_id.partner_id", string="Customer")
    person = fields.Char(compute="_compute_person", compute_sudo=True)
    phone = fields.Char(related="identity_id.phone")
    situation = fields.Selection(
        SITUATIONS,
        compute="_compute_situation",
        store=True,
        default="assistant",
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Agent",
        compute="_compute_user",
        search="_search_user",
        compute_sudo=True,
        help="Who took it over; else whoever works the case, or stands in for them.",
    )
    my_desk = fields.Boolean(
        string="Mine and Unassigned",
        compute="_compute_my_desk",
        search="_search_my_desk",
    )
    unread_count = fields.Integer(string="Unread", compute="_compute_unread")
    unread = fields.Boolean(
        string="Has Unread Messages", compute="_compute_unread", search="_search_unread"
    )
    waits_long = fields.Boolean(compute="_compute_waits_long")
    closes_soon = fields.Boolean(
        string="Free Text Ends Soon",
        compute="_compute_closes_soon",
        search="_search_closes_soon",
    )
    last_words = fields.Char(compute="_compute_last_words", compute_sudo=True)
    may_work = fields.Boolean(string="May Be Answered", compute="_compute_may_work")

    # === WHO, AND WHERE IT STANDS === #

    @api.depends("identity_id", "case_id")
    def _compute_display_name(self):
        for conversation in self:
            # sudo: the name of the debtor is shown wherever the conversation is
            debtor = conversation.sudo().case_id.partner_id
            conversation.display_name = debtor.display_name or conversation.person

    @api.depends("identity_id.profile_name", "identity_id.phone")
    def _compute_person(self):
        for conversation in self:
            someone = conversation.identity_id
            conversation.person = (
                someone.profile_name
                or someone.phone
                or someone.username
                or self.env._("Somebody without a number")
            )

    @api.depends("waits_since", "human_user_id")
    def _compute_situation(self):
        for conversation in self:
            conversation.situation = (
                "waiting"
                if conversation.waits_since
                else "agent"
                if conversation.human_user_id
                else "assistant"
            )

    @api.depends("human_user_id", "case_id.agent_id")
    def _compute_user(self):
        for company, own in self.grouped("company_id").items():
            members = self.env["debt.team.member"]
            stand_ins = company and members._stand_ins(company, company._debt_today())
            for conversation in own:
                user = conversation.human_user_id or conversation.case_id.agent_id
                stand_in = stand_ins and stand_ins.get(user.id)
                conversation.user_id = user.browse(stand_in) if stand_in else user

    @api.model
    def _search_user(self, operator, value):
        if operator != "in":
            return NotImplemented
        case = Domain("case_id.agent_id", "in", [v for v in value if v])
        nobody = Domain("case_id", "=", False) | Domain("case_id.agent_id", "=", False)
        if False in value:
            case |= nobody
        return Domain("human_user_id", "in", [v for v in value if v]) | (
            Domain("human_user_id", "=", False) & case
        )

    def _compute_my_desk(self):
        mine = self.search([("id", "in", self.ids), ("my_desk", "=", True)])
        for conversation in self:
            conversation.my_desk = conversation in mine

    @api.model
    def _search_my_desk(self, operator, value):
        if operator != "in":
            return NotImplemented
        cases = self.env["debt.case"]
        users = cases._desk_users(cases._desk_day())
        mine = Domain("user_id", "in", [*users, False])
        return mine if True in value else ~mine

    def _compute_waits_long(self):
        limit = fields.Datetime.now() - LONG
        for conversation in self:
            since = conversation.waits_since
            conversation.waits_long = bool(since) and since <= limit

    def _compute_closes_soon(self):
        soon = self.search([("id", "in", self.ids), ("closes_soon", "=", True)])
        for conversation in self:
            conversation.closes_soon = conversation in soon

    @api.model
    def _search_closes_soon(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        soon = Domain("last_inbound", ">", now - WINDOW) & Domain(
            "last_inbound", "<=", now - WINDOW + SOON
        )
        return soon if True in value else ~soon

    @api.depends("message_ids")
    def _compute_last_words(self):
        self.env["debt.whatsapp.message"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT ON (conversation_id) conversation_id, direction, kind, body
              FROM debt_whatsapp_message
             WHERE conversation_id = ANY(%s)
             ORDER BY conversation_id, moment DESC, id DESC
                """,
                int_array(self.ids),
            )
        )
        kinds = self.env["debt.whatsapp.message"]._kind_words()
        last = {}
        for conversation_id, direction, kind, body in rows:
            words = to_plain(body)[:EXCERPT] or kinds.get(kind) or kinds["unknown"]
            if direction == "out":
                words = self.env._("We: %s", words)
            last[conversation_id] = words
        for conversation in self:
            conversation.last_words = last.get(conversation.id, False)

    # === WHAT IS READ === #

    @api.depends("message_ids", "situation")
    @api.depends_context("uid")
    def _compute_unread(self):
        counts = dict(self.env.execute_query(self._unread_query(self.ids)))
        for conversation in self:
            count = counts.get(conversation.id, 0)
            conversation.update({"unread_count": count, "unread": bool(count)})

    @api.model
    def _search_unread(self, operator, value):
        if operator != "in":
            return NotImplemented
        query = self._unread_query()
        unread = Domain("id", "in", SQL("(SELECT u.id FROM (%s) u)", query))
        return unread if True in value else ~unread

    @api.model
    def _unread_query(self, ids=None):
        """Return the query of (conversation, number of messages) that wait to be read.

        What came since an agent wrote and since the current user looked, where people
        are concerned: what the assistant settles is no work.
        """
        self.flush_model(["situation"])
        self.env["debt.whatsapp.message"].flush_model(
            ["conversation_id", "direction", "author"]
        )
        return SQL(
            """
        SELECT c.id, COUNT(*)
          FROM debt_whatsapp_conversation c
          JOIN debt_whatsapp_message m ON m.conversation_id = c.id
          LEFT JOIN debt_whatsapp_seen s
            ON s.conversation_id = c.id AND s.user_id = %s
         WHERE c.situation IN ('waiting', 'agent') AND m.direction = 'in'
           AND m.id > COALESCE(s.message_id, 0) AND %s
           AND NOT EXISTS (SELECT 1 FROM debt_whatsapp_message a
                            WHERE a.conversation_id = c.id AND a.author = 'agent'
                              AND a.id > m.id)
         GROUP BY c.id
            """,
            self.env.uid,
            SQL("c.id = ANY(%s)", int_array(ids)) if ids is not None else SQL("TRUE"),
        )

    def mark_seen(self, message_id):
        """The current user has read until a message.

        :param int message_id: the newest message on their screen
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: what somebody has read is remembered by the product
        message = self.env["debt.whatsapp.message"].sudo().browse(message_id).exists()
        if message.conversation_id == self:
            seen = self.env["debt.whatsapp.seen"].sudo()
            seen._mark(self, self.env.user, message.id)

    @api.model
    @api.readonly
    def desk_counts(self):
        """Return how many conversations wait on the current user's desk.

        :return: {waiting, unread}
        """
        mine = Domain("my_desk", "=", True)
        return {
            "waiting": self.search_count(mine & Domain("situation", "=", "waiting")),
            "unread": self.search_count(mine & Domain("unread", "=", True)),
        }

    # === WHO WORKS IT === #

    @api.depends("case_id", "human_user_id")
    @api.depends_context("uid")
    def _compute_may_work(self):
        for conversation in self:
            conversation.may_work = conversation._may_be_worked()

    def _may_be_worked(self):
        """Return whether the current user may answer here: as they may work the case;
        who has no customer yet, every agent who sees them."""
        self.ensure_one()
        user = self.env.user
        if not user.has_group("debt_collection.group_debt_agent"):
            return False
        if self.human_user_id == user or not self.case_id:
            return self.has_access("read")
        case = self.case_id
        return case.has_access("read") and case.has_access("write")

    def _check_may_work(self):
        """Refuse users who only read.

        :raise AccessError: who may not answer here
        """
        self.check_access("read")
        for conversation in self:
            if not conversation._may_be_worked():
                raise AccessError(
                    self.env._(
                        "%(name)s is worked by somebody else: only they, who stands in "
                        "for them, and supervisors write to the customer.",
                        name=conversation.display_name,
                    )
                )

    def action_take_over(self):
        """The current user answers from now on; the assistant is silent."""
        self._check_may_work()
        # sudo: the right to work a conversation was checked
        self.sudo()._mute(self.env.user, fields.Datetime.now())

    def action_hand_back(self):
        """Let the assistant answer again; nobody waits any more."""
        self._check_may_work()
        now = fields.Datetime.now()
        for conversation in self.sudo():  # sudo: see ``action_take_over``
            conversation._nobody_waits()
            conversation._hand_back(now)

    def action_no_answer_needed(self):
        """Nothing is to be said: nobody waits; the assistant stays as it is."""
        self._check_may_work()
        self.sudo()._nobody_waits()  # sudo: see ``action_take_over``

    def action_give(self):
        """Ask which colleague goes on."""
        self.ensure_one()
        self._check_may_work()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Give to a Colleague"),
            "res_model": "debt.whatsapp.give.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_conversation_id": self.id},
        }

    def action_open(self):
        """Open the conversation on the screen of WhatsApp."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "debt_collection_whatsapp.debt_whatsapp_desk_action"
        )
        return {**action, "params": {"conversation_id": self.id}}

    def _nobody_waits(self):
        """Somebody answered, or no answer is needed: end the tasks to answer."""
        for conversation in self:
            conversation.write(
                {"waits_since": False, "waits_reason": False, "alerted": False}
            )
            if conversation.case_id:
                self.env["debt.action"]._answer_given(conversation.case_id)

    def _absorb(self, other):
        for name in ("human_user_id", "muted_until", "waits_since", "waits_reason"):
            self[name] = self[name] or other[name]
        return super()._absorb(other)

    # === NEWS === #

    @api.model_create_multi
    def create(self, vals_list):
        conversations = super().create(vals_list)
        conversations.filtered("waits_since")._person_wanted()
        return conversations

    def write(self, vals):
        if not DESK & vals.keys():
            return super().write(vals)
        waited, on_desks = self.filtered("waits_since"), self._with_people()
        before = {conversation: conversation.user_id for conversation in on_desks}
        result = super().write(vals)
        (self.filtered("waits_since") - waited)._person_wanted()
        for conversation in on_desks | self._with_people():
            conversation._tell_desks(before.get(conversation))
        return result

    def _with_people(self):
        """Return those that a person is wanted in, or has."""
        return self.filtered(lambda each: each.situation != "assistant")

    def _person_wanted(self):
        """Somebody waits for a person from now on: whoever works the case has a task,
        which raises the priority like every answer that waits."""
        for conversation in self:
            if conversation.waits_reason in UNTOLD:
                conversation._ask_agent()
            user = conversation.user_id
            if user:
                user._bus_send(
                    "debt_collection_whatsapp.wanted",
                    {"id": conversation.id, "name": conversation.display_name},
                )

    def _ask_agent(self):
        """Give the agent of the case the task to answer; one until it is done."""
        self.ensure_one()
        messages = self.env[
            "debt.whatsapp.message"
        ].sudo()  # sudo: see ``_new_contact``
        last = messages.search(
            [("conversation_id", "=", self.id), ("direction", "=", "in")], limit=1
        )
        if self.case_id:
            self._new_contact(fields.Datetime.now(), last)._ask_to_answer()

    def _tell_desks(self, before=None):
        """Let the screens of those whom it concerns read the counters again.

        :param before: who had it until now, where that may have changed
        """
        for conversation in self:
            news = {"id": conversation.id}
            user = conversation.user_id
            for each in user | (before or user):
                each._bus_send(DESK_NEWS, news)
            if not user or before is not None and not before:
                group = self.env.ref("debt_collection.group_debt_agent")
                # sudo: the channel of a group; a number tells nothing
                group.sudo()._bus_send(DESK_NEWS, news)
