from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.models.agreements.debt_notice_match_mixin import exact
from odoo.addons.debt_collection.tools.qr_code import qr_svg

from ...logic.pay_choice import Part, settle, spread


class PaymentTransaction(models.Model):
    """A payment that is for exactly what a customer chose.

    Odoo reconciles a payment with every open instalment of its invoices. Here the
    payment has a journal item for each document, of the amount that was chosen: none
    can pay more, and what can no longer be applied stays in the customer's favour.
    """

    _inherit = "payment.transaction"

    debt_case_id = LooseMany2one(
        "debt.case",
        string="Collection Case",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    debt_promise_id = LooseMany2one(
        "debt.promise",
        string="Promise or Instalment",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    debt_parts = fields.Json(
        readonly=True,
        copy=False,
        help="What it pays: [[id of a journal item, amount in its currency]]; less "
        "than zero: a credit that is used up.",
    )

    def _portal_url(self):
        """Return the address of the page that says what became of it."""
        self.ensure_one()
        return f"/my/debts/{self.debt_case_id.id}/pay/{self.id}"

    def _portal_again_url(self):
        """Return the address of the page where the same can be paid again."""
        self.ensure_one()
        case = self.debt_case_id
        lines = {line_id for line_id, _amount in self.debt_parts or ()}
        items = case._portal_items().filtered(lambda i: i.move_line_id.id in lines)
        if self.debt_promise_id:
            return case._portal_pay_url(promise=self.debt_promise_id)
        return case._portal_pay_url(items=items)

    @api.model
    def _compute_reference_prefix(self, separator, **values):
        """Name one document, and a number of the company instead of many."""
        case = self.env["debt.case"].browse(values.get("debt_case_id")).exists()
        if not case:
            return super()._compute_reference_prefix(separator, **values)
        line_ids = [line_id for line_id, _amount in values.get("debt_parts") or ()]
        moves = self.env["account.move.line"].browse(line_ids).move_id
        if len(moves) == 1 and moves.name:
            return moves.name
        return case.company_id.get_next_batch_payment_communication()

    def _get_communication(self):
        # of payment_custom, which need not be there: a transfer for several invoices
        # does not name only the first
        return self.reference if self.debt_case_id else super()._get_communication()

    def _portal_transfer(self):
        """Return how to make the bank transfer that the customer chose.

        :return: {"bank": ``res.partner.bank``, "holder", "reference", "note": what the
            provider adds, "qr": Markup, "qr_of_bank": whether banking apps read it};
            None where no transfer is waited for
        """
        self.ensure_one()
        if self.provider_code != "custom" or self.state != "pending":
            return None
        company = self.company_id
        bank = (
            self.provider_id.journal_id.bank_account_id
            or company.partner_id.bank_ids[:1]
        )
        reference = self._get_communication()
        holder = bank.acc_holder_name or company.partner_id.name
        code = self._portal_bank_code(bank, reference)
        plain = [holder, bank.acc_number, self.currency_id.format(self.amount)]
        return {
            "bank": bank,
            "holder": holder,
            "reference": reference,
            "note": self.provider_id.pending_msg,
            "qr": qr_svg(code or "\n".join(filter(None, [*plain, reference]))),
            "qr_of_bank": bool(code),
        }

    def _portal_bank_code(self, bank, reference):
        """Return the text of the QR code that the banks of a country read, if any."""
        vals = bank and bank._build_qr_code_vals(
            self.amount, reference, None, self.currency_id, self.partner_id
        )
        params = vals and bank._get_qr_code_generation_params(**vals)
        return params and params.get("value")

    # === WHAT HAPPENED === #

    def _update_state(self, allowed_states, target_state, state_message):
        updated = super()._update_state(allowed_states, target_state, state_message)
        for transaction in updated.filtered("debt_case_id"):
            transaction._debt_tell()
        if target_state == "done":
            late = (self - updated).filtered(
                lambda tx: tx.debt_case_id and tx.state == "cancel"
            )
            late._debt_tell_late()
        return updated

    def _debt_tell(self):
        """Write on the case what became of the payment."""
        self.ensure_one()
        what = {"amount": self.currency_id.format(self.amount), "tx": self.reference}
        said = {
            "pending": self.env._(
                "Payment %(tx)s of %(amount)s is on its way.", **what
            ),
            "authorized": self.env._(
                "Payment %(tx)s of %(amount)s is authorised, and not charged yet.",
                **what,
            ),
            "done": self.env._("Payment %(tx)s of %(amount)s arrived.", **what),
            "cancel": self.env._("Payment %(tx)s of %(amount)s was cancelled.", **what),
            "error": self.env._("Payment %(tx)s of %(amount)s failed.", **what),
        }.get(self.state)
        if said:
            self.debt_case_id._message_log(
                body=f"{said} {self.state_message or ''}".strip()
            )

    def _debt_tell_late(self):
        """Say once that the provider took money for what had been cancelled."""
        for transaction in self:
            note = self.env._(
                "The provider reports as paid what was cancelled: look there, and "
                "enter or return the money."
            )
            if transaction.state_message != note:
                transaction.state_message = note
                transaction.debt_case_id._message_log(
                    body=f"{transaction.reference}: {note}"
                )

    # === THE PAYMENT === #

    def _post_process(self):
        """Let no payment of a customer post what an accountant is correcting."""
        for transaction in self.filtered("debt_case_id"):
            drafts = transaction.invoice_ids.filtered(lambda m: m.state == "draft")
            if drafts:
                transaction.invoice_ids -= drafts
        return super()._post_process()

    def _debt_origin(self):
        """Return the transaction that says what this one is for.

        A provider may capture an authorised payment in several parts.
        """
        self.ensure_one()
        source = self.source_transaction_id
        return source if source and source.operation == self.operation else self

    def _create_payment(self, **extra_create_values):
        self.ensure_one()
        origin = self._debt_origin()
        if not origin.debt_case_id or self.operation == "refund":
            return super()._create_payment(**extra_create_values)
        pieces = self._debt_pieces(origin)
        values = self._debt_payment_vals(origin, pieces)
        # core would pay every open instalment of the invoices, also those not chosen
        linked = [(tx, tx.invoice_ids) for tx in self | origin]
        for transaction, _invoices in linked:
            transaction.invoice_ids = [Command.clear()]
        payment = super()._create_payment(**{**values, **extra_create_values})
        for transaction, invoices in linked:
            transaction.invoice_ids = [Command.set(invoices.ids)]
        self._debt_apply(payment, pieces)
        return payment

    def _debt_pieces(self, origin):
        """Return [(journal item, Decimal)] of what this money pays now.

        Credits that were chosen are used up first. The last piece is for no journal
        item: what can no longer be applied, and stays in the customer's favour.
        """
        currency = self.currency_id
        lines = self.env["account.move.line"].browse(
            [line_id for line_id, _amount in origin.debt_parts or ()]
        )
        usable = {
            line.id: line
            for line in lines.exists()
            if line.parent_state == "posted"
            and line.account_type == "asset_receivable"
            and line.currency_id == currency
        }
        parts = [
            Part(line_id, exact(amount, currency))
            for line_id, amount in origin.debt_parts or ()
        ]
        cleared, pay = settle(parts)
        for credit_id, line_id, _amount in cleared:
            if credit_id in usable and line_id in usable:
                self._debt_reconcile(usable[credit_id], usable[line_id])
        documents = [
            Part(part.key, min(part.amount, self._debt_left(usable[part.key])))
            for part in pay
            if part.key in usable
        ]
        applied, rest = spread(exact(self.amount, currency), documents)
        pieces = [(usable[part.key], part.amount) for part in applied]
        if rest:
            pieces.append((self.env["account.move.line"], rest))
        return pieces

    def _debt_left(self, line):
        return max(Decimal(0), exact(line.amount_residual_currency, line.currency_id))

    def _debt_payment_vals(self, origin, pieces):
        """Return values of the payment: a journal item for each piece.

        What Odoo calls write-off lines are the further ones; the last piece is its
        counterpart line, which takes what rounding to company currency leaves.
        """
        case = origin.debt_case_id
        company = self.company_id
        partner = case.partner_id or self.partner_id.commercial_partner_id
        account = (
            pieces[0][0].account_id
            or partner.with_company(company).property_account_receivable_id
        )
        today = fields.Date.context_today(self)
        return {
            "partner_id": partner.id,
            "destination_account_id": (pieces[-1][0].account_id or account).id,
            "invoice_ids": [Command.set(origin.invoice_ids.ids)],
            "write_off_line_vals": [
                {
                    "name": line.move_id.name,
                    "account_id": line.account_id.id,
                    "partner_id": partner.id,
                    "currency_id": self.currency_id.id,
                    "amount_currency": -float(amount),
                    "balance": -self.currency_id._convert(
                        float(amount), company.currency_id, company, today
                    ),
                }
                for line, amount in pieces[:-1]
            ],
        }

    def _debt_apply(self, payment, pieces):
        """Reconcile each journal item of the payment with its document."""
        # beside Enterprise a payment may have no entry until the bank has it
        credits_ = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).sorted("id")
        # the counterpart line comes first
        for credit, (line, _amount) in zip(
            credits_, [pieces[-1], *pieces[:-1]], strict=False
        ):
            if line:
                self._debt_reconcile(credit, line)

    @api.model
    def _debt_reconcile(self, credit, debit):
        """Reconcile two journal items, unless they meanwhile cannot be."""
        pair = credit | debit
        if len(pair.account_id) == 1 and not any(pair.mapped("reconciled")):
            pair.reconcile()

    def _debt_applied(self):
        """Return [(document, amount)] that the payment cleared, and what is left of it.

        :return: ({``account.move``: amount in the currency of the transaction}, rest)
        """
        self.ensure_one()
        credits_ = self.payment_id.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        applied = {}
        for partial in credits_.matched_debit_ids:
            move = partial.debit_move_id.move_id
            applied[move] = applied.get(move, 0) + partial.credit_amount_currency
        return applied, -sum(credits_.mapped("amount_residual_currency"))
