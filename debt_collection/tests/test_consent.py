import psycopg2.errors
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DAY, DebtCommon

WORDS = "Acepto recibir mensajes sobre mi cuenta."


@tagged("post_install", "-at_install")
class TestConsent(DebtCommon):
    """What was said about being contacted, and whose address it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Consent = cls.env["debt.contact.consent"]
        cls.address = cls.debtor.email

    def judge(self, partner=None, channel="email"):
        """Return why a message to a customer may not leave, None where it may."""
        partner = partner or self.debtor
        if not self.case_of(partner):
            self.invoice(100, partner=partner)
            self.run_on()
        with freeze_time(DAY):
            verdict, _binds = self.case_of(partner)._judge_contact(channel)
        return verdict.decision.reason

    def say(self, state, partner=None, **values):
        return self.Consent.create(
            {
                "partner_id": (partner or self.debtor).id,
                "address": self.address,
                "state": state,
                "source": "on the phone",
                **values,
            }
        )

    def test_the_wrong_person_of_one_customer_is_the_right_one_of_another(self):
        """An accountant speaks for several customers, and not for this one."""
        other = self.new_debtor("Otra", email=self.address)
        self.say("wrong_person")
        self.assertEqual(self.judge(), "opted_out")
        self.assertIsNone(self.judge(other))
        # other channels reach the customer all the same
        self.debtor.phone = "+57 300 123 4567"
        self.assertIsNone(self.judge(channel="call"))
        self.say("confirmed")
        self.assertIsNone(self.judge())

    def test_who_wants_nothing_does_not_want_it_again_by_saying_who_they_are(self):
        self.say("withdrawn")
        self.say("confirmed")
        self.assertEqual(self.judge(), "opted_out")
        self.say("given")
        self.assertIsNone(self.judge())
        self.say("wrong_person")
        self.assertEqual(self.judge(), "opted_out")

    def test_what_expired_says_nothing(self):
        self.say("withdrawn")
        self.say("expired")
        self.assertIsNone(self.judge())
        self.assertFalse(
            self.Consent._is_withdrawn(self.company, self.address, "email")
        )

    def test_a_number_is_one_of_the_country_of_its_contact(self):
        self.debtor.write(
            {"phone": "300 123 4567", "country_id": self.env.ref("base.co").id}
        )
        consent = self.say("withdrawn", address="300 123 4567", channel="sms")
        self.assertEqual(consent.address, "573001234567")
        self.assertEqual(self.judge(channel="sms"), "opted_out")

    def test_marketing_is_another_matter(self):
        self.say("withdrawn", purpose="marketing")
        self.assertIsNone(self.judge())

    def test_right_or_wrong_is_a_person_at_an_address(self):
        for values in ({"address": False}, {"partner_id": False}):
            with (
                self.assertRaises(psycopg2.errors.CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.say("wrong_person", **values).flush_recordset()

    def test_many_at_once_take_the_words(self):
        Consent = self.Consent.with_user(self.agent)
        values = {"partner_id": self.debtor.id, "state": "given", "source": "list"}
        with self.assertRaisesRegex(UserError, "Line 2"):
            Consent.create([{**values, "wording": WORDS}, values])
        with self.assertRaises(UserError):
            Consent.with_context(import_file=True).create([values])
        self.assertEqual(len(Consent.create([{**values, "wording": WORDS}] * 2)), 2)
        # nobody is refused who wants to be left alone
        stop = {**values, "state": "withdrawn"}
        self.assertEqual(len(Consent.create([stop, stop])), 2)
        # one, by hand
        self.assertTrue(Consent.create(values))

    def test_a_page_says_from_where_users_cannot(self):
        consent = self.Consent._agree(
            self.address,
            "email",
            "customer's page",
            self.company,
            way="portal",
            wording=WORDS,
            ip="192.0.2.7",
        )
        self.assertEqual((consent.state, consent.ip), ("given", "192.0.2.7"))
        mine = self.Consent.with_user(self.agent).create(
            {"partner_id": self.debtor.id, "source": "x", "ip": "192.0.2.8"}
        )
        self.assertFalse(mine.ip)

    def test_the_case_lists_what_was_said_from_its_addresses(self):
        self.judge()
        unknown = self.Consent._withdraw(self.address.upper(), "email", "link")
        child = self.new_debtor("Pagadora", parent_id=self.debtor.id)
        theirs = self.say("given", child, address=False)
        foreign = self.Consent._withdraw("otra@example.com", "email", "link")
        action = self.case_of().with_user(self.agent).action_consents()
        found = self.Consent.with_user(self.agent).search(action["domain"])
        self.assertEqual(unknown | theirs, found)
        self.assertNotIn(foreign, found)
