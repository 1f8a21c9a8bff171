from odoo import api, fields, models

#: Why WhatsApp cannot be used though the contact data may be right.
OURS = ("whatsapp_closed", "whatsapp_late", "no_template", "not_on_whatsapp")
#: Confirmations for which there is a WhatsApp message.
CONFIRMATIONS = ("promise_confirm", "promise_remind", "dispute_reject", "thanks")


class DebtAction(models.Model):
    _inherit = "debt.action"

    reason = fields.Selection(
        selection_add=[
            ("whatsapp_closed", "The WhatsApp number sends nothing now"),
            ("whatsapp_late", "WhatsApp did not take it on its day"),
            ("no_template", "No approved WhatsApp message for it"),
            ("not_on_whatsapp", "Not reached on WhatsApp"),
        ]
    )
    whatsapp_message_ids = fields.One2many(
        "debt.whatsapp.message", "action_id", string="WhatsApp Messages"
    )

    # === CONTACT DATA === #

    @api.model
    def _reasons_of_ours(self):
        return (*super()._reasons_of_ours(), *OURS)

    # === CONFIRMATIONS === #

    def _prefer_channel(self):
        """Let confirmations go by WhatsApp to whoever writes to us there."""
        result = super()._prefer_channel()
        mails = self.filtered(
            lambda a: (
                a.track == "service"
                and a.purpose in CONFIRMATIONS
                and a.channel == "email"
                and not a.tried
            )
        )
        if not mails:
            return result
        channel = self.env["debt.channel.whatsapp"]
        talking = mails.filtered(lambda action: channel._is_talking(action))
        for action in talking:
            action.channel = "whatsapp"
        reached = channel._addresses(talking)
        (talking - self.browse([a.id for a in reached])).channel = "email"
        return result

    def _go_on(self, reason):
        """A confirmation that cannot go by WhatsApp goes by e-mail."""
        back = self._back_to_email(reason)
        return back | super(DebtAction, self - back)._go_on(reason)

    def _try_next(self):
        """Also one that WhatsApp did not bring: in place, since it is said once."""
        back = self._back_to_email("undelivered")
        if back:
            self._wake("debt_collection.ir_cron_debt_dispatch", fields.Datetime.now())
        return super(DebtAction, self - back)._try_next()

    def _back_to_email(self, reason):
        """Let confirmations go by e-mail after all; return them."""
        back = self.filtered(
            lambda action: action.track == "service" and action.channel == "whatsapp"
        )
        for action in back:
            # what left is in its message; the confirmation itself goes on in place
            tried = {"channel": "whatsapp", "reason": action.reason or reason}
            action.state = "planned"
            action.write(
                {
                    "tried": [*(action.tried or ()), tried],
                    "channel": "email",
                    "reason": False,
                    "delivery": False,
                    "mail_message_id": False,
                }
            )
        return back

    # === DECIDING === #

    def _decide(self, values):
        """What a person decides on an action holds for its message, too."""
        uncertain = self.filtered(lambda action: action.state == "uncertain")
        # sudo: the right to decide on the action is asked for by ``super``
        messages = uncertain.sudo().whatsapp_message_ids
        result = super()._decide(values)
        messages._decided("sent" if values["state"] == "sent" else "again")
        return result

    def action_view_whatsapp(self):
        """Open the WhatsApp messages of this action."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection_whatsapp.debt_whatsapp_outbox_action"
        )
        messages = self.whatsapp_message_ids
        action["domain"] = [("action_id", "=", self.id)]
        action["context"] = {}
        if len(messages) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = messages.id
        return action
