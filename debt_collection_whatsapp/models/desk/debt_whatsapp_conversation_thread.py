from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount

#: Messages of one page of a conversation, and most that a screen asks for at once.
PAGE = 30
MOST = 200


class DebtWhatsappConversation(models.Model):
    """What the screen of a conversation reads, always with the rights of its reader."""

    _inherit = "debt.whatsapp.conversation"

    @api.readonly
    def thread(self, before_id=None, limit=PAGE):
        """Return a page of the conversation, the newest one first asked for.

        :param int before_id: the oldest message on the screen; the page ends before it
        :param int limit: number of messages
        :return: {bubbles: from old to new, more: whether there are older ones}
        """
        self.ensure_one()
        self.check_access("read")
        messages = self.env["debt.whatsapp.message"]
        domain = Domain("conversation_id", "=", self.id)
        oldest = messages.browse(before_id or ()).exists()
        if oldest:
            domain &= Domain("moment", "<", oldest.moment) | (
                Domain("moment", "=", oldest.moment) & Domain("id", "<", oldest.id)
            )
        limit = max(1, min(limit, MOST))
        found = messages.search(domain, limit=limit + 1)
        return {
            "bubbles": found[:limit].sorted(lambda m: (m.moment, m.id))._bubbles(),
            "more": len(found) > limit,
        }

    @api.readonly
    def bubbles(self, message_ids):
        """Return single messages of the conversation, such as those that changed.

        :param list message_ids: ids; those that are not of it are left out
        """
        self.ensure_one()
        self.check_access("read")
        found = self.env["debt.whatsapp.message"].search(
            [
                ("conversation_id", "=", self.id),
                ("id", "in", message_ids[:MOST]),
            ]
        )
        return found.sorted(lambda m: (m.moment, m.id))._bubbles()

    @api.readonly
    def head(self):
        """Return what is around the messages: who it is, who works it, what can be
        sent now.

        :return: dict of plain values; moments are naive UTC
        """
        self.ensure_one()
        self.check_access("read")
        case = self.case_id._filtered_access("read")
        reasons = dict(self._fields["waits_reason"]._description_selection(self.env))
        return {
            "id": self.id,
            "name": self.display_name,
            "person": self.person,
            "phone": self.phone or "",
            "situation": self.situation,
            "waits_since": fields.Datetime.to_string(self.waits_since) or "",
            "waits_reason": reasons.get(self.waits_reason, ""),
            "escalated": self.waits_long or bool(self.alerted) or self.is_urgent,
            "user": self.user_id.name or "",
            "is_mine": self.user_id == self.env.user,
            "case": self._head_of_case(case) if case else None,
            "candidates": 0 if self.case_id else len(self._candidates()),
            "account": self.account_id.sudo().name,  # sudo: from which number
            "composer": self._composer(fields.Datetime.now()),
        }

    def _head_of_case(self, case):
        """Return what an agent wants to see of a case while they write."""
        flags = [
            text
            for text in (
                case.promise_text and self.env._("Promised: %s", case.promise_text),
                case.plan_text and self.env._("Payment plan: %s", case.plan_text),
                case.dispute_count and self.env._("Disputes: %s", case.dispute_count),
                case.state == "hold" and self.env._("On hold"),
            )
            if text
        ]
        currency = case.currency_id
        return {
            "id": case.id,
            "partner_id": case.partner_id.id,
            "balance": format_amount(self.env, case.amount_total, currency),
            "overdue": format_amount(self.env, case.amount_overdue, currency),
            "days": case.days_past_due,
            "stage": case.stage_id.name or "",
            "closed": case.state == "closed",
            "flags": flags,
        }
