from odoo import fields, models
from odoo.tools import SQL

from ...logic.payload import attachment_ids
from ...tools.graph_client import GraphTrouble


class DebtWhatsappHandoverMixin(models.AbstractModel):
    """What is asked of WhatsApp for a message, and what it answers."""

    _name = "debt.whatsapp.handover.mixin"
    _description = "Handing over WhatsApp Messages"

    def _offer(self, payload, clients):
        """Post a message, once.

        :return: (the answer or None, the trouble or None)
        """
        account = self.account_id.sudo()  # sudo: its token, to use it
        try:
            client = self._client_of(clients)
            return client.send(account.phone_number_id, payload), None
        except GraphTrouble as trouble:
            return None, trouble

    def _client_of(self, clients):
        account = self.account_id.sudo()  # sudo: as above
        if account not in clients:
            clients[account] = account._client()
        return clients[account]

    # === FILES === #

    def _upload(self, clients):
        """Leave the files of a message with WhatsApp before it is claimed.

        Nothing may come between the last look at the debt and the message, and a file
        takes seconds.

        :return: whether they are there, or there are none
        """
        if self.state != "queued":
            return True
        known = self._media()
        missing = [ref for ref in attachment_ids(self.content) if ref not in known]
        if not missing:
            return True
        run = self.env["debt.run"]
        media = dict(known)
        try:
            for file in self.env["ir.attachment"].sudo().browse(missing).exists():
                media[file.id] = self._client_of(clients).upload(
                    self.account_id.phone_number_id, file.name, file.mimetype, file.raw
                )
        except GraphTrouble as trouble:
            run._checkpoint(read_committed=True)
            self._not_uploaded(trouble, fields.Datetime.now())
            run._checkpoint()
            return False
        self.media = {str(ref): name for ref, name in media.items()}
        run._checkpoint("whatsapp_uploaded")
        return True

    def _media(self):
        """Return {id of a file of ours: its name at WhatsApp}."""
        return {int(ref): name for ref, name in (self.media or {}).items()}

    # === WHAT BECAME OF IT === #

    def _record(self, answer, trouble):
        """Record what WhatsApp answered; its reports may have come before."""
        self.env["debt.run"]._checkpoint(read_committed=True)
        self._lock_row()
        now = fields.Datetime.now()
        if trouble is None:
            self._accepted(answer, now)
        elif self.state == "sending":
            self._refused(trouble, now, left=False)
        self.env["debt.run"]._checkpoint("whatsapp_reported")

    def _lock_row(self):
        """Hold a message, and read it as it is now."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT FROM debt_whatsapp_message WHERE id = %s FOR UPDATE", self.id)
        )
        self.invalidate_recordset()

    def _accepted(self, answer, now):
        """Record that WhatsApp took it: not yet that anybody got it."""
        first = answer["messages"][0]
        values = {"error_class": False, "error_code": False, "error": False}
        if not self.wamid:
            values["wamid"] = first["id"]
        if self.state in ("sending", "uncertain"):
            status = first.get("message_status")
            values["state"] = "accepted" if status in (None, "accepted") else "held"
        if not self.sent_date:
            values["sent_date"] = now
        self.write(values)
        if not self.is_test:
            self.conversation_id.identity_id._learn_answer(self.account_id, answer)
        self.template_id._on_taken()
        action = self._own_action()
        action.reason_detail = False
        action._sms_arrived(on_phone=False)
