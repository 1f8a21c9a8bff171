from odoo import models


class DebtCaseAnswerMixin(models.AbstractModel):
    """E-mails of customers that Odoo brings to their case."""

    _name = "debt.case.answer.mixin"
    _description = "Answers on Collection Cases"

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        # sudo: who wrote it, whatever the mail gateway may read
        message = message.sudo()
        ours = message.author_id.user_ids.filtered(lambda user: not user.share)
        if message.message_type == "email" and not ours:
            if not self.env.context.get("debt_auto_reply"):
                self.env["debt.action"]._answered(self, message)
        elif message.message_type in (
            "comment",
            "email",
        ) and message.subtype_id == self.env.ref("mail.mt_comment"):
            self.env["debt.action"]._answer_given(self)
        return result
