"""The accountant of the replay: a company, its customers, invoices and payments."""

from collections import defaultdict
from datetime import timedelta

from odoo.fields import Command

#: Posting and paying without chatter: history is not what is replayed.
QUIETLY = {
    "tracking_disable": True,
    "mail_notrack": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "no_reset_password": True,
}
#: Units of a foreign currency for one of the company's.
RATE = 0.8


class Books:
    """Writes what happens into Odoo's books, as an accountant would."""

    def __init__(self, env, ledger):
        self.ledger = ledger
        self.company = self._create_company(env)
        self.env = env["base"].with_company(self.company).with_context(**QUIETLY).env
        self.currencies = self._activate_currencies()
        self.partners = self._create_customers()
        self.lines = {}  # number of an invoice: id of its receivable line
        self.waiting = []  # pairs of an invoice and a payment nobody reconciled yet
        self.undoing = defaultdict(list)  # day: pairs that are taken apart
        self._find_accounts()

    # ------------------------------------------------------------ preparation

    def _create_company(self, env):
        # without a country, which would install its localisation, and without an
        # address, which would be looked up in the network
        company = env["res.company"].create(
            {"name": "Replay", "currency_id": env.ref("base.USD").id}
        )
        company.email = "collections@company.example"
        env.user.company_ids += company
        env.ref("base.user_admin").company_ids += company
        env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        return company

    def _activate_currencies(self):
        currencies = {None: self.company.currency_id}
        for name in self.ledger.currencies:
            currency = self.env["res.currency"].with_context(active_test=False)
            currency = currency.search([("name", "=", name)])
            currency.active = True
            currencies[name] = currency
            if currency != self.company.currency_id:
                self.env["res.currency.rate"].create(
                    {
                        "currency_id": currency.id,
                        "company_id": self.company.id,
                        "name": self.ledger.first_day,
                        "rate": RATE,
                    }
                )
        return currencies

    def _create_customers(self):
        names = self.ledger.customers
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"Customer {name}",
                    "ref": name,
                    "is_company": True,
                    # one in twelve has no address
                    "email": number % 12 != 5 and f"customer{number}@customer.example",
                    "company_id": self.company.id,
                }
                for number, name in enumerate(names)
            ]
        )
        return dict(zip(names, partners, strict=True))

    def _find_accounts(self):
        Account = self.env["account.account"]
        domain = [("company_ids", "in", self.company.ids)]
        self.receivable = self.env["res.partner"].property_account_receivable_id
        self.receivable = self.receivable or Account.search(
            [*domain, ("account_type", "=", "asset_receivable")], limit=1
        )
        journals = self.env["account.journal"]
        domain = [("company_id", "=", self.company.id)]
        self.bank = journals.search([*domain, ("type", "=", "bank")], limit=1)
        self.sales = journals.search([*domain, ("type", "=", "sale")], limit=1)

    # ------------------------------------------------------------ a day's work

    def issue(self, invoices):
        """Post invoices."""
        if not invoices:
            return
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "journal_id": self.sales.id,
                    "partner_id": self.partners[invoice.customer].id,
                    "currency_id": self.currencies[invoice.currency].id,
                    "invoice_date": invoice.issued,
                    "invoice_date_due": invoice.due,
                    "invoice_payment_term_id": False,
                    "ref": invoice.number,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Goods",
                                "price_unit": float(invoice.amount),
                                "tax_ids": [],
                            }
                        )
                    ],
                }
                for invoice in invoices
            ]
        )
        moves.action_post()
        for move, invoice in zip(moves, invoices, strict=True):
            line = move.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            )
            assert len(line) == 1
            assert line.date_maturity == invoice.due
            self.lines[invoice.number] = line.id

    def pay(self, invoices, day):
        """Register that invoices were paid: one bank entry, each line reconciled."""
        pairs = self._receive(invoices, day)
        self._reconcile(pairs)
        for invoice, line in pairs:
            if sum(map(ord, invoice.number)) % 9 == 4:
                self.undoing[day + timedelta(days=2)].append((invoice, line))

    def undo(self, day):
        """Take payments apart that were reconciled by mistake, as it seems.

        They are reconciled again with what waits; return how many.
        """
        pairs = [pair for pair in self.undoing.pop(day, ()) if pair[1].reconciled]
        for _invoice, line in pairs:
            line.remove_move_reconcile()
        self.waiting += pairs
        return len(pairs)

    def pay_move(self, move, day):
        """Register that an invoice that is in no ledger was paid."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({"payment_date": day})._create_payments()

    def receive(self, invoices, day):
        """Register money that nobody reconciles before ``apply``."""
        self.waiting += self._receive(invoices, day)

    def apply(self):
        """Reconcile what was received some time ago; return how many payments."""
        waiting, self.waiting = self.waiting, []
        self._reconcile(waiting)
        return len(waiting)

    def _receive(self, invoices, day):
        """Post one bank entry; return pairs of an invoice and its line of the entry."""
        # what was credited in full is paid by nobody
        invoices = [i for i in invoices if not self.open_line(i).reconciled]
        if not invoices:
            return []
        values, totals = [], defaultdict(float)
        for invoice in invoices:
            open_line = self.open_line(invoice)
            values.append(
                {
                    "account_id": open_line.account_id.id,
                    "partner_id": open_line.partner_id.id,
                    "name": invoice.number,
                    "currency_id": open_line.currency_id.id,
                    "amount_currency": -open_line.amount_residual_currency,
                    "balance": -open_line.amount_residual,
                }
            )
            totals["balance"] += open_line.amount_residual
        values.append(
            {
                "account_id": self.bank.default_account_id.id,
                "name": "Payments received",
                "balance": self.company.currency_id.round(totals["balance"]),
            }
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.bank.id,
                "date": day,
                "line_ids": [Command.create(vals) for vals in values],
            }
        )
        entry.action_post()
        return list(zip(invoices, entry.line_ids, strict=False))

    def _reconcile(self, pairs):
        """Reconcile invoices with their payments, unless somebody did it already."""
        plan = [
            self.open_line(invoice) + line
            for invoice, line in pairs
            if not (line.reconciled or self.open_line(invoice).reconciled)
        ]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)

    def credit(self, line, amount, day):
        """Post a credit note of an invoice and reconcile it.

        :param line: the receivable line of the invoice
        :param amount: in the currency of the invoice
        """
        invoice = line.move_id
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "journal_id": self.sales.id,
                "partner_id": invoice.partner_id.id,
                "currency_id": invoice.currency_id.id,
                "invoice_date": day,
                "reversed_entry_id": invoice.id,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Claim", "price_unit": amount, "tax_ids": []}
                    )
                ],
            }
        )
        note.action_post()
        credited = note.line_ids.filtered(
            lambda each: each.account_type == "asset_receivable"
        )
        if not credited.reconciled:  # posting it may have done so
            (line + credited).reconcile()

    def open_line(self, invoice):
        return self.env["account.move.line"].browse(self.lines[invoice.number])
