from odoo import Command
from odoo.exceptions import AccessError
from odoo.fields import Datetime

from .common import PortalCommon


class TestPortalPreferences(PortalCommon):
    """How customers want to be contacted, and what they want changed."""

    def setUp(self):
        super().setUp()
        self.case = self.case_with(100)
        self.case.agent_id = self.agent
        self.url = f"/my/debts/{self.case.id}/preferences"

    def save(self, **values):
        return self.post(f"{self.url}/save", **values)

    def ask(self, kind="change", contact=None, **values):
        return self.post(
            f"{self.url}/contact",
            kind=kind,
            contact=contact.id if contact else "",
            **values,
        )

    @property
    def requests(self):
        return self.env["debt.change.request"].search([("case_id", "=", self.case.id)])

    # === WISHES === #

    def test_wishes_of_a_user_hold_for_the_person_and_who_pays(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.log_in()
        page = self.save(
            lang="es_ES", channel="call", start="9", end="12", days="weekdays"
        )
        self.assertIn("done=preferences", page.url)
        self.assertEqual(self.person.lang, "es_ES")
        self.assertNotEqual(self.debtor.lang, "es_ES")
        for partner in (self.person, self.debtor):
            self.assertEqual(
                (
                    partner.debt_channel,
                    partner.debt_hours_from,
                    partner.debt_hours_to,
                    partner.debt_days,
                ),
                ("call", 9, 12, "weekdays"),
            )
        self.save(lang="es_ES", channel="", start="", end="", days="")
        self.assertEqual(
            (self.debtor.debt_hours_from, self.debtor.debt_days), (0, False)
        )

    def test_the_contact_policy_respects_hours_and_days(self):
        self.log_in()
        self.save(start="9", end="12", days="weekdays")
        judge = self.case._judge_contact
        # a Saturday at ten in Bogota, then the Friday before
        saturday = Datetime.to_datetime("2026-06-06 15:00:00")
        verdict, _binds = judge("email", None, saturday)
        self.assertEqual(verdict.decision.kind, "wait")
        self.assertEqual(str(verdict.decision.until)[:16], "2026-06-08 14:00")
        friday = Datetime.to_datetime("2026-06-05 15:00:00")
        self.assertEqual(judge("email", None, friday)[0].decision.kind, "send")

    def test_hours_that_leave_no_moment_are_refused(self):
        self.log_in()
        for start, end in (("19", "21"), ("12", "9"), ("1", "23"), ("9", "")):
            with self.subTest(start=start, end=end):
                page = self.save(start=start, end=end)
                self.assertIn("at least two hours", page.text)
        self.assertFalse(self.debtor.debt_hours_to)

    def test_hours_of_a_document_stay(self):
        self.debtor.write(
            {
                "debt_hours_from": 18,
                "debt_hours_to": 21,
                "debt_hours_document": b"cGRm",
                "debt_hours_document_date": "2026-01-01",
                "debt_hours_agreed": True,
            }
        )
        self.log_in()
        self.save(start="9", end="12")
        self.assertEqual(self.debtor.debt_hours_from, 18)

    def test_behind_a_link_the_language_is_a_request(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.open_link(self.case)
        self.save(lang="es_ES")
        self.assertNotEqual(self.debtor.lang, "es_ES")
        request = self.requests
        self.assertEqual((request.way, request.wanted), ("link", {"lang": "es_ES"}))
        self.env["res.users"].browse(self.env.uid)
        request.action_accept()
        self.assertEqual(self.debtor.lang, "es_ES")

    # === CHANNELS === #

    def test_stop_and_agree_again(self):
        self.log_in()
        page = self.post(f"{self.url}/channel", channel="email", wanted="0")
        self.assertIn("done=channel_closed", page.url)
        consent = self.env["debt.contact.consent"].search([], limit=1)
        self.assertEqual(
            (consent.state, consent.channel, consent.way, consent.company_id),
            ("withdrawn", "email", "portal", self.company),
        )
        self.assertIn("no more automatic messages", consent.wording)
        self.assertTrue(consent.ip)
        for partner in (self.debtor, self.person):
            verdict, _binds = self.case._judge_contact("email", partner)
            self.assertEqual(verdict.decision.reason, "opted_out")
        self.assertNotEqual(
            self.case._judge_contact("sms")[0].decision.reason, "opted_out"
        )
        calls = self.case.action_ids.filtered(lambda a: a.purpose == "opt_out_call")
        self.assertEqual(calls.user_id, self.agent)
        self.post(f"{self.url}/channel", channel="email", wanted="1")
        consent = self.env["debt.contact.consent"].search([], limit=1)
        self.assertEqual(consent.state, "given")
        self.assertIn("may send", consent.wording)
        self.assertEqual(self.case._judge_contact("email")[0].decision.kind, "send")

    def test_an_opt_out_of_one_company_is_not_that_of_another(self):
        other = self.setup_other_company()["company"]
        self.log_in()
        self.post(f"{self.url}/channel", channel="email", wanted="0")
        consents = self.env["debt.contact.consent"]
        family = self.debtor.ids
        self.assertTrue(consents._latest(self.company, family, ()))
        self.assertFalse(consents._latest(other, family, ()))

    def test_only_channels_that_send_by_themselves(self):
        self.log_in()
        for code in ("call", "letter", "any", "portal", "nothing"):
            page = self.post(f"{self.url}/channel", channel=code, wanted="0")
            self.assertIn("Choose one of the channels", page.text)
        self.assertFalse(self.env["debt.contact.consent"].search([]))

    # === CHANGE REQUESTS === #

    def test_a_request_is_decided_by_a_person(self):
        self.log_in()
        self.ask(contact=self.person, phone="+57 300 555 0199", comment="x", vat="9")
        request = self.requests
        self.assertEqual(request.wanted, {"phone": "+57 300 555 0199"})
        self.assertEqual(request.activity_ids.user_id, self.agent)
        self.assertFalse(self.person.phone)
        self.ask(contact=self.person, phone="+57 300 555 0199")
        self.assertEqual(self.requests, request)
        self.assertIn("Being checked", self.url_open(self.url).text)
        editor = self.new_user(
            "editor", "debt_collection.group_debt_agent,base.group_partner_manager"
        )
        self.case.agent_id = editor
        request.with_user(editor).action_accept()
        self.assertEqual(self.person.phone, "+57 300 555 0199")
        self.assertEqual((request.state, request.resolved_by_id), ("accepted", editor))
        self.assertFalse(request.activity_ids)

    def test_whoever_may_not_change_contacts_may_not_accept(self):
        self.log_in()
        self.ask(contact=self.person, phone="+57 300 555 0199")
        with self.assertRaises(AccessError):
            self.requests.with_user(self.agent).action_accept()
        self.assertEqual(self.requests.state, "open")
        self.requests.with_user(self.agent)._withdraw("We know another number")
        self.assertEqual(self.requests.state, "rejected")
        self.assertIn("We know another number", self.url_open(self.url).text)

    def test_what_was_asked_is_not_edited(self):
        self.log_in()
        self.ask(contact=self.person, email="ana.gomez@andina.example.com")
        request = self.requests.with_user(self.agent)
        for values in (
            {"wanted": {"email": "evil@example.com"}},
            {"state": "accepted"},
            {"contact_id": self.stranger.id},
        ):
            with self.assertRaises(AccessError):
                request.write(values)
        with self.assertRaises(AccessError):
            request.unlink()
        other = self.new_user("other_agent", "debt_collection.group_debt_agent")
        with self.assertRaises(AccessError):
            request.with_user(other)._withdraw("Not mine")

    def test_only_listed_fields_are_ever_written(self):
        request = (
            self.env["debt.change.request"]
            .sudo()
            .create(
                {
                    "case_id": self.case.id,
                    "contact_id": self.person.id,
                    "contact_name": "Ana",
                    "wanted": {"vat": "123", "city": "Cali", "debt_policy_off": True},
                }
            )
        )
        request.action_accept()
        self.assertEqual((self.person.city, self.person.vat), ("Cali", False))
        self.assertFalse(self.person.debt_policy_off)

    def test_people_are_added_and_removed(self):
        self.log_in()
        self.ask("add", name="Luz Marín", email="luz@andina.example.com")
        self.requests.action_accept()
        luz = self.requests.contact_id
        self.assertEqual((luz.parent_id, luz.name), (self.debtor, "Luz Marín"))
        self.ask("remove", contact=luz)
        self.requests[0].action_accept()
        self.assertFalse(luz.active)

    def test_what_is_wrong_is_said(self):
        self.log_in()
        for kind, contact, values, words in (
            ("add", None, {"name": "Luz"}, "Write the name, and an e-mail"),
            ("change", self.person, {"email": "no address"}, "no e-mail address"),
            ("change", self.person, {"name": self.person.name}, "Nothing is different"),
            ("remove", self.debtor, {}, "Choose the person"),
        ):
            with self.subTest(words=words):
                self.assertIn(words, self.ask(kind, contact, **values).text)
        self.assertFalse(self.requests)

    def test_nobody_of_another_customer(self):
        self.log_in()
        theirs = self.stranger.child_ids
        for kind, contact in (
            ("change", theirs),
            ("remove", theirs),
            ("change", self.env.user.partner_id),
            ("change", None),
            ("add", self.person),
            ("grant", self.person),
        ):
            page = self.ask(kind, contact, name="Evil", email="evil@example.com")
            self.assertEqual(page.status_code, 404)
        self.assertFalse(self.requests)

    def test_behind_a_link_addresses_are_masked(self):
        self.person.write(
            {
                "name": "Ana",
                "email": "ana@andina.example.com",
                "phone": "+573005550123",
            }
        )
        self.open_link(self.case)
        page = self.url_open(self.url)
        self.assertIn("a…@andina.example.com", page.text)
        self.assertIn("…123", page.text)
        self.assertNotIn("ana@andina.example.com", page.text)
        self.assertNotIn("+573005550123", page.text)
        self.ask(contact=self.person, email="new.address@andina.example.com")
        page = self.url_open(self.url)
        self.assertNotIn("new.address@", page.text)

    def test_requests_stay_in_their_company(self):
        other = self.setup_other_company()["company"]
        self.log_in()
        self.ask(contact=self.person, city="Cali")
        agent = self.new_user(
            "other_company", "debt_collection.group_debt_manager", company=other
        )
        agent.company_ids = [Command.set(other.ids)]
        self.assertFalse(self.env["debt.change.request"].with_user(agent).search([]))

    def test_requests_follow_a_case_that_is_merged(self):
        self.log_in()
        self.ask(contact=self.person, city="Cali")
        request = self.requests
        kept = self.case_with(77, partner=self.stranger)
        kept.sudo()._absorb(self.case)
        self.assertEqual((request.case_id, request.partner_id), (kept, self.stranger))
