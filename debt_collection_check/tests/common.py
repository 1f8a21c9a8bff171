from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.debt_collection.tests.common import DAY, DebtCommon


def days(count):
    return DAY + timedelta(days=count)


@tagged("post_install", "-at_install")
class DebtChequeCommon(DebtCommon):
    """A company that takes cheques: a drawer, a drawer of bounced ones, and a bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.co")
        cls.account_in = cls.new_outstanding("Cheques received", "111999")
        cls.account_out = cls.new_outstanding("Cheques given away", "111998")
        cls.drawer = cls.new_drawer("Cheques", "CHQ")
        cls.rejected = cls.new_drawer("Bounced cheques", "REJ")
        cls.company.debt_cheque_journal_id = cls.rejected
        cls.bank = cls.company_data["default_journal_bank"]
        cls.back = cls.bank.outbound_payment_method_line_ids.filtered(
            lambda line: line.code == "return_third_party_checks"
        ) or cls.env["account.payment.method.line"].create(
            {
                "payment_method_id": cls.method("return_third_party_checks"),
                "journal_id": cls.bank.id,
            }
        )
        cls.back.payment_account_id = cls.account_out
        cls.reason = cls.env.ref("debt_collection_check.debt_cheque_reason_no_funds")
        cls.accountant = cls.new_user("accountant", "account.group_account_invoice")

    @classmethod
    def method(cls, code):
        return cls.env.ref(f"l10n_latam_check.account_payment_method_{code}").id

    @classmethod
    def new_outstanding(cls, name, code):
        return cls.env["account.account"].create(
            {
                "name": name,
                "code": code,
                "account_type": "asset_current",
                "reconcile": True,
            }
        )

    @classmethod
    def new_drawer(cls, name, code):
        return cls.env["account.journal"].create(
            {
                "name": name,
                "code": code,
                "type": "cash",
                "company_id": cls.company.id,
                "inbound_payment_method_line_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "payment_method_id": cls.method(method),
                                "payment_account_id": cls.account_in.id,
                            }
                        )
                        for method in (
                            "new_third_party_checks",
                            "in_third_party_checks",
                        )
                    ),
                ],
                "outbound_payment_method_line_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "payment_method_id": cls.method("out_third_party_checks"),
                            "payment_account_id": cls.account_out.id,
                        }
                    ),
                ],
            }
        )

    def cheque(self, invoices, *parts, day=DAY, kind="cheque", currency=None):
        """Pay invoices with cheques; ``parts`` are (amount, cash-in date)."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        )
        number = self.env["l10n_latam.check"].search_count([]) + 1
        values = {
            "payment_date": day,
            "journal_id": self.drawer.id,
            "payment_method_line_id": self.drawer.inbound_payment_method_line_ids[0].id,
            "group_payment": True,
            "l10n_latam_new_check_ids": [
                Command.create(
                    {
                        "name": f"{number + place:08}",
                        "payment_date": date,
                        "amount": amount,
                        "debt_kind": kind,
                    }
                )
                for place, (amount, date) in enumerate(parts)
            ],
        }
        if currency:
            values["currency_id"] = currency.id
        payment = wizard.create(values)._create_payments()
        self.assertEqual(payment.amount, sum(amount for amount, _date in parts))
        return payment.l10n_latam_new_check_ids

    def move_to(self, checks, journal, day=DAY):
        """Core's own transfer: a deposit, or a return by the bank."""
        self.env["l10n_latam.payment.mass.transfer"].with_context(
            active_model="l10n_latam.check", active_ids=checks.ids
        ).create(
            {"destination_journal_id": journal.id, "payment_date": day}
        )._create_payments()

    def pass_on(self, check, partner, day=DAY, partner_type="supplier"):
        """Pay somebody with a cheque of a customer."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": partner_type,
                "partner_id": partner.id,
                "date": day,
                "journal_id": check.current_journal_id.id,
                "payment_method_line_id": (
                    check.current_journal_id.outbound_payment_method_line_ids[:1].id
                ),
                "l10n_latam_move_check_ids": [Command.set(check.ids)],
            }
        )
        payment.action_post()
        return payment

    def show_in_statement(self, checks, day):
        """The statement of the bank shows the deposit of cheques."""
        operation = checks[0]._get_last_operation()
        line = operation.move_id.line_ids.filtered(
            lambda line: line.account_id == operation.outstanding_account_id
        )
        statement = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": day,
                "amount": operation.amount,
                "payment_ref": "Deposit",
            }
        )
        _liquidity, suspense, _other = statement._seek_for_lines()
        suspense.account_id = line.account_id
        (suspense + line).reconcile()

    def bounce(self, checks, day=DAY, user=None, **values):
        """An accountant enters that cheques bounced; return the bounces."""
        wizard = self.env["debt.cheque.bounce.wizard"].with_user(
            user or self.accountant
        )
        wizard.create(
            {
                "check_ids": checks.ids,
                "date": day,
                "reason_id": self.reason.id,
                **values,
            }
        ).action_confirm()
        return self.env["debt.cheque.bounce"].search([("check_id", "in", checks.ids)])

    def cheque_of(self, check):
        return self.env["debt.cheque"].search([("check_id", "=", check.id)])

    def refresh(self, partner=None):
        self.env["debt.run"].sudo()._refresh_debtors(
            self.company, partner or self.debtor
        )
