from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DAY, MOBILE, WA_ID
from .inbox_common import BSUID, NOON, InboxCommon

OTHER_BSUID = "CO.99999999999999999999"
OTHER_WA_ID = "573009999999"


def after(**values):
    return NOON + timedelta(**values)


@tagged("post_install", "-at_install")
class TestPeople(InboxCommon):
    """Who somebody is, for whom they speak, and what they may see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consents = cls.env["debt.contact.consent"]

    def owing(self, partner=None):
        self.invoice(partner=partner)
        self.run_on()
        return self.case_of(partner)

    def marta(self, **more):
        """Somebody writes; return who they are."""
        return self.write_in(**more).conversation_id.identity_id

    def verified(self, partner=None):
        """Return the conversation of somebody who proved who they are."""
        if not self.case_of(partner):
            self.owing(partner)
        message = self.write_in()
        identity = message.conversation_id.identity_id
        identity._check_passed(partner or self.debtor, self.company, "tax_id", NOON)
        return message.conversation_id

    # === FOR WHOM THEY SPEAK === #

    def test_the_only_customer_with_the_number_is_suggested(self):
        case = self.owing()
        message = self.write_in()
        link = message.conversation_id.identity_id.link_ids
        self.assertEqual((link.partner_id, link.state), (self.debtor, "suggested"))
        self.assertEqual(message.case_id, case)
        said = case.message_ids.filtered(lambda m: "ya pague" in m.body)
        self.assertIn("Marta R. (+573001234567)", said.body)

    def test_a_person_of_the_customer_speaks_for_it(self):
        self.debtor.phone = False
        self.new_debtor(
            "Pagadora", parent_id=self.debtor.id, phone=MOBILE, type="invoice"
        )
        self.owing()
        self.assertEqual(self.marta().link_ids.partner_id, self.debtor)

    def test_of_several_customers_nobody_is_guessed(self):
        self.owing()
        self.owing(self.new_debtor("Otra", phone=MOBILE))
        message = self.write_in()
        self.assertFalse(message.conversation_id.identity_id.link_ids)
        self.assertFalse(message.case_id)

    def test_who_owes_comes_before_who_does_not(self):
        self.owing()
        self.new_debtor("Otra", phone=MOBILE)
        self.assertEqual(self.marta().link_ids.partner_id, self.debtor)

    def test_nobody_has_the_number(self):
        self.owing()
        identity = self.marta(contact={"wa_id": OTHER_WA_ID, "user_id": None})
        self.assertFalse(identity.link_ids)

    def test_who_answers_our_message_speaks_for_its_customer(self):
        other = self.new_debtor("Otra", phone=MOBILE)
        case, mine = self.owing(other), self.owing()
        self.assertTrue(case and mine)
        identity = self.people._of_partner(self.account.sudo(), other)
        conversation = self.env["debt.whatsapp.conversation"].sudo()
        conversation = conversation._of(self.account, identity)
        self.messages.create(
            {
                "conversation_id": conversation.id,
                "account_id": self.account.id,
                "company_id": self.company.id,
                "case_id": case.id,
                "direction": "out",
                "author": "strategy",
                "kind": "template",
                "wamid": "wamid.OUT1",
                "moment": NOON,
            }
        )
        identity.link_ids.unlink()
        found = self.marta(context={"id": "wamid.OUT1"})
        self.assertEqual(found, identity)
        self.assertEqual(found.link_ids.partner_id, other)

    def test_numbers_are_found_as_whatsapp_writes_them(self):
        mexico = self.env.ref("base.mx")
        self.debtor.write({"phone": "55 1234 5678", "country_id": mexico.id})
        self.owing()
        contact = {"wa_id": "5215512345678", "user_id": None}
        identity = self.marta(contact=contact)
        self.assertEqual(identity.link_ids.partner_id, self.debtor)
        # written to exactly as Meta gave it
        self.assertEqual(identity._recipient(), {"to": "5215512345678"})
        same = self.people._of_partner(self.account.sudo(), self.debtor)
        self.assertEqual(same, identity)

    def test_customers_of_another_company_are_not_guessed(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.debtor.company_id = other
        self.assertFalse(self.marta().link_ids)

    # === TO WHOM WE WRITE === #

    def test_a_person_is_made_from_the_number_and_found_when_they_write(self):
        made = self.people._of_partner(self.account.sudo(), self.debtor)
        self.assertEqual((made.phone, made.wa_id), (MOBILE, False))
        self.assertEqual(made._recipient(), {"to": WA_ID})
        self.assertEqual(
            made, self.people._of_partner(self.account.sudo(), self.debtor)
        )
        self.assertEqual(self.marta(), made)
        self.assertEqual((made.wa_id, made.bsuid), (WA_ID, BSUID))

    def test_the_number_for_whatsapp_goes_before_the_phone(self):
        self.debtor.debt_whatsapp = "310 765 4321"
        made = self.people._of_partner(self.account.sudo(), self.debtor)
        self.assertEqual(made.phone, "+573107654321")
        self.assertEqual(self.debtor.debt_whatsapp, "310 765 4321")
        self.assertEqual(self.debtor.debt_whatsapp_number, "+573107654321")
        self.assertEqual(self.debtor._debt_whatsapp(self.company), "573107654321")
        self.debtor.debt_whatsapp = "300 1 / 310 2"
        self.assertFalse(self.people._of_partner(self.account.sudo(), self.debtor))
        self.assertFalse(self.debtor.debt_whatsapp_shown)

    def test_who_has_no_number_is_reached_by_their_identifier(self):
        self.owing()
        self.debtor.phone = False
        identity = self.marta(contact={"wa_id": None})
        self.assertFalse(self.people._of_partner(self.account.sudo(), self.debtor))
        identity._check_passed(self.debtor, self.company, "both", NOON)
        found = self.people._of_partner(self.account.sudo(), self.debtor)
        self.assertEqual(found._recipient(), {"recipient": BSUID})

    def test_people_are_not_made_by_hand(self):
        with self.assertRaises(AccessError):
            self.people.with_user(self.agent).sudo(False).create({"portfolio": "x"})
        # but whoever writes to a contact may
        account = self.account.with_user(self.agent)
        people = self.env["debt.whatsapp.identity"].with_user(self.agent)
        self.assertTrue(people._of_partner(account, self.debtor.with_user(self.agent)))

    # === ONE PERSON, TWO NAMES === #

    def test_two_that_turn_out_to_be_one_are_merged(self):
        hidden = self.marta(contact={"wa_id": None})
        made = self.people._of_partner(self.account.sudo(), self.debtor)
        self.assertNotEqual(hidden, made)
        found = self.marta()
        self.assertEqual(found, hidden)
        self.assertFalse(made.exists())
        self.assertEqual((found.wa_id, found.phone), (WA_ID, MOBILE))
        self.assertEqual(found.link_ids.partner_id, self.debtor)
        self.assertEqual(len(found.conversation_ids), 1)
        self.assertEqual(len(found.conversation_ids.message_ids), 2)

    def test_wrong_person_outlasts_the_merging(self):
        self.owing()
        hidden = self.marta(contact={"wa_id": None})
        hidden._check_passed(self.debtor, self.company, "both", NOON)
        made = self.people._of_partner(self.account.sudo(), self.debtor)
        made.link_ids._wrong_person("no soy", NOON)
        self.assertEqual(self.marta().link_ids.state, "wrong_person")

    def test_a_number_with_another_identifier_has_another_owner(self):
        conversation = self.verified()
        marta = conversation.identity_id
        other = self.marta(contact={"user_id": OTHER_BSUID})
        self.assertNotEqual(other, marta)
        self.assertEqual((marta.wa_id, other.wa_id), (False, WA_ID))
        self.assertFalse(conversation._may_see_amounts(self.debtor, NOON))
        self.assertFalse(other.link_ids.verified_until)

    def test_a_new_number_ends_what_was_proven(self):
        conversation = self.verified()
        self.assertTrue(conversation._may_see_amounts(self.debtor, NOON))
        self.marta(contact={"wa_id": OTHER_WA_ID})
        self.assertEqual(conversation.identity_id.wa_id, OTHER_WA_ID)
        self.assertFalse(conversation._may_see_amounts(self.debtor, NOON))
        self.assertEqual(conversation.identity_id.link_ids.state, "suggested")
        said = "".join(self.case_of().message_ids.mapped("body"))
        self.assertIn("another number", said)

    def test_meta_tells_of_a_new_number_or_identifier(self):
        conversation = self.verified()
        identity = conversation.identity_id
        system = {"type": "user_changed_number", "wa_id": OTHER_WA_ID}
        self.write_in(type="system", system=system)
        self.assertEqual((identity.wa_id, identity.bsuid), (OTHER_WA_ID, BSUID))
        self.assertFalse(conversation._may_see_amounts(self.debtor, NOON))
        identity._check_passed(self.debtor, self.company, "both", NOON)
        system = {"type": "user_changed_user_id", "user_id": OTHER_BSUID}
        self.write_in(type="system", system=system, contact={"wa_id": OTHER_WA_ID})
        self.assertEqual(identity.bsuid, OTHER_BSUID)
        self.assertFalse(conversation._may_see_amounts(self.debtor, NOON))

    def test_another_owner_of_the_number_sees_nothing_until_proven(self):
        conversation = self.verified()
        identity = conversation.identity_id
        self.marta(contact={"identity_key_hash": "one"})
        identity._check_passed(self.debtor, self.company, "both", NOON)
        self.assertEqual(identity.identity_hash, "one")
        with self.merging(lambda *_args: True):
            report = {
                "id": "wamid.OUT1",
                "status": "sent",
                "recipient_id": WA_ID,
                "recipient_user_id": BSUID,
                "recipient_identity_key_hash": "two",
            }
            self.hear({"statuses": [report]})
        self.assertFalse(conversation._may_see_amounts(self.debtor, NOON))
        # the new mark is believed when they proved it again, not before
        self.assertEqual(identity.identity_hash, "one")
        identity._check_passed(self.debtor, self.company, "both", NOON)
        self.assertEqual(identity.identity_hash, "two")

    # === WHAT THEY MAY SEE === #

    def test_amounts_for_thirty_days_and_one_customer(self):
        conversation = self.verified()
        other = self.new_debtor("Otra")
        self.assertTrue(conversation._may_see_amounts(self.debtor, after(days=29)))
        self.assertFalse(conversation._may_see_amounts(self.debtor, after(days=30)))
        self.assertFalse(conversation._may_see_amounts(other, NOON))

    def test_amounts_of_one_company_are_none_of_another(self):
        conversation = self.verified()
        other = self.env["res.company"].create({"name": "Other", "debt_tz": "UTC"})
        account = self.new_account(
            other, waba_id="70000007", phone_number_id="80000008", name="Other"
        )
        theirs = conversation._of(account.sudo(), conversation.identity_id)
        self.assertFalse(theirs._may_see_amounts(self.debtor, NOON))

    def test_three_wrong_answers_lock_for_a_day(self):
        identity = self.marta()
        self.assertEqual([identity._check_failed(NOON) for _n in range(3)], [2, 1, 0])
        self.assertTrue(identity._is_locked(after(hours=23)))
        self.assertFalse(identity._is_locked(after(hours=24)))
        self.assertEqual(identity._check_failed(after(hours=25)), 2)
        identity._check_passed(self.debtor, self.company, "invoice", after(hours=25))
        self.assertEqual(identity.failed_checks, 0)

    def test_who_agreed_for_the_number_is_confirmed(self):
        identity = self.people._of_partner(self.account.sudo(), self.debtor)
        self.assertEqual(identity.link_ids.state, "suggested")
        self.consents._agree("300 123 4567", "whatsapp", "form", self.company)
        self.assertEqual(identity.link_ids.state, "suggested", "no country, no number")
        self.consents._agree(MOBILE, "whatsapp", "form", self.company)
        self.assertEqual(identity.link_ids.state, "confirmed")
        # they did not prove who they are
        self.assertFalse(identity.link_ids._is_verified(NOON))
        other = self.new_debtor("Otra", phone=MOBILE)
        self.people._of_partner(self.account.sudo(), other)
        self.assertEqual(set(identity.link_ids.mapped("state")), {"confirmed"})

    # === THE WRONG PERSON === #

    def test_the_wrong_person_hears_nothing_of_this_customer_again(self):
        case = self.owing()
        other = self.new_debtor("Otra", phone=MOBILE)
        identity = self.marta()
        self.people._of_partner(self.account.sudo(), other)
        link = identity.link_ids.filtered(lambda each: each.partner_id == self.debtor)
        link._wrong_person("no soy esa persona", NOON)
        self.assertEqual(link.state, "wrong_person")
        self.assertFalse(self.people._of_partner(self.account.sudo(), self.debtor))
        # an accountant goes on speaking for the other one
        self.assertEqual(self.people._of_partner(self.account.sudo(), other), identity)
        consent = self.consents.search([("whatsapp_identity_id", "=", identity.id)])
        self.assertEqual(
            (consent.state, consent.channel, consent.wording),
            ("wrong_person", "any", "no soy esa persona"),
        )
        for channel in ("sms", "call", "whatsapp"):
            verdict, _binds = case._judge_contact(channel)
            self.assertEqual(verdict.decision.reason, "opted_out", channel)
        task = self.env["debt.action"].search([("purpose", "=", "fix_phone")])
        self.assertEqual((task.case_id, task.user_id), (case, self.agent))
        self.assertEqual(self.debtor.debt_phone_state, "wrong")
        self.debtor.debt_whatsapp = "310 765 4321"
        self.assertEqual(task.state, "done")
        link._wrong_person("otra vez", NOON)
        self.assertEqual(len(self.consents.search([("way", "=", "chat")])), 1)

    def test_an_agent_says_who_is_who(self):
        self.owing()
        link = self.marta().link_ids.with_user(self.agent)
        link.action_wrong_person()
        self.assertEqual(link.state, "wrong_person")
        link.action_confirm()
        self.assertEqual((link.state, link.verified_by), ("confirmed", self.agent))
        self.assertIsNone(self.case_of()._judge_contact("whatsapp")[0].decision.reason)
        stranger = self.new_user("stranger", "debt_collection.group_debt_agent")
        self.case_of().agent_id = self.agent
        with self.assertRaises(AccessError):
            link.with_user(stranger).action_confirm()
        with self.assertRaises(AccessError):
            link.write({"state": "suggested"})

    def test_a_customer_without_a_case_cannot_be_confirmed(self):
        link = self.marta()._link(self.debtor, self.company)
        with self.assertRaises(UserError):
            link.with_user(self.agent).action_confirm()

    # === NO MORE MESSAGES === #

    def stopped(self):
        return self.consents._is_withdrawn(self.company, MOBILE, "whatsapp")

    def test_stop_acts_at_once_from_anybody(self):
        """From text and button, for who is known and who is not."""
        message = self.write_in("BAJA")
        self.assertTrue(self.stopped())
        ((conversations, reason),) = self.cancelled
        self.assertEqual(conversations, message.conversation_id)
        self.assertEqual(reason, "opted_out")
        consent = self.consents.search([("address", "=", WA_ID)])
        self.assertEqual((consent.wording, consent.way), ("BAJA", "chat"))
        self.assertFalse(message.conversation_id.identity_id.link_ids.filtered("id"))

    def test_stop_from_a_button_is_noted_once(self):
        button = {"payload": "dc1:stop", "text": "No más mensajes"}
        self.write_in(type="button", button=button)
        self.assertTrue(self.stopped())
        self.write_in("stop")
        self.assertEqual(len(self.consents.search([("address", "=", WA_ID)])), 1)

    def test_cancelar_is_no_goodbye(self):
        self.write_in("cancelar")
        self.assertFalse(self.consents.search([("address", "=", WA_ID)]))

    def test_the_next_message_on_the_channel_is_not_sent(self):
        case = self.owing()
        self.write_in("no me escriban más")
        self.assertEqual(
            case._judge_contact("whatsapp")[0].decision.reason, "opted_out"
        )
        self.assertIsNone(case._judge_contact("email")[0].decision.reason)

    def test_who_hides_their_number_can_stop_us_too(self):
        self.marta(contact={"wa_id": None}, body="stop")
        self.assertTrue(
            self.consents._is_withdrawn(self.company, f"wa:{BSUID}", "whatsapp")
        )

    # === CUSTOMERS THAT ARE ONE === #

    def test_links_follow_customers_that_are_merged(self):
        self.owing()
        other = self.new_debtor("Ferretería Andina SAS", phone=MOBILE)
        self.owing(other)
        identity = self.marta()
        identity._check_passed(self.debtor, self.company, "both", NOON)
        identity._link(other, self.company)
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((self.debtor | other).ids, other, extra_checks=False)
        link = identity.link_ids
        self.assertEqual((link.partner_id, link.state), (other, "confirmed"))

    # === WHAT WE HOLD === #

    def test_erasure_takes_names_and_numbers_of_who_speaks_for_nobody_else(self):
        case = self.owing()
        identity = self.marta()
        held = self.env["debt.evidence"]._held()
        self.assertEqual(held["debt.whatsapp.identity"], "link_ids.partner_id")
        self.env["debt.evidence"].sudo()._wipe(case, "all")
        self.assertFalse(identity.phone or identity.profile_name or identity.bsuid)

    @freeze_time(NOON)
    def test_what_meta_told_of_them_goes_and_what_it_told_of_others_stays(self):
        case = self.owing()
        mine, other = self.written("ya pagué"), self.written("otra", wamid="wamid.2")
        other["contacts"] = [{"wa_id": "573009998877"}]
        other["messages"][0] |= {"from": "573009998877", "from_user_id": None}
        told = {"messages": mine["messages"] + other["messages"]}
        event = self.hear({**told, "contacts": mine["contacts"] + other["contacts"]})
        identity = self.people.search([("bsuid", "=", BSUID)])
        identity._link(self.debtor, self.company)
        evidence = self.env["debt.evidence"]
        (exported,) = evidence.sudo()._export_data(case, self.debtor)["records"][
            "debt.whatsapp.identity"
        ]
        texts = [each["told"].get("text", {}).get("body") for each in exported["told"]]
        self.assertEqual(texts, ["ya pagué", None], "the message, and who they are")
        counted = evidence.sudo()._wipe(case, "all", dry=True)
        self.assertIn("ya pagué", event.body)
        counts = evidence.sudo()._wipe(case, "all")
        event.invalidate_recordset()
        self.assertEqual(counts["debt.whatsapp.event"], 1)
        self.assertEqual(counted["debt.whatsapp.event"], 1)
        for word in (WA_ID, BSUID, "ya pagué", "Marta R."):
            self.assertNotIn(word, event.body)
        self.assertIn("573009998877", event.body)
        self.assertIn("otra", event.body)

    def anonymised(self):
        """Anonymise a customer who wrote and owes nothing any more."""
        case = self.owing()
        self.hear(self.written("hola"))
        identity = self.people.search([("bsuid", "=", BSUID)])
        identity._link(self.debtor, self.company)
        case.item_ids.move_id.button_draft()
        case.item_ids.move_id.button_cancel()
        self.run_on()
        self.env["debt.evidence"].sudo()._anonymise(self.debtor, DAY)
        return identity

    @freeze_time(NOON)
    def test_meta_forgets_who_is_anonymised(self):
        identity = self.anonymised()
        self.assertFalse(identity.bsuid)
        self.assertEqual(self.graph.forgotten, [BSUID])
        self.assertFalse(self.account.activity_ids)

    @freeze_time(NOON)
    def test_a_manager_hears_that_meta_did_not_forget(self):
        self.graph.script(190, node="contact_book")
        self.assertFalse(self.anonymised().bsuid)
        self.assertIn(BSUID, self.account.sudo().activity_ids.note)

    def test_an_accountant_of_others_is_not_erased(self):
        case = self.owing()
        identity = self.marta()
        identity._link(self.new_debtor("Otra"), self.company)
        self.env["debt.evidence"].sudo()._wipe(case, "all")
        self.assertTrue(identity.phone)
