"""Cheques of the demo company: in hand, deposited, one that bounced."""

from dataclasses import dataclass
from datetime import timedelta

from odoo import SUPERUSER_ID, Command, api


@dataclass(frozen=True)
class Paper:
    """A document that a debtor paid an invoice with; days count from today."""

    debtor: str
    #: In thousands, before tax.
    net: int
    #: When the invoice fell due, when the document came, and its own date.
    due: int
    received: int
    date: int
    kind: str = "cheque"
    bank: str = "Banco de la Sabana"
    deposited: int | None = None
    bounced: int | None = None


PAPERS = (
    Paper("comercial_guadalupe", 3400, due=6, received=-4, date=12),
    Paper("comercial_guadalupe", 2900, due=14, received=-4, date=26),
    Paper("textiles_andinos", 5200, due=-3, received=-9, date=0, kind="note", bank=""),
    Paper("distribuidora_sol", 1850, due=-8, received=-10, date=-2),
    Paper("papeleria_universal", 960, due=-5, received=-7, date=-1, deposited=-1),
    Paper(
        "restaurante_pescador",
        1240,
        due=-34,
        received=-21,
        date=-4,
        bank="Banco del Pacífico",
        deposited=-4,
        bounced=-1,
    ),
)


class Cheques:
    """Lives what became of the papers through the methods of production."""

    def __init__(self, company):
        context = {"allowed_company_ids": company.ids, "debt_one_transaction": True}
        installed = dict(company.env["res.lang"].get_installed())
        if "es_419" in installed:
            context["lang"] = "es_419"
        self.env = api.Environment(company.env.cr, SUPERUSER_ID, context)
        self.company = company.with_env(self.env)
        self.today = self.company._debt_today()

    def tell(self):
        """Receive, deposit, and let one bounce."""
        self._settle_in()
        for number, paper in enumerate(PAPERS, start=1):
            check = self._receive(number, paper)
            if paper.deposited is not None:
                self._deposit(check, paper.deposited)
            if paper.bounced is not None:
                self._bounce(check, paper.bounced)
        debtors = self.env["res.partner"].union(*map(self._debtor, PAPERS))
        self.env["debt.run"]._refresh_debtors(self.company, debtors)

    def _settle_in(self):
        """Open a drawer for cheques and one for those that bounced."""
        accounts = self.env["account.account"].create(
            [
                {
                    "name": name,
                    "code": code,
                    "account_type": "asset_current",
                    "reconcile": True,
                }
                for name, code in (
                    ("Cheques y pagarés en cartera", "110510"),
                    ("Cheques y pagarés entregados", "110515"),
                )
            ]
        )
        self.drawer, self.rejected = (
            self._journal(name, code, *accounts)
            for name, code in (
                ("Cheques y pagarés", "CHQ"),
                ("Cheques devueltos", "CHD"),
            )
        )
        self.company.debt_cheque_journal_id = self.rejected
        self.bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        back = self.bank.outbound_payment_method_line_ids.filtered(
            lambda line: line.code == "return_third_party_checks"
        )
        back.payment_account_id = accounts[1]

    def _journal(self, name, code, account_in, account_out):
        incoming = ("new_third_party_checks", "in_third_party_checks")
        return self.env["account.journal"].create(
            {
                "name": name,
                "code": code,
                "type": "cash",
                "company_id": self.company.id,
                "inbound_payment_method_line_ids": [
                    Command.clear(),
                    *(self._method(method, account_in) for method in incoming),
                ],
                "outbound_payment_method_line_ids": [
                    Command.clear(),
                    self._method("out_third_party_checks", account_out),
                ],
            }
        )

    def _method(self, code, account):
        method = self.env.ref(f"l10n_latam_check.account_payment_method_{code}")
        return Command.create(
            {"payment_method_id": method.id, "payment_account_id": account.id}
        )

    def _date(self, day):
        return self.today + timedelta(days=day)

    def _debtor(self, paper):
        return self.env.ref(f"debt_collection.res_partner_{paper.debtor}_demo")

    def _bank(self, name):
        banks = self.env["res.bank"]
        return name and (
            banks.search([("name", "=", name)], limit=1) or banks.create({"name": name})
        )

    def _receive(self, number, paper):
        """Post an invoice, and its payment with a document; return the document."""
        tax = self.company.account_sale_tax_id
        line = {
            "name": "Mercancía",
            "price_unit": paper.net * 1000,
            "tax_ids": tax.ids,
        }
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self._debtor(paper).id,
                "invoice_date": self._date(min(paper.due - 30, paper.received)),
                "invoice_date_due": self._date(paper.due),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        move.action_post()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        method = self.drawer.inbound_payment_method_line_ids.filtered(
            lambda line: line.code == "new_third_party_checks"
        )
        bank = self._bank(paper.bank)
        payment = wizard.create(
            {
                "payment_date": self._date(paper.received),
                "journal_id": self.drawer.id,
                "payment_method_line_id": method.id,
                "l10n_latam_new_check_ids": [
                    Command.create(
                        {
                            "name": f"{4180 + 37 * number:08}",
                            "payment_date": self._date(paper.date),
                            "amount": move.amount_residual,
                            "bank_id": bank.id if bank else False,
                            "debt_kind": paper.kind,
                        }
                    )
                ],
            }
        )._create_payments()
        return payment.l10n_latam_new_check_ids

    def _deposit(self, check, day):
        self.env["l10n_latam.payment.mass.transfer"].with_context(
            active_model="l10n_latam.check", active_ids=check.ids
        ).create(
            {
                "destination_journal_id": self.bank.id,
                "payment_date": self._date(day),
            }
        )._create_payments()

    def _bounce(self, check, day):
        self.env["debt.run"]._refresh_debtors(self.company, check.partner_id)
        user = self.env.ref("debt_collection.res_users_supervisor_demo")
        self.env["debt.cheque.bounce"].with_user(user)._bounce(
            check.with_user(user),
            self._date(day),
            self.env.ref("debt_collection_check.debt_cheque_reason_no_funds"),
            self.rejected,
            cost=48000,
        )
