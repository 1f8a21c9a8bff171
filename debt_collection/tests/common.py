from datetime import date, timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

#: The day on which most stories begin: a Monday.
DAY = date(2026, 6, 1)


@tagged("post_install", "-at_install")
class DebtCommon(AccountTestInvoicingCommon):
    """A company with customers, an agent and a strategy; factories with defaults."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # stories are told by a manager; what others may do is in test_access
        cls.env.user.group_ids += cls.env.ref("debt_collection.group_debt_manager")
        cls.company = cls.env.company
        cls.company.write(
            {
                "debt_tz": "America/Bogota",
                "debt_crumb_amount": 5,
                "email": "cobranza@example.com",
            }
        )
        cls.env["debt.strategy"].search([]).action_archive()
        # messages leave at any time, but where a test is about that
        cls.env["debt.contact.policy"].search([]).action_archive()
        cls.env["debt.segment"].search([]).action_archive()
        cls.agent = cls.new_user("agent", "debt_collection.group_debt_agent")
        cls.company.debt_agent_id = cls.agent
        cls.debtor = cls.new_debtor("Ferretería Andina")
        cls.strategy = cls.new_strategy(
            [(-3, "email"), (3, "email"), (8, "call"), (15, "email")]
        )
        cls.segment = cls.env["debt.segment"].create(
            {"name": "All", "domain": "[]", "strategy_id": cls.strategy.id}
        )

    @classmethod
    def default_env_context(cls):
        # messages are what is tested here
        return {}

    # === FACTORIES === #

    @classmethod
    def new_user(cls, login, groups, company=None):
        company = company or cls.env.company
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            email=f"{login}@example.com",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def new_debtor(cls, name, **values):
        email = f"{name.split()[0].lower()}@example.com".replace("í", "i")
        return cls.env["res.partner"].create(
            {"name": name, "email": email, "company_id": False, **values}
        )

    @classmethod
    def new_strategy(cls, steps, **values):
        """Return a strategy that is on; ``steps`` are (days, channel[, values])."""
        return cls.env["debt.strategy"].create(
            {
                "name": "Strategy",
                "enabled": True,
                "mode": "automatic",
                "quiet_days": 5,
                "min_gap_days": 7,
                **values,
                "step_ids": [
                    Command.create(
                        {
                            "name": f"Step {days}",
                            "days": days,
                            "channel": channel,
                            **(extra[0] if extra else {}),
                        }
                    )
                    for days, channel, *extra in steps
                ],
            }
        )

    def invoice(self, amount=100, due=DAY, partner=None, currency=None, **values):
        """Return a posted customer invoice that is due on a day."""
        return self._create_invoice(
            partner_id=(partner or self.debtor).id,
            invoice_date=values.pop("invoice_date", due - timedelta(days=30)),
            invoice_date_due=due,
            invoice_payment_term_id=False,
            currency_id=(currency or self.company.currency_id).id,
            invoice_line_ids=[
                Command.create({"name": "Goods", "price_unit": amount, "tax_ids": []})
            ],
            post=True,
            **values,
        )

    def credit_note(self, amount, partner=None, day=DAY):
        return self.invoice(
            amount, due=day, partner=partner, invoice_date=day, move_type="out_refund"
        )

    def pay(self, invoice, amount=None, day=DAY):
        """Register a payment of an invoice, in full by default."""
        values = {"payment_date": day}
        if amount:
            values["amount"] = amount
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        return wizard.create(values)._create_payments()

    def advance(self, amount, partner=None, day=DAY):
        """Post a payment that is not allocated to anything."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or self.debtor).id,
                "amount": amount,
                "date": day,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        return payment

    # === DOING AND LOOKING === #

    def run_on(self, day=DAY, company=None, **values):
        """Run the daily job of a day and return its run record.

        What was queued on earlier days has left by then.
        """
        self.mails_leave([("contact_day", "<", day)])
        run = self.env["debt.run"]._run(company or self.company, day=day, **values)
        self.assertFalse(run.errors)
        return run

    def case_of(self, partner=None, company=None):
        return self.env["debt.case"].search(
            [
                ("partner_id", "=", (partner or self.debtor).id),
                ("company_id", "=", (company or self.company).id),
            ]
        )

    def item_of(self, invoice):
        return self.env["debt.item"].search([("move_id", "=", invoice.id)])

    def actions_of(self, run):
        return self.env["debt.action"].search([("run_id", "=", run.id)], order="id")

    def mails_of(self, actions):
        return (
            self.env["mail.mail"].sudo().search([("debt_action_id", "in", actions.ids)])
        )

    def mails_leave(self, domain=()):
        """The mail server takes what waits in the queue."""
        actions = self.env["debt.action"].search([("delivery", "=", "queued"), *domain])
        mails = self.mails_of(actions).filtered(lambda mail: mail.state == "outgoing")
        mails.state = "sent"
        mails.debt_action_id.delivery = "delivered"

    def assertPlanned(self, run, expected):
        """The run planned exactly these (days of step, channel, state)."""
        found = [
            (action.step_id.days, action.channel, action.state)
            for action in self.actions_of(run)
        ]
        self.assertEqual(found, expected)

    def assertHeld(self, run, invoice, reason):
        """The run held the item of this invoice for this reason."""
        lines = run.line_ids.filtered(lambda line: line.move_id == invoice)
        self.assertEqual(lines.mapped("reason"), [reason])

    def debtor_of(self, line):
        """Return whose case a journal item belongs to, the slow and obvious way.

        The nearest branch that pays separately above whoever the document is addressed
        to, then above the partner of the item; else its company.
        """
        company = line.partner_id.commercial_partner_id
        for contact in (line.move_id.partner_id, line.partner_id):
            while contact.commercial_partner_id == company and contact != company:
                if contact.debt_pays_separately:
                    return contact
                contact = contact.parent_id
        return company

    def assertBooks(self, company=None):
        """Cases equal their items and these the journal items, in each currency."""
        company = company or self.company
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", company.id),
                ("account_type", "=", "asset_receivable"),
                ("account_id.non_trade", "=", False),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("partner_id", "!=", False),
            ]
        )
        books, cases = {}, {}
        for line in lines:
            key = (self.debtor_of(line), line.currency_id)
            total = books.setdefault(key, [0, 0])
            total[0] += line.amount_residual
            total[1] += line.amount_residual_currency
        items = self.env["debt.item"].search(
            [("company_id", "=", company.id), ("state", "=", "open")]
        )
        for item in items:
            total = cases.setdefault(
                (item.case_id.partner_id, item.currency_id), [0, 0]
            )
            total[0] += item.amount_residual
            total[1] += item.amount_residual_currency
        rounded = [
            {
                key: [round(x, 2) for x in total]
                for key, total in side.items()
                if any(total)
            }
            for side in (books, cases)
        ]
        self.assertEqual(*rounded)
        for case in items.case_id:
            self.assertAlmostEqual(
                case.amount_total, sum(case.item_ids.mapped("amount_residual"))
            )
