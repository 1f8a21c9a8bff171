"""Customers of the replay who pay with post-dated cheques, and the bank."""

from collections import defaultdict
from datetime import timedelta

from odoo.fields import Command

#: Days before the cash-in date on which a cheque is handed over, at most.
AHEAD = 20


class Paper:
    """Cheques: received some days before their date, deposited, cleared or bounced.

    One in four bounces; half of those invoices are paid by transfer later on.
    """

    def __init__(self, books, ledger):
        self.books, self.env, self.company = books, books.env, books.company
        self.last_day = ledger.last_day
        self.diary = defaultdict(list)  # day: (what happens, invoice)
        self.checks = {}  # number of an invoice: its cheque
        self._prepare()
        for invoice in ledger.invoices:
            if self.pays(invoice):
                self._plan(invoice)

    def pays(self, invoice):
        """Return whether an invoice is paid with a cheque."""
        own = self.books.currencies[invoice.currency] == self.company.currency_id
        return bool(invoice.settled) and own and self._dice(invoice.customer) % 4 == 1

    @staticmethod
    def _dice(text):
        return sum(map(ord, text))

    def _plan(self, invoice):
        dice = self._dice(invoice.number)
        given = max(invoice.issued, invoice.settled - timedelta(days=dice % AHEAD))
        banked = invoice.settled + timedelta(days=dice % 3)
        self.diary[given].append(("receive", invoice))
        self.diary[banked].append(("deposit", invoice))
        if dice % 4 == 1:
            bounced = banked + timedelta(days=1 + dice % 4)
            self.diary[bounced].append(("bounce", invoice))
            if dice % 8 == 1:
                self.diary[bounced + timedelta(days=12)].append(("pay", invoice))

    # ------------------------------------------------------------ preparation

    def _prepare(self):
        """A drawer, one for bounced cheques, and a bank that takes them."""
        self.money_in = self._account("Cheques received", "CHQIN")
        self.money_out = self._account("Cheques given away", "CHQOUT")
        self.drawer = self._drawer("Cheques", "CHQ")
        self.rejected = self._drawer("Bounced cheques", "REJ")
        self.company.debt_cheque_journal_id = self.rejected
        back = self.books.bank.outbound_payment_method_line_ids.filtered(
            lambda line: line.code == "return_third_party_checks"
        ) or self.env["account.payment.method.line"].create(
            {
                "payment_method_id": self._method("return_third_party_checks"),
                "journal_id": self.books.bank.id,
            }
        )
        back.payment_account_id = self.money_out
        self.reason = self.env.ref("debt_collection_check.debt_cheque_reason_no_funds")

    def _method(self, code):
        return self.env.ref(f"l10n_latam_check.account_payment_method_{code}").id

    def _account(self, name, code):
        return self.env["account.account"].create(
            {
                "name": name,
                "code": code,
                "account_type": "asset_current",
                "reconcile": True,
            }
        )

    def _drawer(self, name, code):
        def lines(account, *methods):
            return [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "payment_method_id": self._method(method),
                            "payment_account_id": account.id,
                        }
                    )
                    for method in methods
                ),
            ]

        return self.env["account.journal"].create(
            {
                "name": name,
                "code": code,
                "type": "cash",
                "company_id": self.company.id,
                "inbound_payment_method_line_ids": lines(
                    self.money_in, "new_third_party_checks", "in_third_party_checks"
                ),
                "outbound_payment_method_line_ids": lines(
                    self.money_out, "out_third_party_checks"
                ),
            }
        )

    # ------------------------------------------------------------ what happens

    def live(self, day):
        """Do what the diary says of a day; yield (what, cheque, case before)."""
        for what, invoice in self.diary.pop(day, ()):
            if what == "receive":
                yield from self._receive(invoice, day)
            elif what == "pay":
                self.books.pay([invoice], day)
            elif check := self.checks.get(invoice.number):
                yield from getattr(self, f"_{what}")(check, day)

    def _receive(self, invoice, day):
        line = self.books.open_line(invoice)
        if line.reconciled:
            return
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=line.move_id.ids
        )
        payment = wizard.create(
            {
                "payment_date": day,
                "journal_id": self.drawer.id,
                "payment_method_line_id": (
                    self.drawer.inbound_payment_method_line_ids[0].id
                ),
                "l10n_latam_new_check_ids": [
                    Command.create(
                        {
                            "name": f"{len(self.checks) + 1:08}",
                            "payment_date": max(day, invoice.settled),
                            "amount": line.amount_residual,
                        }
                    )
                ],
            }
        )._create_payments()
        assert line.reconciled, invoice
        self.checks[invoice.number] = payment.l10n_latam_new_check_ids
        yield "received", payment.l10n_latam_new_check_ids, None

    def _deposit(self, check, day):
        self.env["l10n_latam.payment.mass.transfer"].with_context(
            active_model="l10n_latam.check", active_ids=check.ids
        ).create(
            {"destination_journal_id": self.books.bank.id, "payment_date": day}
        )._create_payments()
        yield "deposited", check, None

    def _bounce(self, check, day):
        cheque = self.env["debt.cheque"].search([("check_id", "=", check.id)])
        was = cheque.case_id.state, cheque.case_id.episode
        self.env["debt.cheque.bounce.wizard"].create(
            {"check_ids": check.ids, "date": day, "reason_id": self.reason.id}
        ).action_confirm()
        yield "bounced", check, was
