import logging
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: Messages that follow each other as quickly are answered together: people write in
#: pieces.
JOINED = timedelta(seconds=5)


class DebtWhatsappConversation(models.Model):
    _inherit = "debt.whatsapp.conversation"

    @api.model
    def _of(self, account, identity):
        """Return the conversation of a number of ours with somebody, made where there
        is none.

        :param account: the ``debt.whatsapp.account``
        :param identity: the ``debt.whatsapp.identity``
        """
        key = [("account_id", "=", account.id), ("identity_id", "=", identity.id)]
        return self.search(key) or self.create(
            {"account_id": account.id, "identity_id": identity.id}
        )

    def _heard(self, moment):
        """Somebody wrote at a moment: free text may be sent for a day.

        What comes late never takes the window back.
        """
        self.ensure_one()
        self.last_inbound = max(filter(None, (self.last_inbound, moment)))
        self.last_message = max(filter(None, (self.last_message, moment)))

    def _links(self):
        """Return for which customers of this company the person may speak."""
        self.ensure_one()
        return self.identity_id.link_ids.filtered(
            lambda link: (
                link.company_id == self.company_id and link.state != "wrong_person"
            )
        )

    def _find_case(self):
        """Return whose case it is about: chosen before, or that of the only customer.

        :return: the ``debt.case``, empty where several may be meant
        """
        self.ensure_one()
        links = self._links()
        if self.case_id and (not links or self.case_id.partner_id in links.partner_id):
            return self.case_id
        if len(links) != 1:
            return self.env["debt.case"]
        return links._case()

    def _may_see_amounts(self, partner, now):
        """Return whether the person may read amounts of a customer in an answer.

        They proved within 30 days who they are; a new number, a new id or another owner
        of the number ends it.

        :param partner: the customer, or anybody of it
        :param now: naive UTC moment
        """
        self.ensure_one()
        link = self._links().filtered(
            lambda link: link.partner_id == partner._debt_debtors()
        )
        return bool(link) and link._is_verified(now)

    def _absorb(self, other):
        """Take over what was written in another conversation of the same person with
        the same number of ours."""
        self.ensure_one()
        for name in ("last_inbound", "last_message"):
            self[name] = max(filter(None, (self[name], other[name])), default=False)
        self.case_id = self.case_id or other.case_id
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE debt_whatsapp_message SET conversation_id = %s"
                " WHERE conversation_id = %s",
                self.id,
                other.id,
            )
        )
        self.env.invalidate_all()
        other.unlink()

    # === TURNS === #

    @api.model
    def _answer_all(self, app, now):
        """Let the assistant take its turn where somebody wrote and is done writing.

        :param app: the app, whose lock is held
        :param now: naive UTC moment
        :return: seconds until the next turn; None where nobody waits for one
        """
        messages = self.env["debt.whatsapp.message"].search(
            [
                ("turn_date", "=", False),
                ("direction", "=", "in"),
                ("received", "!=", False),
                ("account_id.app_id", "=", app.id),
            ],
            order="id",
        )
        soonest = None
        for conversation, theirs in messages.grouped("conversation_id").items():
            waits = (max(theirs.mapped("received")) + JOINED - now).total_seconds()
            if waits > 0:
                soonest = waits if soonest is None else min(soonest, waits)
                continue
            conversation._answer_safely(now)
        return soonest

    def _answer_safely(self, now):
        """Take the turn; a person is asked for where that fails."""
        run = self.env["debt.run"]
        try:
            run._retry(lambda: self._answer(now))
        except Exception as error:
            if run._may_commit():
                self.env.cr.rollback()
            _logger.exception("A turn of WhatsApp conversation %s failed", self.id)
            messages = self._unanswered()
            messages.write(
                {"turn_date": now, "turn_error": f"{type(error).__name__}: {error}"}
            )
            self._want_person("error", now)
            run._checkpoint()

    def _answer(self, now):
        """Answer what was written since the last turn, in one transaction with it."""
        run = self.env["debt.run"]
        run._checkpoint(read_committed=True)
        messages = self._unanswered()
        if not messages:
            return
        with self.env.cr.savepoint():
            messages.turn_date = now
            self._take_turn(messages, now)
        run._checkpoint("whatsapp_answered")

    def _unanswered(self):
        """Return what the person wrote that nobody looked at yet, in its order."""
        return self.env["debt.whatsapp.message"].search(
            [
                ("conversation_id", "=", self.id),
                ("turn_date", "=", False),
                ("direction", "=", "in"),
            ],
            order="moment, id",
        )
