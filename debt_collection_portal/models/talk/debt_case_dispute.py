from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class DebtCase(models.Model):
    """What customers do not agree with, said on their page."""

    _inherit = "debt.case"

    def _portal_owed(self):
        """Return the documents of the account on which something is left to pay."""
        return self._portal_items().filtered(
            lambda item: item.amount_residual_currency > 0
        )

    def _portal_room(self, items):
        """Return how much of documents in one currency is not disputed yet."""
        dispute = self.env["debt.dispute"].new(
            {"case_id": self.id, "item_ids": [Command.set(items.ids)]}
        )
        return dispute._room()

    def _portal_dispute_reasons(self):
        """Return the reasons that customers may choose."""
        return self.env["debt.dispute.reason"].search([("portal", "=", True)])

    def _portal_dispute(self, visit, items, reason, text, amount=None, files=()):
        """Open disputes for a customer: one for each currency of their documents.

        :param visit: the ``Visit``
        :param items: documents of ``_portal_owed``
        :param reason: one of ``_portal_dispute_reasons``
        :param text: what is wrong
        :param amount: how much of it, in the one currency; None: all that is left
        :param files: [(name, content, media type)], checked already
        :return: the disputes
        :raise UserError: in words for the customer
        """
        self.ensure_one()
        self._portal_check_dispute(items, reason, text, amount)
        action = self._portal_said(visit, "dispute", text)
        disputes = self.env["debt.dispute"]
        for currency, group in items.grouped("currency_id").items():
            room = self._portal_room(group)
            if currency.compare_amounts(room, 0) <= 0:
                raise UserError(
                    self.env._(
                        "You told us of a problem with all of this already. Add to it "
                        "what is new."
                    )
                )
            if amount and currency.compare_amounts(amount, room) > 0:
                raise UserError(
                    self.env._(
                        "At most %(amount)s of these documents can still be disputed.",
                        amount=currency.format(room),
                    )
                )
            dispute = disputes.create(
                {
                    "case_id": self.id,
                    "item_ids": [Command.set(group.ids)],
                    "currency_id": currency.id,
                    "amount": amount or room,
                    "reason_id": reason.id,
                    "description": text,
                    "opened_date": self.company_id._debt_today(),
                    "source": "portal",
                    "user_id": self._debt_agent().id,
                    "contact_action_id": action.id,
                }
            )
            self._portal_attach(dispute, files)
            self._portal_tell(dispute)
            disputes |= dispute
        return disputes

    def _portal_check_dispute(self, items, reason, text, amount):
        """Refuse what is missing from a dispute.

        :raise UserError: in words for the customer
        """
        if not items:
            raise UserError(self.env._("Choose the documents that are wrong."))
        if not reason:
            raise UserError(self.env._("Choose what the problem is."))
        if not text:
            raise UserError(self.env._("Tell us what is wrong."))
        if amount is not None:
            if len(items.currency_id) > 1:
                raise UserError(
                    self.env._(
                        "A part of the amount: choose documents in one currency."
                    )
                )
            if items.currency_id.compare_amounts(amount, 0) <= 0:
                raise UserError(
                    self.env._("Write the amount that is wrong, more than zero.")
                )
