from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html


class DebtHandoverOutsideMixin(models.AbstractModel):
    """What a lawyer or an agency sees of hand-overs, and reports about them.

    Everything here is done with superuser rights, for a hand-over that ``_of_outsider``
    returned: that is the only door.
    """

    _name = "debt.handover.outside.mixin"
    _description = "Hand-Over Seen from Outside"

    @api.model
    def _of_outsider(self, user):
        """Return the hand-overs that an external user sees, with superuser rights.

        Those of their own lawyer's office or agency in their companies, while they are
        handed over; nothing else.

        :param user: a ``res.users``
        """
        # sudo: outsiders have no right on any model; this domain is what they see
        return self.sudo().search(
            [
                ("state", "=", "handed"),
                ("company_id", "in", user.company_ids.ids),
                (
                    "agency_id.commercial_partner_id",
                    "=",
                    user.partner_id.commercial_partner_id.id,
                ),
            ]
        )

    def _log_from_outside(self, partner, channel, outcome, note):
        """Log a contact that somebody of the lawyer or agency made.

        :param partner: who
        :param channel: call, visit, email or other
        :param outcome: a ``debt.outcome``, or empty
        :param note: what was said
        :return: the action
        """
        self.ensure_one()
        note = self.env._(
            "%(who)s (%(agency)s): %(note)s",
            who=partner.name,
            agency=self.agency_id.name,
            note=note,
        )
        action = self.env["debt.action"]._log(
            self.case_id,
            channel=channel,
            outcome_id=outcome.id,
            reached="debtor" if outcome.reached else "nobody",
            note=note,
        )
        self._tell_responsible(partner, note)
        return action

    def _report_payment_from_outside(self, partner, amount, day, reference, receipt):
        """Enter a payment that somebody of the lawyer or agency reports.

        :param partner: who
        :param amount: in the currency of the oldest document that is owed
        :param day: the day of the payment
        :param reference: number of the transfer
        :param receipt: (name, content in base64) or None
        :return: the ``debt.payment.notice``
        """
        self.ensure_one()
        owed = self.item_ids.filtered(lambda i: i.amount_residual_currency > 0)
        if not owed:
            raise UserError(self.env._("Nothing is owed of these documents any more."))
        currency = owed.sorted("date_due").currency_id[:1]
        documents = owed.filtered(lambda item: item.currency_id == currency)
        name, content = receipt or (False, False)
        notice = self.env["debt.payment.notice"].create(
            {
                "case_id": self.case_id.id,
                "item_ids": [Command.set(documents.ids)],
                "currency_id": currency.id,
                "amount": amount,
                "date": day,
                "reference": reference,
                "receipt": content,
                "receipt_name": name,
                "contact_id": partner.id,
                "user_id": self.user_id.id,
                "source": "outside",
                "note": self.env._(
                    "Reported by %(who)s of %(agency)s",
                    who=partner.name,
                    agency=self.agency_id.name,
                ),
            }
        )
        note = self.env._("Payment reported: %s", notice.display_name)
        self._tell_responsible(partner, note)
        return notice

    def _ask_back_from_outside(self, partner, reason):
        """Give whoever is responsible a task: the office gives the case back.

        A supervisor decides, as about every end of a hand-over.

        :param partner: who asks
        :param reason: plain text
        """
        self.ensure_one()
        user = self.user_id
        told = self.with_context(lang=user.lang)
        told.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=told.env._("%s gives the case back", self.agency_id.name),
            note=plaintext2html(reason),
            user_id=user.id,
        )
        self._tell_responsible(partner, self.env._("Gives the case back: %s", reason))

    def _tell_responsible(self, partner, note, files=()):
        """Post what somebody of the lawyer or agency says, and notify who answers.

        :param partner: who says it
        :param note: plain text
        :param files: (name, content) of files
        """
        self.ensure_one()
        self.message_post(
            body=note,
            author_id=partner.id,
            attachments=list(files),
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=self.user_id.partner_id.ids,
        )
