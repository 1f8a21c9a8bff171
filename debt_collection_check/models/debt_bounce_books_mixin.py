from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..logic.taken_back import Settled, taken_back

#: Codes of the payment methods by which a cheque leaves a journal.
OUT_CODES = ("out_third_party_checks", "return_third_party_checks")


class DebtBounceBooksMixin(models.AbstractModel):
    """How a bounced cheque is booked, and how that is taken back.

    The operations of core, one after the other, with the rights of the user: the cheque
    comes back from where it is, and goes back to the customer, who owes its amount
    again. That debt is not left for itself, with the date of today: it is reconciled
    with the payment of the cheque, which gives up the invoices that it had paid, the
    latest first. They are open again with their own dates.
    """

    _name = "debt.bounce.books.mixin"
    _description = "Bounced Cheque in the Books"

    # === BOOK === #

    @api.model
    def _book(self, check, date, journal):
        """Book that a bank returned a cheque.

        :param check: ``l10n_latam.check``, received from a customer
        :param date: the day of the entries
        :param journal: where a cheque that is away comes back to
        :return: (payments made, journal items that are open again)
        :raise UserError: when the journals cannot do it, with what is missing
        """
        check = check.with_company(check.company_id)
        before = check.operation_ids
        self._bring_home(check, date, journal)
        claim = self._give_back(check, date)
        payment_line = self._payment_line(check)
        claim_line = claim.move_id.line_ids.filtered(
            lambda line: (
                line.account_id == payment_line.account_id and line.amount_currency > 0
            )
        )
        reopened, settled_again = self._free(check)
        (payment_line + claim_line).reconcile()
        if settled_again:
            (payment_line + reopened[-1]).reconcile()
        return check.operation_ids - before, reopened

    @api.model
    def _bring_home(self, check, date, journal):
        """Book that a cheque came back: from the bank, or from who it was passed to."""
        current = check.current_journal_id
        if not current:
            holder = check._get_last_operation()
            self._move(
                check,
                date,
                journal,
                "inbound",
                ("in_third_party_checks",),
                partner_id=holder.partner_id.id,
                partner_type=holder.partner_type,
            )
        elif current.id not in self.env["debt.cheque"]._hand_journals(check.company_id):
            self._method(current, "outbound", OUT_CODES)
            wizard = self.env["l10n_latam.payment.mass.transfer"].with_context(
                active_model="l10n_latam.check", active_ids=check.ids
            )
            wizard.create(
                {
                    "payment_date": date,
                    "destination_journal_id": journal.id,
                    "communication": self.env._("Returned by the bank"),
                }
            )._create_payments()

    @api.model
    def _give_back(self, check, date):
        """Book that the customer owes the amount of a cheque again."""
        return self._move(
            check,
            date,
            check.current_journal_id,
            "outbound",
            OUT_CODES,
            partner_id=check.partner_id.id,
            partner_type="customer",
            destination_account_id=self._payment_line(check).account_id.id,
        )

    @api.model
    def _move(self, check, date, journal, payment_type, codes, **values):
        """Post a payment that moves a cheque; return it."""
        payment = self.env["account.payment"].create(
            {
                "date": date,
                "journal_id": journal.id,
                "payment_type": payment_type,
                "payment_method_line_id": self._method(journal, payment_type, codes).id,
                "amount": check.amount,
                "currency_id": check.currency_id.id,
                "memo": self.env._("Bounced: %s", check.name or ""),
                "l10n_latam_move_check_ids": [Command.set(check.ids)],
                **values,
            }
        )
        payment.action_post()
        return payment

    @api.model
    def _method(self, journal, payment_type, codes):
        """Return the payment method by which a journal takes or gives a cheque.

        The first one, as core takes it; bank journals come with one without account.

        :raise UserError: when it has none that can be posted
        """
        lines = journal._get_available_payment_method_lines(payment_type)
        line = lines.filtered(lambda line: line.code in codes)[:1]
        if line.payment_account_id:
            return line
        if payment_type == "inbound":
            text = self.env._(
                "The journal %(journal)s cannot take the cheque back: its incoming "
                "payments need the method for existing third party checks, with an "
                "outstanding account.",
                journal=journal.name,
            )
        else:
            text = self.env._(
                "The journal %(journal)s cannot give the cheque away: its outgoing "
                "payments need the method for existing, or returned, third party "
                "checks, with an outstanding account.",
                journal=journal.name,
            )
        raise UserError(text)

    # === WHAT IT HAD PAID === #

    @api.model
    def _payment_line(self, check):
        """Return the receivable journal item of the payment that holds a cheque."""
        lines = check.payment_id.move_id.line_ids.filtered(
            lambda line: (
                line.account_type == "asset_receivable" and line.amount_currency < 0
            )
        )
        return lines.sorted(lambda line: (line.amount_currency, line.id))[:1]

    @api.model
    def _to_free(self, check):
        """Return what gives up being paid when a cheque is none: (partials, again).

        :return: the partial reconciliations to be undone, the latest invoice first, and
            whether a part of the last one is settled again
        """
        line = self._payment_line(check)
        partials = line.matched_debit_ids.filtered(
            # what took another cheque of the payment back stays
            lambda partial: not partial.debit_move_id.payment_id
        )
        keys, again = taken_back(
            Decimal(str(check.amount)),
            Decimal(str(-line.amount_residual_currency)),
            [
                Settled(
                    partial.id,
                    partial.debit_move_id.date_maturity or partial.debit_move_id.date,
                    Decimal(str(partial.credit_amount_currency)),
                )
                for partial in partials
            ],
        )
        return partials.browse(keys), not check.currency_id.is_zero(float(again))

    @api.model
    def _free(self, check):
        """Undo what a cheque had paid; return (journal items, whether one is paid in
        part again)."""
        partials, again = self._to_free(check)
        lines = partials.debit_move_id.browse(
            [partial.debit_move_id.id for partial in partials]
        )
        partials.unlink()
        return lines, again

    # === TAKE BACK === #

    def _unbook(self):
        """Cancel the entries of a bounce and let the cheque pay what it had paid."""
        self.ensure_one()
        for payment in self.payment_ids.sorted("id", reverse=True):
            if payment.state != "canceled":
                payment.action_cancel()
        lines = self.env["account.move.line"].browse(self.reopened_lines or ()).exists()
        owed = lines.filtered(lambda line: not line.reconciled)
        payment_line = self._payment_line(self.check_id)
        if owed and not payment_line.reconciled:
            (payment_line + owed).reconcile()
