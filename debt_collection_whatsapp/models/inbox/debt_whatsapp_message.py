from odoo import api, fields, models

from ...logic.inbound import changed, moment_of, read
from ...logic.webhook_body import contact_of, text_of
from ...logic.wish import wish_of

#: Nobody waits for an answer to these.
SILENT = ("reaction", "system")
#: What is not kept of an element: it is in fields of its own.
IN_FIELDS = ("from", "from_user_id", "id", "timestamp")
#: Characters of a message in the chatter of the case.
EXCERPT = 2_000


class DebtWhatsappMessage(models.Model):
    _name = "debt.whatsapp.message"
    _inherit = ["debt.whatsapp.message", "debt.whatsapp.file.mixin"]

    button = fields.Char(readonly=True, help="The id of what was tapped.")
    received = fields.Datetime(readonly=True, help="When Meta told us of it.")
    turn_date = fields.Datetime(
        string="Looked at by the Assistant", readonly=True, copy=False
    )
    turn_error = fields.Char(string="Why It Was Not Answered", readonly=True)

    _turn_idx = models.Index(
        "(conversation_id) WHERE direction = 'in' AND turn_date IS NULL"
    )

    @api.model
    def _take_in(self, account, element, received, now):
        """Take in what somebody wrote, once.

        :param account: the number to which they wrote
        :param element: a ``logic.webhook_body.Element``
        :param received: when Meta told of it, naive UTC
        :param now: naive UTC moment
        :return: the message; empty for one that says neither its name nor its sender
        """
        told = element.value
        wamid = text_of(told.get("id"))
        if not wamid:
            return self.browse()
        known = self.search([("account_id", "=", account.id), ("wamid", "=", wamid)])
        if known:
            return known
        contact = contact_of(element)
        identity = self.env["debt.whatsapp.identity"]._of_contact(
            account, contact, told
        )
        if not identity:
            return self.browse()
        inbound = read(told)
        moment = moment_of(told.get("timestamp"), received)
        conversation = self.env["debt.whatsapp.conversation"]._of(account, identity)
        quoted = self._named(account, inbound.quoted)
        identity._suggest(account, quoted)
        conversation.case_id = conversation._find_case()
        message = self.create(
            {
                "conversation_id": conversation.id,
                "account_id": account.id,
                "company_id": account.company_id.id,
                "case_id": conversation.case_id.id,
                "direction": "in",
                "author": "person",
                "state": "received",
                "kind": inbound.kind,
                "body": inbound.body,
                "button": inbound.button,
                "content": {k: v for k, v in told.items() if k not in IN_FIELDS},
                "wamid": wamid,
                "reply_to_id": quoted.id,
                "moment": moment,
                "received": received,
                "turn_date": now if inbound.kind in SILENT else False,
                **self._file_vals(inbound, now),
            }
        )
        conversation._heard(moment)
        message._understand(told, now)
        return message

    @api.model
    def _named(self, account, wamid):
        """Return the message of a number that has a name at WhatsApp."""
        if not wamid:
            return self.browse()
        return self.search([("account_id", "=", account.id), ("wamid", "=", wamid)])

    def _understand(self, told, now):
        """Do at once what no conversation may be in the way of, and note the rest."""
        identity = self.conversation_id.identity_id
        if self.kind == "system" and (news := changed(told)):
            identity._changed(news, now)
        # whatever the assistant is asked, and while a person answers
        if self.kind not in SILENT and wish_of(self.body) == "stop":
            identity._opt_out(self.account_id, self.body, now)
        if self.case_id:
            self.case_id._message_log(
                body=self.env._(
                    "WhatsApp from %(name)s: %(text)s",
                    name=identity.display_name,
                    text=self._excerpt(),
                )
            )

    def _excerpt(self):
        """Return what it says in a line or two: its text, else what it is."""
        return self.body[:EXCERPT] if self.body else self.kind
