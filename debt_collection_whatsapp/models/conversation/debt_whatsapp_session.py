from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.debt_collection.fields import LooseMany2one

from ...logic.dialogue.model import VERIFIED, CallPerson

#: For so long texts that were not understood are kept.
KEPT = timedelta(days=180)
#: States of ``logic.dialogue`` in which something was asked.
ASKED = [
    ("verify", "Who It Is"),
    ("customer", "For Which Customer"),
    ("day", "The Day of a Promise"),
    ("amount", "The Amount of a Promise"),
    ("confirm", "Whether They Promise It"),
    ("plan", "Whether They Accept a Plan"),
    ("receipt", "The Receipt"),
    ("details", "What Was Paid"),
    ("media", "What a Photo Is"),
    ("document", "Which Invoice"),
    ("reason", "Why They Disagree"),
    ("story", "What Happened"),
    ("more", "More of What Happened"),
    ("wrong", "Whether It Is Them"),
    ("start", "Whether They Agree to Messages"),
]
#: {event of a turn: the figure it counts for}
FIGURES = {
    "promised": "promises",
    "plan_accepted": "promises",
    "reported": "notices",
    "disputed": "disputes",
    "pay": "links",
    "balance": "balances",
    "stop": "stops",
    "wrong": "wrongs",
    "missed": "misses",
    "failed_check": "failed_checks",
    "locked": "failed_checks",
}


class DebtWhatsappSession(models.Model):
    """One sitting of a person with the assistant, and what came of it."""

    _name = "debt.whatsapp.session"
    _description = "Session with the Assistant"
    _log_access = False
    _order = "start desc, id desc"

    conversation_id = fields.Many2one(
        "debt.whatsapp.conversation", required=True, ondelete="cascade", index=True
    )
    account_id = fields.Many2one(
        "debt.whatsapp.account", string="WhatsApp Number", required=True
    )
    company_id = LooseMany2one("res.company", required=True)
    case_id = LooseMany2one("debt.case", index="btree_not_null")
    lang = fields.Char(string="Language")
    start = fields.Datetime(required=True, readonly=True)
    last = fields.Datetime(string="Last Turn")
    turns = fields.Integer()
    answers = fields.Integer(
        string="Answers Given",
        help="Messages of the assistant: each may cost something.",
    )
    sessions = fields.Integer(default=1, help="One, to be summed.")
    verified = fields.Boolean(help="The person proved who they are.")
    contained = fields.Boolean(
        string="Without a Person", default=True, help="No person had to answer."
    )
    by_itself = fields.Integer(
        string="Without a Person (Count)",
        default=1,
        help="One where no person had to answer, to be summed.",
    )
    promises = fields.Integer(help="Promises and plans that were entered.")
    notices = fields.Integer(string="Payments Reported")
    disputes = fields.Integer()
    links = fields.Integer(string="Links to Pay")
    balances = fields.Integer(string="Balances Told")
    stops = fields.Integer(string="Wants No Messages")
    wrongs = fields.Integer(string="Wrong Numbers")
    misses = fields.Integer(string="Texts Not Understood")
    failed_checks = fields.Integer(string="Wrong Proofs")

    _company_idx = models.Index("(company_id, start)")

    @api.depends("conversation_id", "start")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for session in self:
            moment = format_datetime(self.env, session.start, dt_format="short")
            session.display_name = f"{session.conversation_id.display_name} · {moment}"

    @api.model
    def _begin(self, conversation, now):
        """Return a new session of a conversation."""
        return self.create(
            {
                "conversation_id": conversation.id,
                "account_id": conversation.account_id.id,
                "company_id": conversation.company_id.id,
                "start": now,
                "last": now,
            }
        )

    def _add(self, turn, facts, now):
        """Count a turn.

        :param turn: a ``logic.dialogue`` Turn
        :param facts: what was true in it
        """
        self.ensure_one()
        called = any(isinstance(effect, CallPerson) for effect in turn.effects)
        figure = FIGURES.get(turn.event)
        self.write(
            {
                "last": now,
                "turns": self.turns + (not turn.resume),
                "answers": self.answers + len(turn.messages),
                "case_id": self.conversation_id.case_id.id or self.case_id.id,
                "lang": turn.session.lang or facts.lang,
                "verified": self.verified or facts.level == VERIFIED,
                "contained": self.contained and not (called or facts.human),
                "by_itself": int(self.contained and not (called or facts.human)),
                **({figure: self[figure] + 1} if figure else {}),
            }
        )


class DebtWhatsappMiss(models.Model):
    """A text that the assistant did not understand: its words can be taught."""

    _name = "debt.whatsapp.miss"
    _description = "Text That Was Not Understood"
    _log_access = False
    _order = "moment desc, id desc"
    _rec_name = "text"

    conversation_id = fields.Many2one(
        "debt.whatsapp.conversation", required=True, ondelete="cascade", index=True
    )
    company_id = LooseMany2one("res.company", required=True)
    case_id = LooseMany2one("debt.case", index="btree_not_null")
    moment = fields.Datetime(required=True)
    text = fields.Char(required=True)
    state = fields.Selection(
        ASKED, string="What Was Asked", help="Where the conversation stood."
    )

    @api.autovacuum
    def _gc_old(self):
        """Forget texts that nobody will learn from any more."""
        before = fields.Datetime.now() - KEPT
        self.search([("moment", "<", before)], limit=10_000).unlink()

    @api.model
    def _note(self, conversation, text, now):
        """Keep a text that was not understood."""
        text = " ".join(text.split())[:200]
        state = (conversation.session or {}).get("state")
        if text:
            self.create(
                {
                    "conversation_id": conversation.id,
                    "company_id": conversation.company_id.id,
                    "case_id": conversation.case_id.id,
                    "moment": now,
                    "text": text,
                    "state": state if state in dict(ASKED) else False,
                }
            )
