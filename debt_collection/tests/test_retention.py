from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import DAY, DebtCommon

#: What must be found nowhere after somebody was anonymised.
PERSON = {
    "name": "Anastasia Quintanilla",
    "email": "anastasia.q@example.com",
    "phone": "+57 300 765 4321",
    "street": "Carrera Violeta 77",
}


class Keeps:
    """A customer of whom much is held, and who owes nothing any more."""

    def new_story(self, partner, day=DAY):
        """Tell of a customer who was written to, called, promised, disputed, paid."""
        invoice = self.invoice(100, due=day - timedelta(days=4), partner=partner)
        self.run_on(day)
        case = self.case_of(partner)
        self.mails_leave()
        self.env["debt.action"]._log(
            case,
            channel="call",
            reached="debtor",
            note=f"{partner.name} called from {partner.phone}",
        )
        logged = case.action_ids.filtered("by_hand")
        self.env["debt.action.note"].create(
            {"action_id": logged.id, "body": f"write to {partner.email}"}
        )
        self.env["debt.promise"].create(
            {
                "case_id": case.id,
                "amount": 60,
                "date": self.company._debt_today() + timedelta(days=3),
                "note": f"{partner.name} pays by transfer",
            }
        )
        self.env["debt.dispute"].create(
            {
                "case_id": case.id,
                "item_ids": self.item_of(invoice).ids,
                "reason_id": self.env["debt.dispute.reason"].search([], limit=1).id,
                "amount": 10,
                "description": f"{partner.name} says it came broken",
            }
        )
        case.message_post(body=f"{partner.name} was here", message_type="comment")
        self.env["ir.attachment"].create(
            {
                "name": f"letter of {partner.name}.txt",
                "raw": b"words",
                "res_model": "debt.case",
                "res_id": case.id,
            }
        )
        return case, invoice

    def settle(self, case, invoice, day=DAY):
        """The customer pays, and what was agreed on is over."""
        case.dispute_ids._withdraw("paid")
        self.pay(invoice, day=day)
        self.run_on(day + timedelta(days=1))
        self.assertEqual(case.state, "closed")

    def books(self):
        """Return every row of the books, as it is."""
        self.env.flush_all()
        return {
            table: self.env.execute_query(
                SQL("SELECT * FROM %s ORDER BY id", SQL.identifier(table))
            )
            for table in (
                *("account_move", "account_move_line", "account_payment"),
                *("account_partial_reconcile", "account_full_reconcile"),
            )
        }

    def found(self, words):
        """Return where our tables and messages still have one of these words."""
        self.env.flush_all()
        columns = self.env.execute_query(
            SQL(
                """
            SELECT c.table_name, c.column_name
              FROM information_schema.columns c
              JOIN information_schema.tables t USING (table_schema, table_name)
             WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
               AND c.data_type IN ('text', 'character varying', 'jsonb')
               AND (c.table_name LIKE 'debt\\_%%' AND c.table_name NOT LIKE '%%wizard%%'
                    OR c.table_name IN ('mail_mail', 'mail_tracking_value',
                                        'mail_notification'))
                """
            )
        )
        scopes = [(table, column, SQL("TRUE")) for table, column in columns]
        for table, column, model in (
            *(("mail_message", name, "model") for name in ("body", "subject")),
            *(("mail_message", name, "model") for name in ("email_from", "reply_to")),
            ("mail_message", "outgoing_email_to", "model"),
            ("ir_attachment", "name", "res_model"),
            *(("mail_activity", name, "res_model") for name in ("summary", "note")),
            *(("mail_activity", n, "res_model") for n in ("feedback", "res_name")),
        ):
            ours = SQL("%s LIKE 'debt.%%'", SQL.identifier(model))
            scopes.append((table, column, ours))
        return [
            (table, column, word)
            for table, column, scope in scopes
            for word in words
            if self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s WHERE %s AND %s::text ILIKE %s LIMIT 1",
                    SQL.identifier(table),
                    scope,
                    SQL.identifier(column),
                    f"%{word}%",
                )
            )
        ]


