from odoo import fields, models
from odoo.exceptions import UserError

#: States in which a person may want it to be sent once more.
NOT_LEFT = ("failed", "cancelled", "expired")


class DebtWhatsappDecisionMixin(models.AbstractModel):
    """What people decide on messages: withdrawn, sent after all, sent again."""

    _name = "debt.whatsapp.decision.mixin"
    _description = "Decisions on WhatsApp Messages"

    def action_withdraw(self):
        """Take messages out of the queue: the steps of their actions are given back.

        :raise UserError: where none of them waits
        """
        waiting = self.filtered(lambda message: message.state == "queued")
        if not waiting:
            raise UserError(self.env._("None of these messages waits any more."))
        waiting._check_right()
        # sudo: the right to work the case is the right to stop its messages
        waiting = waiting.sudo().try_lock_for_update()
        waiting = waiting.filtered(lambda message: message.state == "queued")
        actions = waiting.filtered(lambda m: m.author == "strategy").action_id
        actions.filtered(lambda action: action.state == "sent")._skip("withdrawn")
        waiting.write({"state": "cancelled", "reason": "withdrawn"})

    def action_mark_sent(self):
        """Decide that messages of which nobody knows did leave."""
        self._decide_uncertain("sent")

    def action_send_uncertain(self):
        """Decide that messages of which nobody knows are sent again."""
        self._decide_uncertain("again")

    def _decide_uncertain(self, decision):
        uncertain = self.filtered(lambda message: message.state == "uncertain")
        if not uncertain:
            raise UserError(self.env._("None of these messages is uncertain."))
        uncertain._check_right()
        for message in uncertain:
            action = message._own_action()
            if action.state == "uncertain" and decision == "sent":
                action.action_mark_sent()
            elif action.state == "uncertain":
                action.action_send_again()
            else:
                message.sudo()._decided(decision)  # sudo: the right was checked above

    def _decided(self, decision):
        """Record what a person decided on messages of which nobody knew.

        :param str decision: "sent" or "again"
        """
        for message in self.filtered(lambda message: message.state == "uncertain"):
            if decision == "sent":
                message.write({"state": "sent", "reason": "decided"})
                continue
            message.write({"state": "cancelled", "reason": "again"})
            if not message._own_action():
                message._send_copy(self.env.user, fields.Datetime.now())

    def action_send_again(self):
        """Ask why messages that did not arrive are sent again."""
        if not self.filtered(lambda m: m.state in NOT_LEFT and m.direction == "out"):
            raise UserError(self.env._("None of these messages can be sent again."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Again"),
            "res_model": "debt.whatsapp.again.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_message_ids": self.ids},
        }

    def _send_again(self, reason, now):
        """Send messages that did not arrive once more, because a person says so.

        That of an action is written anew from what is owed now; another one is sent as
        it was.

        :param str reason: in words
        :param now: naive UTC moment
        :raise UserError: where another channel said the same meanwhile
        """
        failed = self.filtered(lambda m: m.state in NOT_LEFT and m.direction == "out")
        failed._check_right()
        for message in failed.sudo():  # sudo: the right was checked above
            action = message._own_action()
            if action and action.state != "failed":
                raise UserError(
                    self.env._(
                        "%(message)s: its action goes on by itself.",
                        message=message.display_name,
                    )
                )
            if action._said_elsewhere():
                raise UserError(
                    self.env._(
                        "%(message)s: another channel says it instead.",
                        message=message.display_name,
                    )
                )
            if action:
                action._plan_again()
                action.reason = False
            else:
                message._send_copy(self.env.user, now)
            message.reason = "again"
            message.case_id._message_log(
                body=self.env._(
                    "%(user)s sends a WhatsApp message again: %(reason)s",
                    user=self.env.user.name,
                    reason=reason,
                )
            )

    def _send_copy(self, user, now, action=None):
        """Put the same message into the queue once more.

        :param user: who says so
        :param action: the action that the copy is the message of, if any
        """
        self.ensure_one()
        copy = self._enqueue(
            self.conversation_id,
            self.content,
            author=self.author,
            body=self.body,
            now=now,
            case=self.case_id,
            action=action,
            user=user,
            template=self.template_id,
            reply_to=self.reply_to_id,
            priority=self.priority,
        )
        copy.write({"again_of_id": self.id, "token": self.token})
        return copy

    def _check_right(self):
        """Refuse whoever may not work the cases of these messages.

        What has no case yet is for supervisors.
        """
        self.check_access("read")
        self.case_id.check_access("write")
        if self.filtered(lambda message: not message.case_id) and not (
            self.env.user.has_group("debt_collection.group_debt_supervisor")
        ):
            raise UserError(
                self.env._("Nobody is known there yet: ask a supervisor to do this.")
            )
