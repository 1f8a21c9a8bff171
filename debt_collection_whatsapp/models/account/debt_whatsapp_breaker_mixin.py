from datetime import datetime, timedelta

from markupsafe import escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...logic import breaker, graph_error
from ...tools.log import get_logger

_logger = get_logger(__name__)

KINDS = [
    (graph_error.AUTH, "The Login Fails"),
    (graph_error.ACCOUNT, "Meta Restricts the Number"),
    (graph_error.THROTTLE, "Too Much at Once"),
    ("restriction", "Meta Announced a Restriction"),
]
#: Silent for so long, a number does not send what is planned for today.
LONG = timedelta(hours=12)
#: What only the product writes.
BREAKER_FIELDS = (
    *("breaker_kind", "breaker_reason", "breaker_since", "breaker_until"),
    "troubles",
)


class DebtWhatsappBreakerMixin(models.AbstractModel):
    """When a number is silent, and why: see ``logic.breaker``."""

    _name = "debt.whatsapp.breaker.mixin"
    _description = "Breaker of a WhatsApp Number"

    breaker = fields.Selection(
        [
            (breaker.CLOSED, "Sends"),
            (breaker.TRYING, "Tries with One Message"),
            (breaker.OPEN, "Silent"),
        ],
        compute="_compute_breaker",
        string="State of Sending",
    )
    breaker_kind = fields.Selection(KINDS, string="Because", readonly=True, copy=False)
    breaker_reason = fields.Char(string="What Meta Said", readonly=True, copy=False)
    breaker_since = fields.Datetime(string="Silent since", readonly=True, copy=False)
    breaker_until = fields.Datetime(
        string="Silent until",
        readonly=True,
        copy=False,
        help="One message tries then. Empty: until a person or Meta says so.",
    )
    troubles = fields.Json(
        readonly=True, copy=False, help="When Meta asked for patience lately."
    )

    @api.depends("breaker_since", "breaker_until")
    def _compute_breaker(self):
        now = fields.Datetime.now()
        for account in self:
            account.breaker = {
                "ready": account._breaker_state(now),
                "suspended": breaker.OPEN,
            }.get(account.state, False)

    # === ASKED BY WHOEVER SENDS === #

    def _why_silent(self, author, now):
        """Return why nothing may leave, None where it may.

        It only looks; what is in the queue stays there.

        :param author: who writes: ``strategy``, ``bot`` or ``agent``
        :param now: naive UTC moment
        :return: ``not_ready``, ``not_acknowledged``, ``third_party``, ``breaker``
        """
        self.ensure_one()
        account = self.sudo()  # sudo: state of the number, for whoever writes
        # while it is being tested, a person writes by hand: that is the test
        states = ("ready", "suspended", *(["testing"] if author == "agent" else ()))
        if (
            not (account.active and account.app_id.active)
            or account.state not in states
        ):
            return "not_ready"
        role = account._acknowledged_role()
        if not role:
            return "not_acknowledged"
        if role == "third_party" and author != "agent":
            return "third_party"
        if account.state == "suspended":
            return "breaker"
        silent = account._breaker_state(now) == breaker.OPEN
        return "breaker" if silent else None

    def _is_shut(self, author, now):
        """Return whether nothing leaves and that does not pass today: what is planned
        goes through other channels; what is in the queue waits.

        :param author: see ``_why_silent``
        :param now: naive UTC moment
        """
        self.ensure_one()
        why = self._why_silent(author, now)
        account = self.sudo()  # sudo: as in _why_silent
        if why == "breaker":
            until = account.breaker_until
            return not until or until >= now + LONG
        return bool(why)

    def _on_error(self, kind, error, now):
        """Take in what Meta, or the way to it, refused.

        :param kind: class of ``logic.graph_error``
        :param error: ``GraphError``, ``NotSent`` or ``Uncertain``
        :param now: naive UTC moment
        """
        self.ensure_one()
        account = self.sudo()  # sudo: the state of the number is the product's
        code = getattr(error, "code", None)
        stop = breaker.stop(kind, code, now)
        if stop:
            account._stop(kind, str(error), stop.until, now)
        elif breaker.is_trouble(kind, code):
            account._on_trouble(str(error), now)

    # === OPENING AND CLOSING === #

    def _breaker_state(self, now):
        """Return the word of ``logic.breaker`` for a moment."""
        self.ensure_one()
        until = self.breaker_until
        tried = None
        if self.breaker_since and until and until <= now:
            tried = self._last_try(until)
        return breaker.state(bool(self.breaker_since), until or None, tried, now)

    def _last_try(self, since):
        """Return (claimed, state) of the last message that left since, or None."""
        messages = self.env["debt.whatsapp.message"]
        messages.flush_model(["account_id", "claimed", "state"])
        rows = self.env.execute_query(
            SQL(
                """
            SELECT claimed, state FROM debt_whatsapp_message
             WHERE account_id = %s AND claimed >= %s
             ORDER BY claimed DESC, id DESC LIMIT 1
                """,
                self.id,
                since,
            )
        )
        return rows[0] if rows else None

    def _on_trouble(self, reason, now):
        """Count what asks for patience, and pause when it is too much."""
        self.ensure_one()
        if self.breaker_since:
            state = self._breaker_state(now)
            if state == breaker.CLOSED:
                self._forget_stop()
            elif self.breaker_until and self.breaker_until <= now:
                # the one that tried was refused as well
                self.breaker_until = now + breaker.PAUSE
                return
            else:
                return
        before = [datetime.fromisoformat(moment) for moment in self.troubles or ()]
        times, pauses = breaker.add_trouble(before, now)
        self.troubles = [moment.isoformat() for moment in times]
        if pauses:
            self._stop(graph_error.THROTTLE, reason, now + breaker.PAUSE, now)

    def _stop(self, kind, reason, until, now):
        """Let nothing leave any more, and tell people where it does not pass by itself.

        :param kind: a word of ``KINDS``
        :param reason: what Meta said
        :param until: when one message may try, None: until somebody says so
        """
        self.ensure_one()
        known = self.breaker_since and self.breaker_kind == kind
        self.write(
            {
                "breaker_kind": kind,
                "breaker_reason": reason,
                "breaker_since": self.breaker_since or now,
                "breaker_until": until,
                "troubles": False,
            }
        )
        if kind == graph_error.AUTH and self.state == "ready":
            self.state = "suspended"
        _logger.warning("WhatsApp number %s is silent: %s", self.id, reason)
        if not known:
            text = self.env._(
                "Nothing leaves from this number any more. %(kind)s: %(reason)s",
                kind=dict(
                    self._fields["breaker_kind"]._description_selection(self.env)
                )[kind],
                reason=reason,
            )
            self._tell(text, urgent=kind != graph_error.THROTTLE)

    def _resume(self, reason):
        """Let it send again; the reason stays in the chatter."""
        for account in self.filtered("breaker_since"):
            account._forget_stop()
            account._tell(
                self.env._("The number sends again: %(reason)s", reason=reason)
            )
            account.activity_unlink(["mail.mail_activity_data_warning"])

    def _forget_stop(self):
        self.write(dict.fromkeys(BREAKER_FIELDS, False))
        self.filtered(lambda account: account.state == "suspended").state = "ready"

    def _tell(self, text, urgent=False):
        """Write something to the chatter; what is urgent is a task and a mail, too."""
        self.ensure_one()
        administrators = self.env["res.users"]
        if urgent:
            administrators = self.env.ref("base.group_system").all_user_ids.filtered(
                lambda user: (
                    user.active
                    and not user.share
                    and self.company_id in user.company_ids
                )
            )
        self.message_post(body=text, partner_ids=administrators.partner_id.ids)
        manager = self._manager()
        if urgent and manager:
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("WhatsApp: look at the number"),
                note=escape(text),
                user_id=manager.id,
            )

    def _manager(self):
        """Return who is told when the machinery fails."""
        self.ensure_one()
        finding = self.env["debt.finding"].new({"company_id": self.company_id.id})
        return finding._manager()

    # === BUTTONS === #

    def action_resume(self):
        """Ask why it may send again."""
        self.ensure_one()
        self.check_access("write")
        if not self.breaker_since:
            raise UserError(self.env._("The number is not silent."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Again"),
            "res_model": "debt.whatsapp.resume.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }
