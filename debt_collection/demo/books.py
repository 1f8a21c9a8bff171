"""The books of the demo company: invoices, payments, credits, each on its day."""

from odoo import Command

from .portfolio import DEBTORS


class Books:
    """Turns the bills of the portfolio into entries and payments."""

    def __init__(self, company, partners, date):
        """
        :param company: ``res.company``
        :param dict partners: the debtors by their key
        :param date: function that turns a day of the story into a date
        """
        self.company = company.with_context(tracking_disable=True)
        self.env = self.company.env
        self.partners = partners
        self.date = date
        self.bank = self._journal("bank")
        self.tax = self.company.account_sale_tax_id
        self.invoices = {}

    def settle_in(self):
        """Make the generic chart of accounts a Colombian one: currency, tax, bank."""
        country = self.env.ref("base.co")
        self.company.currency_id = country.currency_id
        self.company.account_fiscal_country_id = country
        taxes = self.env["account.tax"].search([("company_id", "=", self.company.id)])
        taxes.tax_group_id.country_id = country
        taxes.country_id = country
        for lang, _name in self.env["res.lang"].get_installed():
            self.tax.with_context(lang=lang).name = "IVA 19%"
            self.tax.with_context(lang=lang).invoice_label = "IVA 19%"
            self.tax.tax_group_id.with_context(lang=lang).name = "IVA"
        self.tax.amount = 19
        self.bank.bank_account_id = self.env.ref(
            "debt_collection.res_partner_bank_andes_demo"
        )

    def loss_accounts(self):
        """Return {reason of a difference: account}: where it is written off."""
        accounts = self.env["account.account"].create(
            [
                {"name": name, "code": code, "account_type": kind}
                for name, code, kind in (
                    ("Retención en la fuente a favor", "135515", "asset_current"),
                    ("Descuentos de cadenas", "530535", "expense"),
                    ("Gastos bancarios", "530515", "expense"),
                )
            ]
        )
        return dict(zip(("withholding", "chain", "bank"), accounts, strict=True))

    def events(self):
        """Yield (day, what happens then), beside the posting of invoices."""
        for (_key, bill), move in self.invoices.items():
            for day, share in bill.paid:
                yield day, self._payment(move, share)
            if bill.blocked:
                yield bill.blocked, self._block(move)
        for key, debtor in DEBTORS.items():
            partner = self.partners[key]
            if debtor.credit:
                yield debtor.credit[0], self._credit(partner, debtor.credit[1])
            if debtor.advance:
                yield debtor.advance[0], self._advance(partner, debtor.advance[1])
            if debtor.opening:
                yield debtor.opening[0], self._opening(partner, debtor.opening[1])

    def post(self, day):
        """Post the invoices that were written until a day."""
        drafts = self.env["account.move"].union(*self.invoices.values())
        drafts = drafts.filtered(
            lambda move: move.state == "draft" and move.invoice_date <= self.date(day)
        )
        if drafts:
            drafts.action_post()

    def pay(self, day, moves, share=1.0):
        """Register that invoices, or a share of one, were paid."""
        values = {"payment_date": self.date(day), "journal_id": self.bank.id}
        if share < 1:
            values["amount"] = moves.currency_id.round(moves.amount_total * share)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        ).create(values).action_create_payments()

    def draft(self):
        """Write all invoices at once, as drafts that are not yet in the books."""
        term = self._instalment_term()
        bills = [
            (key, bill) for key, debtor in DEBTORS.items() for bill in debtor.bills
        ]
        moves = self.env["account.move"].create(
            [
                self._invoice_vals(self.partners[key], bill, number, term)
                for number, (key, bill) in enumerate(bills, start=4501)
            ]
        )
        self.invoices = dict(zip(bills, moves, strict=True))

    def _invoice_vals(self, partner, bill, number, term):
        dates = (
            {"invoice_payment_term_id": term.id}
            if bill.instalments
            else {"invoice_date_due": self.date(bill.due)}
        )
        return {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "ref": f"OC-{number}",
            "currency_id": self.env.ref(f"base.{bill.currency}").id,
            "invoice_date": self.date(bill.due - bill.term),
            "invoice_line_ids": self._line_vals(
                f"Mercancía, pedido {number}", bill.net
            ),
            **dates,
        }

    def _line_vals(self, name, net):
        return [
            Command.create(
                {"name": name, "price_unit": net * 1000, "tax_ids": self.tax.ids}
            )
        ]

    def _instalment_term(self):
        parts = ((33.34, 30), (33.33, 60), (33.33, 90))
        return self.env["account.payment.term"].create(
            {
                "name": "30, 60 y 90 días",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": part, "nb_days": days}
                    )
                    for part, days in parts
                ],
            }
        )

    def _payment(self, move, share):
        return lambda day: self.pay(day, move, share)

    def _block(self, move):
        return lambda _day: move.action_toggle_block_payment()

    def _credit(self, partner, net):
        def credit(day):
            self.env["account.move"].create(
                {
                    "move_type": "out_refund",
                    "partner_id": partner.id,
                    "ref": "Devolución de mercancía",
                    "invoice_date": self.date(day),
                    "invoice_line_ids": self._line_vals("Devolución", net),
                }
            ).action_post()

        return credit

    def _advance(self, partner, amount):
        return lambda day: self.receive(day, partner, amount * 1000, "Anticipo")

    def receive(self, day, partner, amount, memo="Transferencia"):
        """Post money that came and that nobody allocated yet."""
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "amount": amount,
                "date": self.date(day),
                "memo": memo,
                "journal_id": self.bank.id,
            }
        ).action_post()

    def deposit(self, day, amount, label):
        """Write a line of the bank statement."""
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": self.date(day),
                "amount": amount,
                "payment_ref": label,
            }
        )

    def _opening(self, partner, amount):
        receivable = partner.property_account_receivable_id
        equity = self.env["account.account"].search(
            [("account_type", "=", "equity"), ("company_ids", "in", self.company.ids)],
            limit=1,
        )

        def take_over(day):
            self.env["account.move"].create(
                {
                    "move_type": "entry",
                    "journal_id": self._journal("general").id,
                    "date": self.date(day),
                    "ref": "Saldo inicial del sistema anterior",
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "partner_id": partner.id,
                                "balance": balance,
                            }
                        )
                        for account, balance in (
                            (receivable, amount * 1000),
                            (equity, -amount * 1000),
                        )
                    ],
                }
            ).action_post()

        return take_over

    def _journal(self, kind):
        return self.env["account.journal"].search(
            [("type", "=", kind), ("company_id", "=", self.company.id)], limit=1
        )