@tagged("post_install", "-at_install")
class TestRetention(Keeps, DebtCommon):
    """What is over its term loses its words; what is not over stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["debt.retention.rule"].search([]).enabled = False
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.person = cls.new_debtor(**PERSON, country_id=cls.env.ref("base.co").id)

    def rule(self, **values):
        return self.env["debt.retention.rule"].create(
            {
                "name": "Rule",
                "kind": "contacts",
                "years": 2,
                "enabled": True,
                "checked_on": DAY,
                **values,
            }
        )

    def later(self, case, **delta):
        return fields.Date.add(case.closed_date, **delta)

    def test_every_rule_is_off_after_the_installation(self):
        shipped = self.env["debt.retention.rule"].search([])
        self.assertTrue(shipped)
        self.assertFalse(shipped.filtered("checked_on"))
        with self.assertRaises(ValidationError):
            shipped[0].enabled = True

    def test_contacts_lose_their_words_after_the_term_and_keep_the_rest(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        rule = self.rule()
        before = case.action_ids.sorted("id").read(
            ["channel", "state", "contact_day", "amount", "outcome_id", "why"]
        )
        early = self.later(case, years=2, days=-1)
        self.assertFalse(rule._purge(self.company, early))
        sent = case.action_ids.mail_message_id
        self.assertTrue(sent.filtered("body"))
        books = self.books()
        report = rule._purge(self.company, self.later(case, years=2))
        self.assertEqual(report.case_count, 1)
        self.assertEqual(report.counts["debt.action.note"], 1)
        self.assertGreater(report.counts["mail.message"], 0)
        self.assertFalse(case.action_ids.filtered("note"))
        self.assertFalse(case.action_ids.filtered("address"))
        self.assertFalse([m for m in sent if m.body or m.subject])
        self.assertEqual(
            case.action_ids.sorted("id").read(
                ["channel", "state", "contact_day", "amount", "outcome_id", "why"]
            ),
            before,
        )
        # what this rule does not speak of stays
        self.assertTrue(case.promise_ids.note)
        self.assertEqual(self.books(), books)
        self.assertEqual(self.person.email, PERSON["email"])
        # it is done, once
        self.assertFalse(rule._purge(self.company, self.later(case, years=3)))

    def test_all_of_a_closed_case_goes_but_the_figures(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        self.rule(kind="all")._purge(self.company, self.later(case, years=2))
        self.assertFalse(self.found(PERSON.values()))
        self.assertEqual(case.promise_ids.amount, 60)
        self.assertTrue(case.action_ids)

    def test_what_is_not_over_stays(self):
        case, invoice = self.new_story(self.person)
        rule = self.rule(kind="all")
        future = DAY + timedelta(days=5000)
        self.assertFalse(rule._due(self.company, future))  # something is owed
        self.settle(case, invoice)
        self.assertEqual(rule._due(self.company, future), case)
        case.dispute_ids.sudo().write({"state": "open"})
        self.assertFalse(rule._due(self.company, future))
        case.dispute_ids.sudo().write({"state": "withdrawn"})
        case.with_user(self.supervisor).write(
            {"legal_hold": True, "legal_hold_reason": "a complaint"}
        )
        self.assertFalse(rule._due(self.company, future))
        self.assertIn("a complaint", next(iter(case._why_kept().values())))
        case.legal_hold = False
        self.assertEqual(rule._due(self.company, future), case)

    def test_only_supervisors_put_a_case_on_legal_hold_with_a_reason(self):
        case, _invoice = self.new_story(self.person)
        case.agent_id = self.agent
        with self.assertRaises(AccessError):
            case.with_user(self.agent).legal_hold = True
        with self.assertRaises(UserError):
            case.with_user(self.supervisor).legal_hold = True

    def test_the_rule_of_the_country_goes_before_that_of_all(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        day = self.later(case, years=3)
        everybody = self.rule()
        mexico = self.rule(country_id=self.env.ref("base.mx").id)
        self.assertEqual(everybody._due(self.company, day), case)
        self.assertFalse(mexico._due(self.company, day))
        colombia = self.rule(country_id=self.env.ref("base.co").id, years=4)
        self.assertFalse(everybody._due(self.company, day))
        self.assertFalse(colombia._due(self.company, day))
        self.assertEqual(colombia._due(self.company, self.later(case, years=4)), case)

    def test_persons_only(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        rule, day = self.rule(persons_only=True), self.later(case, years=9)
        self.assertEqual(rule._due(self.company, day), case)
        self.person.is_company = True
        self.assertFalse(rule._due(self.company, day))

    def test_a_preview_counts_and_purges_nothing(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        rule = self.rule(kind="all")
        day = self.later(case, years=2)
        preview = rule._purge(self.company, day, dry=True)
        self.assertTrue(preview.simulated)
        self.assertTrue(self.found([PERSON["name"]]))
        report = rule._purge(self.company, day)
        self.assertEqual(preview.counts, report.counts)
        self.assertEqual(preview.case_count, report.case_count)
        with self.assertRaises(UserError):
            report.with_user(self.manager).unlink()
        preview.with_user(self.manager).unlink()

    def test_only_managers_purge_and_see_the_reports(self):
        rule = self.rule()
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                rule.with_user(user).action_preview()
            with self.assertRaises(AccessError):
                self.env["debt.purge"].with_user(user).search([])
        action = rule.with_user(self.manager).action_preview()
        report = self.env["debt.purge"].browse(action["res_id"])
        self.assertEqual(report.user_id, self.manager)

    def test_the_scheduled_action_goes_through_the_rules_that_are_on(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        case.closed_date = DAY - timedelta(days=365 * 30)
        self.rule(kind="agreements")
        off = self.rule(kind="messages", enabled=False)
        self.env["debt.retention.rule"]._cron_purge()
        self.assertFalse(case.promise_ids.note)
        self.assertTrue(case.action_ids.filtered("note"))
        self.assertFalse(off.purge_ids)
        self.assertEqual(list(case.purged), ["agreements"])


@tagged("post_install", "-at_install")
class TestAnonymise(Keeps, DebtCommon):
    """Nobody finds a person again who asked to be forgotten; the books stay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["debt.retention.rule"].search([]).enabled = False
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.person = cls.new_debtor(**PERSON)
        cls.helper = cls.env["res.partner"].create(
            {
                "name": "Baltasar Quintanilla",
                "parent_id": cls.person.id,
                "email": "baltasar@example.com",
            }
        )

    def anonymise(self, day, user=None):
        evidence = self.env["debt.evidence"].with_user(user or self.manager)
        return evidence._anonymise(self.person.with_user(user or self.manager), day)

    def test_nothing_of_ours_names_a_person_afterwards(self):
        case, invoice = self.new_story(self.person)
        # somebody else's papers name this person too
        other, _invoice = self.new_story(self.debtor, DAY)
        other.message_post(
            body=f"{PERSON['name']}, tel. 300-7654321, is a reference",
            message_type="comment",
        )
        self.env["debt.action"]._log(
            other, channel="call", note="asked ANASTASIA  quintanilla"
        )
        group = self.env["debt.group"].create({"name": f"Family {PERSON['name']}"})
        self.settle(case, invoice)
        words = [*PERSON.values(), "Baltasar Quintanilla", "baltasar@example.com"]
        words += ["300-7654321", "3007654321", "ANASTASIA"]
        self.assertTrue(self.found(words))
        books = self.books()
        links, now = self.env["debt.link"].sudo(), fields.Datetime.now()
        long, short = links._signed(case), links._new(case, now)[case][-12:]
        self.assertEqual(links._case_of(long, now) & links._case_of(short, now), case)
        report = self.anonymise(fields.Date.add(DAY, years=11))
        self.assertFalse(links._case_of(long, now) | links._case_of(short, now))
        self.assertFalse(self.found(words))
        self.assertEqual(self.books(), books)
        self.assertEqual(invoice.partner_id, self.person)
        self.assertEqual(self.person.name, f"Anonymised {self.person.id}")
        self.assertFalse(self.person.email or self.person.phone or self.person.street)
        self.assertFalse(self.helper.email)
        self.assertEqual(case.display_name, f"Anonymised {self.person.id}")
        self.assertEqual(group.name, "Family […]")
        # the figures stay, and the words of others
        self.assertEqual(case.promise_ids.amount, 60)
        self.assertIn("came broken", other.dispute_ids.description)
        self.assertEqual(report.kind, "person")
        self.assertEqual(report.user_id, self.manager)
        log = self.env["privacy.log"].search([], order="id desc", limit=1)
        self.assertEqual(log.anonymized_name, "A******** Q**********")
        self.assertEqual(log.user_id, self.manager)

    def test_again_finds_nothing_more(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        day = fields.Date.add(DAY, years=11)
        self.assertTrue(self.anonymise(day).counts)
        self.assertFalse(self.anonymise(day).counts)

    def test_the_contact_stays_while_documents_have_to_be_kept(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        self.anonymise(fields.Date.add(DAY, years=9))
        self.assertEqual(self.person.name, PERSON["name"])
        self.assertFalse(case.action_ids.filtered("note"))
        # a country may ask for less
        self.env["debt.retention.rule"].create(
            {
                "name": "Books",
                "kind": "books",
                "years": 5,
                "enabled": True,
                "checked_on": DAY,
            }
        )
        self.anonymise(fields.Date.add(DAY, years=9))
        self.assertEqual(self.person.name, f"Anonymised {self.person.id}")

    def test_not_while_something_is_owed_or_on_legal_hold(self):
        case, invoice = self.new_story(self.person)
        day = fields.Date.add(DAY, years=20)
        with self.assertRaisesRegex(UserError, "still owed"):
            self.anonymise(day)
        self.settle(case, invoice)
        case.write({"legal_hold": True, "legal_hold_reason": "a lawsuit"})
        with self.assertRaisesRegex(UserError, "a lawsuit"):
            self.anonymise(day)
        case.write({"legal_hold": False})
        case.dispute_ids.sudo().write({"state": "open"})
        with self.assertRaisesRegex(UserError, "not over"):
            self.anonymise(day)
        self.assertTrue(self.found([PERSON["name"]]))

    def test_nobody_anonymises_what_another_company_holds(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        other = self.setup_other_company()["company"]
        self.env["debt.case"].sudo().create(
            {"partner_id": self.person.id, "company_id": other.id, "state": "closed"}
        )
        with self.assertRaisesRegex(UserError, other.name):
            self.anonymise(fields.Date.add(DAY, years=20))

    def test_who_can_log_in_keeps_the_contact(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        self.env["res.users"].create(
            {
                "login": "portal.quintanilla",
                "partner_id": self.person.id,
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        self.anonymise(fields.Date.add(DAY, years=20))
        self.assertEqual(self.person.name, PERSON["name"])

    def test_only_managers_who_know_what_they_do(self):
        case, invoice = self.new_story(self.person)
        self.settle(case, invoice)
        wizards = self.env["debt.anonymise.wizard"]
        with self.assertRaises(AccessError):
            wizards.with_user(self.agent).create({"partner_id": self.person.id})
        wizard = wizards.with_user(self.manager).create({"partner_id": self.person.id})
        self.assertFalse(wizard.problems)
        self.assertIn("have to be kept until", wizard.contact_problems)
        with self.assertRaisesRegex(UserError, "cannot be undone"):
            wizard.action_anonymise()
        wizard.sure = True
        report = self.env["debt.purge"].browse(wizard.action_anonymise()["res_id"])
        self.assertEqual(report.partner_id, self.person)

    def test_from_the_privacy_lookup_of_odoo(self):
        self.new_story(self.person)
        lookup = self.env["privacy.lookup.wizard"].create(
            {"name": PERSON["name"], "email": PERSON["email"]}
        )
        action = lookup.action_debt_anonymise()
        self.assertEqual(action["res_model"], "debt.anonymise.wizard")
        self.assertEqual(action["context"]["default_partner_id"], self.person.id)
