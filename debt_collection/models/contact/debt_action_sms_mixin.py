from odoo import api, fields, models

from ...logic.stop_word import is_stop

#: What is kept of an answer.
MOST = 2_000


class DebtActionSmsMixin(models.AbstractModel):
    """What becomes of text messages, and what customers answer to them."""

    _name = "debt.action.sms.mixin"
    _description = "Text Messages of Collection"

    sms_parts = fields.Integer(
        string="SMS Parts", help="In how many parts it travelled; each is paid for."
    )
    incoming_ref = fields.Char(
        string="Reference of the Provider",
        help="Of what the customer wrote: the same message is taken once.",
    )

    # === REPORTS === #

    def _sms_arrived(self, on_phone):
        """Record that the provider has, or delivered, messages of these actions.

        Also of those of which nobody knew, and of those that failed before: then what
        was planned instead does not leave.

        :param on_phone: whether it arrived; else the provider only took it
        """
        for action in self:
            if action.delivery == "delivered" or action.state in ("skipped", "planned"):
                continue
            if action.state == "failed" and not on_phone:
                continue
            if action.state in ("failed", "uncertain"):
                action.write({"state": "sent", "reason": False, "reason_detail": False})
                action._recount_contacts(action.case_id)
                action._followers_to_come()._skip("arrived")
            action.delivery = "delivered" if on_phone else "accepted"

    def _sms_undelivered(self, detail, wrong_number):
        """Record that messages did not arrive; their next channel says it instead.

        :param detail: what the provider said
        :param wrong_number: whether nobody can get a message at this number
        """
        for action in self.filtered(lambda a: a.state in ("sent", "uncertain")):
            if action.delivery == "delivered":
                continue
            action.delivery = "failed"
            if wrong_number:
                action._wrong_number(detail)
            else:
                action._fail("undelivered", detail=detail)

    def _wrong_number(self, detail=None):
        """End messages to a number that is nobody's, and ask for the right one."""
        for action in self:
            action._fail("wrong_number", detail=detail, outcome="wrong_number")
            if action.is_test:
                continue
            contact = action._contact_to_mend("phone").sudo()  # sudo: as the channel
            if contact._debt_number(action.company_id) == action.address:
                contact._debt_phone("wrong", action.company_id._debt_today())
            action._fix_contact()

    def _followers_to_come(self):
        """Return what was planned on other channels instead of these, and not sent."""
        firsts = self.browse([(a.fallback_of_id or a).id for a in self])
        return self.search(
            [
                ("fallback_of_id", "in", firsts.ids),
                ("id", "not in", self.ids),
                ("state", "in", ("planned", "approve", "waiting")),
            ]
        )

    # === ANSWERS === #

    @api.model
    def _sms_reply(self, company, number, text, ref=None):
        """Take what somebody answered to a text message of a company.

        A stop word ends the messages to the number; anything else is a contact, and a
        task for the agent.

        :param company: whose message was answered
        :param str number: of whom, in E.164
        :param str text: as it came from outside
        :param ref: name of the message at the provider; the same one is taken once
        :return: the contacts that were logged, empty where nobody knows the number
        """
        company.ensure_one()
        # sudo: the provider has no rights of its own
        self = self.sudo().with_context(lang=company.partner_id.lang)
        known = ref and self.search_count(
            [("company_id", "=", company.id), ("incoming_ref", "=", ref)], limit=1
        )
        if known:
            return self.browse()
        stop = is_stop(text)
        if stop:
            said = self.env._("SMS: %s", text[:40])
            self.env["debt.contact.consent"]._withdraw(number, "sms", said)
            self.env["phone.blacklist"]._add([number], message=said)
        case, contact = self._case_of_number(company, number)
        if not case:
            return self.browse()
        action = self.create(self._reply_vals(case, contact, text, ref))
        action.mail_message_id = case._message_log(
            body=self.env._(
                "SMS from %(number)s: %(text)s", number=number, text=text[:MOST]
            ),
            author_id=contact.id,
        )
        if stop:
            case._message_log(body=self.env._("%s gets no more text messages.", number))
        else:
            action._ask_to_answer()
        return action

    def _reply_vals(self, case, contact, text, ref):
        return {
            **self._incoming_vals(case, case.company_id._debt_today()),
            "partner_id": contact.id,
            "channel": "sms",
            "purpose": "reply",
            "reached": "debtor",
            "incoming_ref": ref,
            "amount": case.amount_chaseable,
            "note": text[:MOST],
        }

    @api.model
    def _case_of_number(self, company, number):
        """Return the case and the contact that a number belongs to.

        Who got the last message there, else a customer who has this number.
        """
        last = self.search(
            [
                ("company_id", "=", company.id),
                ("channel", "=", "sms"),
                ("address", "=", number),
            ],
            order="id desc",
            limit=1,
        )
        if last:
            return last.case_id, last.partner_id
        people = self.env["res.partner"].search([("phone_sanitized", "=", number)])
        case = self.env["debt.case"].search(
            [
                ("partner_id", "in", people._debt_debtors().ids),
                ("company_id", "=", company.id),
            ],
            order="amount_chaseable desc, id",
            limit=1,
        )
        return case, people[:1]
