import random
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .common import DAY, DebtCommon


def days(number):
    return DAY + timedelta(days=number)


@tagged("post_install", "-at_install")
class TestBranch(DebtCommon):
    """A branch that pays separately is a debtor of its own, and can cease to be one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtor.is_company = True
        cls.branch = cls.new_contact("Sucursal Norte", email="norte@example.com")

    def setUp(self):
        super().setUp()
        self.today = DAY
        # the refreshing job and who enters a promise ask for today
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: self.today,
            )
        )

    @classmethod
    def new_contact(cls, name, parent=None, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "parent_id": (parent or cls.debtor).id,
                "type": "other",
                **values,
            }
        )

    def two_invoices(self, late=4):
        """Return an invoice of the company and one of its branch."""
        return (
            self.invoice(100, due=days(-late)),
            self.invoice(70, due=days(-late), partner=self.branch),
        )

    def sync(self, day=DAY):
        """The refreshing job takes the marks of this transaction."""
        self.today = day
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env["debt.run"].sudo()._refresh_marked(self.company)

    # === WHOSE CASE === #

    def test_without_the_flag_there_is_one_case(self):
        self.two_invoices()
        self.run_on(DAY)
        self.assertEqual(self.case_of().amount_total, 170)
        self.assertFalse(self.case_of(self.branch))
        self.assertBooks()

    def test_with_the_flag_there_are_two(self):
        self.branch.debt_pays_separately = True
        own, theirs = self.two_invoices()
        run = self.run_on(DAY)
        self.assertEqual(self.case_of().amount_total, 100)
        self.assertEqual(self.case_of(self.branch).amount_total, 70)
        self.assertEqual(self.item_of(theirs).partner_id, self.branch)
        self.assertBooks()
        actions = self.actions_of(run)
        self.assertEqual(actions.debtor_id, self.debtor | self.branch)
        message = actions.filtered(lambda a: a.debtor_id == self.branch)
        self.assertEqual(message.partner_id, self.branch)
        self.assertEqual(message.item_ids, self.item_of(theirs))
        self.assertIn("norte@example.com", message.address)
        self.assertEqual(
            actions.filtered(lambda a: a.debtor_id == self.debtor).item_ids,
            self.item_of(own),
        )

    def test_who_belongs_to_a_branch(self):
        self.branch.debt_pays_separately = True
        clerk = self.new_contact("Ana", parent=self.branch, type="contact")
        self.assertEqual(clerk.debt_branch_id, self.branch)
        self.invoice(30, due=days(-4), partner=clerk)
        self.advance(10, partner=self.branch, day=DAY)
        self.run_on(DAY)
        self.assertEqual(self.case_of(self.branch).amount_total, 20)
        self.assertFalse(self.case_of())
        self.assertBooks()
        subsidiary = self.new_contact("Filial SA", parent=self.branch, is_company=True)
        self.assertFalse(subsidiary.debt_branch_id, "a company is its own debtor")

    def test_the_invoice_contact_of_the_company_is_no_branch(self):
        self.branch.write({"type": "invoice", "debt_pays_separately": True})
        self.two_invoices()
        run = self.run_on(DAY)
        for action in self.actions_of(run):
            self.assertEqual(action.partner_id, action.debtor_id)

    def test_its_own_payment_days_or_those_of_its_company(self):
        calendars = self.env["debt.pay.calendar"].create(
            [{"name": "Fridays", "pay_fri": True}, {"name": "Mondays", "pay_mon": True}]
        )
        self.branch.debt_pays_separately = True
        self.debtor.debt_pay_calendar_id = calendars[0]
        _own, theirs = self.two_invoices()
        self.run_on(DAY)
        self.assertEqual(self.item_of(theirs).date_chase.weekday(), 4)
        self.branch.debt_pay_calendar_id = calendars[1]
        self.run_on(days(1))
        self.assertEqual(self.item_of(theirs).date_chase.weekday(), 0)

    def test_the_payment_page_shows_only_the_branch(self):
        self.branch.debt_pays_separately = True
        own, theirs = self.two_invoices()
        run = self.run_on(DAY)
        message = self.actions_of(run).filtered(lambda a: a.debtor_id == self.branch)
        mail = self.mails_of(message)
        self.assertIn(theirs.name, mail.body_html)
        self.assertNotIn(own.name, mail.body_html)
        self.assertEqual(message.case_id.item_ids.move_id, theirs)

    # === SWITCHED ON AND OFF === #

    def test_the_items_move_with_their_step(self):
        own, theirs = self.two_invoices()
        self.run_on(DAY)
        item = self.item_of(theirs)
        before = (item.step_id, item.step_date, item.cycle)
        self.assertTrue(before[0])
        self.branch.debt_pays_separately = True
        self.sync()
        self.assertEqual(item.case_id, self.case_of(self.branch))
        self.assertEqual((item.step_id, item.step_date, item.cycle), before)
        self.assertEqual(self.case_of().amount_total, 100)
        self.assertEqual(self.case_of(self.branch).amount_total, 70)
        self.assertEqual(self.case_of(self.branch).state, "open")
        run = self.run_on(DAY)
        self.assertFalse(self.actions_of(run), "nobody gets a step twice")
        self.assertBooks()
        self.branch.debt_pays_separately = False
        self.sync()
        self.assertEqual(item.case_id, self.item_of(own).case_id)
        self.assertEqual((item.step_id, item.step_date, item.cycle), before)
        self.assertEqual(self.case_of(self.branch).state, "closed")
        self.assertEqual(self.case_of().amount_total, 170)
        self.assertBooks()

    def test_the_nightly_run_alone_moves_them_too(self):
        _own, theirs = self.two_invoices()
        self.run_on(DAY)
        self.branch.debt_pays_separately = True
        self.run_on(days(1))
        self.assertEqual(self.item_of(theirs).case_id, self.case_of(self.branch))
        self.assertEqual(self.case_of().amount_total, 100)
        self.assertBooks()

    def test_refreshing_one_case_loses_nothing(self):
        _own, theirs = self.two_invoices()
        self.run_on(DAY)
        self.branch.debt_pays_separately = True
        self.case_of().action_refresh()
        self.assertEqual(self.item_of(theirs).state, "open")
        self.assertEqual(self.item_of(theirs).case_id, self.case_of(self.branch))

    def test_a_simulation_says_what_the_run_does(self):
        self.two_invoices()
        self.branch.debt_pays_separately = True
        simulation = self.env["debt.run"]._run(self.company, day=DAY, simulate=True)
        foreseen = {
            (line.partner_id, line.step_id)
            for line in simulation.line_ids
            if line.result != "held"
        }
        done = {(a.debtor_id, a.step_id) for a in self.actions_of(self.run_on(DAY))}
        self.assertEqual(foreseen, done)
        self.assertEqual(len(done), 2)

    def test_what_waits_leaves_the_moved_items_behind(self):
        self.strategy.mode = "approve"
        own, theirs = self.two_invoices()
        run = self.run_on(DAY)
        (message,) = self.actions_of(run)
        self.branch.debt_pays_separately = True
        self.sync()
        self.assertEqual(message.item_ids, self.item_of(own))
        self.assertEqual(message.amount, 100)
        self.assertFalse(self.item_of(theirs).step_id, "given back")
        again = self.actions_of(self.run_on(days(1))).grouped("debtor_id")
        self.assertEqual(again[self.branch].item_ids, self.item_of(theirs))
        for action in again.get(self.debtor, ()):
            self.assertEqual(action.item_ids, self.item_of(own))

    def test_a_message_with_nothing_left_is_skipped(self):
        self.strategy.mode = "approve"
        theirs = self.invoice(70, due=days(-4), partner=self.branch)
        (message,) = self.actions_of(self.run_on(DAY))
        self.branch.debt_pays_separately = True
        self.sync()
        self.assertEqual((message.state, message.reason), ("skipped", "moved"))
        (again,) = self.actions_of(self.run_on(days(1)))
        self.assertEqual(again.item_ids, self.item_of(theirs))

    # === AGREEMENTS === #

    def promise(self, *invoices, amount=50):
        items = self.item_of(invoices[0])
        for invoice in invoices[1:]:
            items |= self.item_of(invoice)
        return self.env["debt.promise"].create(
            {
                "case_id": items.case_id.id,
                "item_ids": items.ids,
                "amount": amount,
                "made_date": DAY,
                "date": days(10),
            }
        )

    def test_an_agreement_goes_with_its_documents(self):
        _own, theirs = self.two_invoices()
        self.run_on(DAY)
        promise = self.promise(theirs)
        old = self.case_of()
        self.branch.debt_pays_separately = True
        self.sync()
        new = self.case_of(self.branch)
        self.assertEqual((promise.case_id, promise.partner_id), (new, self.branch))
        self.assertFalse(promise.elsewhere)
        self.assertEqual(self.item_of(theirs).amount_chaseable, 20)
        self.assertEqual((new.amount_chaseable, old.amount_chaseable), (20, 100))
        for case, word in ((new, "came with"), (old, "went with")):
            self.assertIn(word, str(case.message_ids[0].body))
        self.pay(theirs, 50, day=days(5))
        self.run_on(days(5))
        self.assertEqual(promise.state, "kept")

    def test_one_that_covers_both_stays_and_covers_both(self):
        own, theirs = self.two_invoices()
        self.run_on(DAY)
        promise = self.promise(own, theirs, amount=170)
        self.branch.debt_pays_separately = True
        self.sync()
        self.assertEqual(promise.case_id, self.case_of())
        self.assertTrue(promise.elsewhere)
        self.run_on(days(1))
        new = self.case_of(self.branch)
        self.assertEqual(self.item_of(theirs).covered_by, "promised")
        self.assertEqual((new.amount_chaseable, new.amount_total), (0, 70))
        self.assertEqual(self.case_of().amount_chaseable, 0)
        for invoice in (own, theirs):
            self.pay(invoice, day=days(6))
        self.run_on(days(6))
        self.assertEqual(promise.state, "kept")
        self.branch.debt_pays_separately = False
        self.run_on(days(7))
        self.assertBooks()

    def test_what_is_over_stays_where_it_was(self):
        _own, theirs = self.two_invoices()
        self.run_on(DAY)
        promise = self.promise(theirs)
        self.pay(theirs, 50, day=days(1))
        self.run_on(days(2))
        self.assertEqual(promise.state, "kept")
        self.branch.debt_pays_separately = True
        self.run_on(days(3))
        self.assertEqual(promise.case_id, self.case_of())

    # === ALONGSIDE === #

    def test_habits_and_file_are_those_of_the_branch(self):
        self.branch.debt_pays_separately = True
        own, theirs = self.two_invoices()
        self.pay(theirs, day=days(6))
        third = self.invoice(30, due=days(-1), partner=self.branch)
        self.run_on(days(6))
        case = self.case_of(self.branch)
        case._learn_habits(self.company, days(6))
        self.assertEqual((case.paid_count, case.paid_delay), (1, 10))
        self.assertEqual(case._behaviour(self.company, days(6)).count, 1)
        File = self.env["debt.file"].with_user(self.agent)
        self.assertEqual(File.load_partner(self.branch.id)["case_ids"], case.ids)
        both = File.load_partner(self.debtor.id)["case_ids"]
        self.assertEqual(set(both), set((case | self.case_of()).ids))
        rows = self.env.execute_query(
            File._balance_query(self.company, case, [days(6)])
        )
        self.assertEqual([float(row[2]) for row in rows], [30])
        self.assertEqual(third.debt_case_id, case)
        self.assertEqual(own.debt_case_id, self.case_of())

    def test_the_smart_button_of_each(self):
        self.branch.debt_pays_separately = True
        self.invoice(70, due=days(-4), partner=self.branch)
        self.run_on(DAY)
        case = self.case_of(self.branch)
        self.assertEqual(self.branch.debt_case_count, 1)
        self.assertEqual(self.branch.debt_stage_id, case.stage_id)
        self.assertEqual(self.debtor.debt_case_count, 1, "that of its branch")

    def test_the_group_of_its_company(self):
        group = self.env["debt.group"].create({"name": "Grupo"})
        self.debtor.debt_group_id = group
        self.branch.debt_pays_separately = True
        self.two_invoices()
        self.run_on(DAY)
        self.assertEqual(group.amount_total, 170)
        self.assertEqual(len(group.case_ids), 2)

    # === THE TWIN === #

    def test_random_trees_of_contacts(self):
        """Whatever is switched or moved, every item is where the obvious way says."""
        rng = random.Random(11)
        companies = [self.debtor, self.new_debtor("Otra SA", is_company=True)]
        contacts = list(companies)
        for number in range(7):
            contacts.append(
                self.new_contact(
                    f"C{number}",
                    parent=rng.choice(contacts),
                    debt_pays_separately=rng.random() < 0.4,
                )
            )
        lines = self.env["account.move.line"]
        for number in range(10):
            move = self.invoice(10 + number, due=days(-4), partner=rng.choice(contacts))
            lines |= move.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            )
        for _number in range(3):
            self.advance(5, partner=rng.choice(contacts), day=DAY)
        seen = set()
        for number in range(5):
            self.run_on(days(number))
            self.assertBooks()
            for line in lines:
                item = self.env["debt.item"].search([("move_line_id", "=", line.id)])
                with self.subTest(day=number, line=line.id):
                    self.assertEqual(item.partner_id, self.debtor_of(line))
                    self.assertEqual(item.case_id.partner_id, item.partner_id)
                    self.assertEqual(item.state, "open")
                seen.add(item.partner_id)
            contact = rng.choice(contacts[2:])
            contact.debt_pays_separately = not contact.debt_pays_separately
            other = rng.choice(contacts[2:])
            other.parent_id = rng.choice(companies)
            if number % 2:
                self.sync(days(number))
        self.assertGreater(len(seen), 3, "there should be several debtors")
