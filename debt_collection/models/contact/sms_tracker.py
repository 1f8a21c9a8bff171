from odoo import models

from ...fields import LooseMany2one

#: Reports that say that nobody can get a message at the number.
WRONG_NUMBER = {"sms_invalid_destination", "sms_not_allowed", "sms_number_format"}


class SmsTracker(models.Model):
    """Hears what providers report of messages, also long after they left."""

    _inherit = "sms.tracker"

    debt_action_id = LooseMany2one("debt.action", index="btree_not_null")

    def _action_update_from_sms_state(
        self, sms_state, failure_type=False, failure_reason=False
    ):
        result = super()._action_update_from_sms_state(
            sms_state, failure_type=failure_type, failure_reason=failure_reason
        )
        # sudo: the provider has no rights of its own
        actions = self.debt_action_id.sudo()
        if sms_state in ("sent", "pending"):
            actions._sms_arrived(on_phone=sms_state == "sent")
        elif sms_state == "error":
            self._debt_undelivered(failure_type, failure_reason)
        return result

    def _action_update_from_provider_error(self, provider_error):
        status, failure_type, reason = super()._action_update_from_provider_error(
            provider_error
        )
        self._debt_undelivered(failure_type, reason or provider_error)
        return status, failure_type, reason

    def _debt_undelivered(self, failure_type, detail):
        """Tell the actions of messages that failed, unless a later one is under way."""
        for tracker in self.filtered("debt_action_id"):
            newest = self.search(
                [("debt_action_id", "=", tracker.debt_action_id.id)],
                order="id desc",
                limit=1,
            )
            if tracker == newest:
                # sudo: see above
                tracker.debt_action_id.sudo()._sms_undelivered(
                    detail or failure_type, failure_type in WRONG_NUMBER
                )
