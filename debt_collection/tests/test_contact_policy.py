from datetime import UTC, date, datetime, time, timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..models.policy.debt_contact_facts_mixin import Ask
from .common import DAY, DebtCommon

#: A Saturday, and the Monday after it: a holiday in Colombia, but not in Ecuador.
SATURDAY = DAY + timedelta(days=5)
MONDAY = DAY + timedelta(days=7)


OTHERS = "no_third_parties no_references"
#: The policies that are shipped, by country: severity, for whom, hours, limits, and
#: what is forbidden.
SHIPPED = {
    "": ("courteous", "all", "Mon–Fri 09:00–18:00", "", "public_holidays"),
    "CO": (
        "binding",
        "consumer",
        "Mon–Fri 07:00–19:00 · Sat 08:00–15:00",
        "Contacts: 1 a day · one channel a week · with consent",
        f"public_holidays {OTHERS} no_home_visit no_work_visit",
    ),
    "CL": (
        "binding",
        "consumer",
        "Mon–Sat 08:00–20:00",
        "Calls, Visits: 1 a week · Messages, Letters: 2 a week, 2 days apart",
        f"public_holidays {OTHERS}",
    ),
    "PE": (
        "binding",
        "consumer",
        "Mon–Fri 07:00–20:00",
        "",
        f"public_holidays {OTHERS} no_work_visit",
    ),
    "MX": (
        "binding",
        "consumer",
        "Mon–Fri 07:00–22:00",
        "",
        f"public_holidays {OTHERS}",
    ),
    "AR": ("binding", "consumer", "any hour", "", OTHERS),
    "EC": (
        "binding",
        "consumer",
        "Mon–Fri 07:00–20:00",
        "Contacts: 1 a day",
        f"public_holidays {OTHERS}",
    ),
    "BR": (
        "courteous",
        "consumer",
        "Mon–Sat 08:00–20:00",
        "",
        "public_holidays no_work_visit",
    ),
    "ES": (
        "courteous",
        "consumer",
        "Mon–Fri 09:00–21:00",
        "",
        f"public_holidays {OTHERS}",
    ),
    "US": (
        "binding",
        "consumer",
        "Mon–Sun 08:00–21:00",
        "Calls: 7 in 7 days · Calls: 1 in 7 days, once reached",
        OTHERS,
    ),
    "GB": ("binding", "consumer", "any hour", "", OTHERS),
}


class PolicyCommon(DebtCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bogota = cls.env.ref("base.co")
        cls.company.country_id = cls.bogota
        cls.debtor.write({"is_company": True, "country_id": cls.bogota.id})
        cls.supervisor = cls.new_user("boss", "debt_collection.group_debt_supervisor")

    @classmethod
    def switch_on(cls, *names):
        """Put shipped policies in force, and no others."""
        for name in names:
            cls.env.ref(f"debt_collection.debt_contact_policy_{name}").active = True

    def at(self, day, hour, minute=0):
        """Return a local moment of Bogotá as naive UTC."""
        return datetime.combine(day, time(hour, minute)) + timedelta(hours=5)

    def dispatch(self, now):
        self.env["debt.run"].sudo()._dispatch(self.company, now)

    def message(self, now, partner=None, **values):
        """Return a message that the run planned and tried to send at a moment."""
        partner = partner or self.debtor
        day = self.company._debt_today(now)
        self.invoice(100, due=day - timedelta(days=4), partner=partner)
        run = self.run_on(day, now=now)
        return self.actions_of(run).filtered(
            lambda a: a.debtor_id == partner and a.channel == "email"
        )

    def assertWaits(self, action, day, hour, reason):
        self.assertRecordValues(
            action,
            [
                {
                    "state": "waiting",
                    "wait_until": self.at(day, hour),
                    "policy_verdict": "wait",
                    "policy_reason": reason,
                    "contact_day": day,
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestContactPolicy(PolicyCommon):
    """Law 4: never at a wrong moment."""

    def test_a_message_of_a_saturday_leaves_by_itself_after_the_holiday(self):
        self.switch_on("courteous")
        saturday = self.at(SATURDAY, 12)
        action = self.message(saturday)
        # Monday is Corpus Christi
        self.assertWaits(action, DAY + timedelta(days=8), 9, "hours")
        self.assertEqual(action.run_id.actions_sent, 0)
        self.assertEqual(action.run_id.actions_waiting, 1)
        self.assertFalse(self.mails_of(action))
        self.assertFalse(self.case_of().last_message_day, "nobody was contacted")
        cron = self.env.ref("debt_collection.ir_cron_debt_dispatch")
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", cron.id), ("call_at", "=", action.wait_until)]
        )
        self.assertEqual(len(trigger), 1)
        tuesday = DAY + timedelta(days=8)
        self.dispatch(self.at(tuesday, 8, 59))
        self.assertEqual(action.state, "waiting")
        self.dispatch(self.at(tuesday, 9))
        self.assertRecordValues(
            action,
            [{"state": "sent", "contact_day": tuesday, "policy_verdict": "send"}],
        )
        self.assertEqual(self.case_of().last_message_day, tuesday)
        self.assertEqual(action.run_id.actions_sent, 1)
        self.assertEqual(action.run_id.actions_waiting, 0)

    def test_hours_are_those_of_the_customer(self):
        self.switch_on("courteous")
        self.debtor.country_id = self.env.ref("base.es")
        # noon in Bogotá is 19:00 in Madrid and 18:00 on the Canary Islands
        action = self.message(self.at(DAY, 12))
        self.assertEqual(action.state, "waiting")
        # 9:00 on the Canary Islands
        self.assertEqual(action.wait_until, self.at(DAY + timedelta(days=1), 3))

    def test_the_year_end_is_quiet_and_what_waits_too_long_is_told(self):
        self.switch_on("courteous")
        action = self.message(self.at(date(2026, 12, 24), 12))
        self.assertWaits(action, date(2027, 1, 4), 9, "holiday")
        with freeze_time("2026-12-28"):
            self.assertFalse(action.waits_long)
        with freeze_time("2026-12-31"):
            action.invalidate_recordset(["waits_long"])
            self.assertTrue(action.waits_long)
            found = self.env["debt.action"].search([("waits_long", "=", True)])
            self.assertEqual(found, action)

    def test_who_pays_while_it_waits_gets_nothing(self):
        self.switch_on("courteous")
        action = self.message(self.at(SATURDAY, 12))
        self.pay(action.item_ids.move_id, day=MONDAY)
        self.dispatch(self.at(DAY + timedelta(days=8), 9))
        self.assertEqual((action.state, action.reason), ("skipped", "settled"))

    def test_nothing_new_is_planned_while_a_message_waits(self):
        self.switch_on("courteous")
        action = self.message(self.at(SATURDAY, 12))
        invoice = self.invoice(50, due=SATURDAY - timedelta(days=4))
        run = self.run_on(MONDAY, now=self.at(MONDAY, 12))
        self.assertHeld(run, invoice, "pending")
        self.assertEqual(action.state, "waiting")

    def test_a_message_that_waits_can_be_stopped(self):
        self.switch_on("courteous")
        action = self.message(self.at(SATURDAY, 12))
        action.with_user(self.supervisor).action_refuse()
        self.assertEqual((action.state, action.reason), ("skipped", "not_approved"))
        self.assertFalse(action.item_ids.step_id, "the item falls back")

    def test_what_waits_is_decided_on_again_after_a_policy_changed(self):
        self.switch_on("courteous")
        action = self.message(self.at(SATURDAY, 12))
        self.env.ref("debt_collection.debt_contact_policy_courteous").active = False
        action.with_user(self.supervisor).action_decide_again()
        self.dispatch(self.at(SATURDAY, 13))
        self.assertEqual(action.state, "sent")

    def test_no_hour_that_all_rules_allow_ends_the_message_with_a_reason(self):
        self.switch_on("courteous")
        self.debtor.write({"debt_hours_from": 19, "debt_hours_to": 21})
        action = self.message(self.at(DAY, 12))
        self.assertRecordValues(
            action,
            [{"state": "skipped", "reason": "no_moment", "policy_verdict": "never"}],
        )

    def test_a_customer_may_narrow_the_hours(self):
        self.switch_on("courteous")
        self.debtor.write({"debt_hours_from": 14, "debt_hours_to": 0})
        self.assertWaits(self.message(self.at(DAY, 12)), DAY, 14, "hours")
        with self.assertRaises(ValidationError):
            self.debtor.debt_hours_to = 9

    def test_a_customer_may_narrow_the_days(self):
        # no policy is switched on: the wish alone decides
        self.debtor.debt_days = "weekdays"
        self.assertWaits(self.message(self.at(SATURDAY, 12)), MONDAY, 0, "hours")

    def test_wider_hours_need_a_document_of_the_customer(self):
        self.switch_on("courteous")
        self.debtor.write({"debt_hours_from": 18, "debt_hours_to": 21})
        with self.assertRaises(ValidationError):
            self.debtor.debt_hours_agreed = True
        self.debtor.write(
            {
                "debt_hours_agreed": True,
                "debt_hours_document": b"cGRm",
                "debt_hours_document_date": DAY - timedelta(days=9),
            }
        )
        action = self.message(self.at(SATURDAY, 19))
        # not on a Saturday, nor on the holiday
        self.assertWaits(action, DAY + timedelta(days=8), 18, "hours")

    def test_tasks_of_agents_do_not_wait(self):
        self.switch_on("courteous")
        self.strategy.entry_mode = "by_age"
        self.invoice(100, due=SATURDAY - timedelta(days=9))
        run = self.run_on(SATURDAY, now=self.at(SATURDAY, 7))
        self.assertPlanned(run, [(8, "call", "sent")])

    def test_policies_begin_and_end(self):
        self.switch_on("courteous")
        policy = self.env.ref("debt_collection.debt_contact_policy_courteous")
        policy.date_from = SATURDAY + timedelta(days=1)
        self.assertEqual(self.message(self.at(SATURDAY, 12)).state, "sent")

    def test_the_run_tells_of_what_waits_too_long(self):
        self.switch_on("courteous")
        action = self.message(self.at(date(2026, 12, 24), 12))
        with freeze_time("2026-12-31"):
            run = action.run_id.with_user(self.supervisor)
            self.assertEqual(run.actions_waiting_long, 1)
            self.assertEqual(run.action_view_waiting()["res_model"], "debt.action")

    # === CONSUMERS === #

    def person(self, country="base.ec", **values):
        country = self.env.ref(country)
        # where there is no doubt about the time zone
        state = country.state_ids.filtered(lambda s: s.name == "Pichincha")
        values = {"country_id": country.id, "state_id": state.id, **values}
        return self.new_debtor("Rosa", is_company=False, **values)

    def test_who_did_not_agree_is_not_written_to_where_the_law_asks_for_it(self):
        self.switch_on("co")
        rosa = self.person("base.co")
        action = self.message(self.at(DAY, 12), rosa)
        self.assertEqual((action.state, action.reason), ("skipped", "no_consent"))
        self.env["debt.contact.consent"].create(
            {
                "partner_id": rosa.id,
                "channel": "email",
                "state": "given",
                "source": "contract",
            }
        )
        other = self.person("base.co")
        self.env["debt.contact.consent"].create(
            {
                "address": rosa.email.upper(),
                "channel": "any",
                "state": "given",
                "source": "form on the web",
            }
        )
        later = self.at(DAY + timedelta(days=1), 12)
        self.assertEqual(self.message(later, other).state, "sent")
        # companies are no consumers
        self.assertEqual(self.message(later).state, "sent")

    def test_who_opted_out_gets_nothing_not_even_a_receipt(self):
        Consent = self.env["debt.contact.consent"]
        Consent._withdraw(f"Rosa <{self.debtor.email}>", "email", "link in a mail")
        action = self.message(self.at(DAY, 12))
        self.assertEqual((action.state, action.reason), ("skipped", "opted_out"))
        self.assertEqual(action.policy_verdict, "never")
        Consent.create(
            {
                "address": self.debtor.email,
                "channel": "email",
                "state": "given",
                "source": "asked for it again",
            }
        )
        later = self.at(DAY + timedelta(days=1), 12)
        self.debtor._debt_debtors()
        self.env["debt.action"]._contact_fixed(self.debtor)
        self.assertEqual(self.message(later).state, "sent")

    def test_an_opt_out_of_one_channel_or_company_is_none_of_another(self):
        Consent = self.env["debt.contact.consent"]
        other = self.env["res.company"].create({"name": "Other"})
        Consent._withdraw(self.debtor.email, "email", "link", company=other)
        Consent._withdraw("+57 300 123 4567", "email", "SMS")
        Consent.create(
            {"partner_id": self.debtor.id, "channel": "call", "source": "said so"}
        )
        self.assertEqual(self.message(self.at(DAY, 12)).state, "sent")

    def test_phone_numbers_are_compared_as_numbers(self):
        normalize = self.env["debt.contact.consent"]._normalize
        self.assertEqual(normalize("+57 300 123-4567"), "573001234567")
        self.assertEqual(normalize("573001234567"), "573001234567")
        self.assertEqual(normalize("0057 300 1234567"), "573001234567")
        self.assertEqual(normalize("300 123 4567", "CO"), "573001234567")
        self.assertFalse(normalize(""))

    def test_one_contact_a_day_counts_what_agents_did(self):
        self.switch_on("ec")
        self.company.country_id = self.env.ref("base.ec")
        rosa = self.person()
        self.invoice(100, due=DAY - timedelta(days=4), partner=rosa)
        self.strategy.mode = "approve"
        action = self.actions_of(self.run_on())
        with freeze_time(self.at(DAY, 10)):
            self.env["debt.action"].with_user(self.agent)._log(
                self.case_of(rosa), channel="call", reached="nobody"
            )
        action.action_approve()
        self.dispatch(self.at(DAY, 12))
        self.assertWaits(action, DAY + timedelta(days=1), 7, "cap")

    def test_what_the_customer_begins_does_not_count(self):
        self.switch_on("ec")
        rosa = self.person()
        self.invoice(100, due=DAY - timedelta(days=4), partner=rosa)
        self.strategy.mode = "approve"
        action = self.actions_of(self.run_on())
        with freeze_time(self.at(DAY, 10)):
            self.env["debt.action"].with_user(self.agent)._log(
                self.case_of(rosa), channel="call", reached="debtor", incoming=True
            )
        action.action_approve()
        self.dispatch(self.at(DAY, 12))
        self.assertEqual(action.state, "sent")

    def test_a_receipt_knows_no_limit_but_the_hours(self):
        self.switch_on("ec")
        rosa = self.person()
        sent = self.message(self.at(DAY, 12), rosa)
        self.assertEqual(sent.state, "sent")
        case = self.case_of(rosa)
        values = {
            "case_id": case.id,
            "amount": 100,
            "date": DAY + timedelta(days=3),
            "confirm": True,
        }
        with freeze_time(self.at(DAY, 13)):
            promise = self.env["debt.promise"].with_user(self.agent).create(values)
        confirmation = promise.sudo().action_ids
        self.assertEqual(confirmation.purpose, "promise_confirm")
        self.dispatch(self.at(DAY, 22))
        self.assertEqual(confirmation.policy_reason, "hours")
        self.dispatch(self.at(DAY + timedelta(days=1), 7))
        self.assertEqual(confirmation.state, "sent")
        # it takes nobody's place: a reminder may leave on the same day
        asks = [Ask("x", case.id, rosa.id, "email")]
        now = self.at(DAY + timedelta(days=1), 12)
        verdict = self.env["debt.contact.policy"]._judge(self.company, asks, now)["x"]
        self.assertEqual(verdict.decision.kind, "send")

    def test_each_creditor_has_its_own_limits(self):
        self.switch_on("ec")
        rosa = self.person()
        self.assertEqual(self.message(self.at(DAY, 12), rosa).state, "sent")
        case = self.case_of(rosa)
        asks = [Ask("x", case.id, rosa.id, "email")]
        now = self.at(DAY, 13)
        Policy = self.env["debt.contact.policy"]
        self.assertEqual(
            Policy._judge(self.company, asks, now)["x"].decision.reason, "cap"
        )
        other = self.env["res.company"].create({"name": "Other", "debt_tz": "UTC"})
        self.assertEqual(Policy._judge(other, asks, now)["x"].decision.kind, "send")

    def test_branches_share_the_limits_of_their_company(self):
        self.switch_on("ec")
        shop = self.new_debtor(
            "Micro",
            is_company=True,
            debt_micro=True,
            country_id=self.env.ref("base.ec").id,
            state_id=self.env.ref("base.state_ec_17").id,
        )
        branch = self.new_debtor(
            "Branch", parent_id=shop.id, type="other", debt_pays_separately=True
        )
        sent = self.message(self.at(DAY, 12), shop)
        self.assertEqual(sent.state, "sent")
        action = self.message(self.at(DAY, 13), branch)
        self.assertWaits(action, DAY + timedelta(days=1), 7, "cap")
        held = (sent | action).case_id._lock_debtors()
        self.assertEqual(held, (sent | action).case_id)

    def test_only_micro_companies_are_protected_as_persons(self):
        self.assertFalse(self.debtor.debt_consumer)
        self.debtor.debt_micro = True
        self.assertTrue(self.debtor.debt_consumer)
        self.assertTrue(self.person().debt_consumer)

    def test_only_managers_switch_consumer_rules_off_and_with_a_reason(self):
        self.switch_on("co")
        rosa = self.person("base.co")
        creator = self.new_user(
            "contacts",
            "base.group_partner_manager,debt_collection.group_debt_supervisor",
        )
        with self.assertRaises(AccessError):
            rosa.with_user(creator).write(
                {"debt_policy_off": True, "debt_policy_off_reason": "in a hurry"}
            )
        with self.assertRaises(ValidationError):
            rosa.debt_policy_off = True
        rosa.write({"debt_policy_off": True, "debt_policy_off_reason": "a trader"})
        self.assertEqual(self.message(self.at(DAY, 12), rosa).state, "sent")

    def test_rules_of_every_country_that_may_apply_bind(self):
        self.switch_on("ec", "pe", "mx")
        rosa = self.person("base.ec", phone="+51 987 654 321")
        asks = [Ask("x", self.case_of(rosa).id, rosa.id, "email")]
        self.invoice(100, due=DAY - timedelta(days=4), partner=rosa)
        self.run_on()
        asks = [Ask("x", self.case_of(rosa).id, rosa.id, "email")]
        Policy = self.env["debt.contact.policy"]
        verdict = Policy._judge(self.company, asks, self.at(DAY, 12))["x"]
        names = {policy.country_id.code for policy in Policy.browse(verdict.policy_ids)}
        self.assertEqual(names, {"EC", "PE"})
        self.assertEqual(verdict.zones, ("America/Guayaquil", "America/Lima"))

    # === PEOPLE === #

    def wizard(self, user, partner, **values):
        return (
            self.env["debt.message.wizard"]
            .with_user(user)
            .create({"case_id": self.case_of(partner).id, "body": "Hello", **values})
        )

    def test_a_person_needs_a_reason_and_the_right_against_what_binds(self):
        self.switch_on("courteous", "ec")
        rosa = self.person(phone="+593 99 123 4567")
        self.message(self.at(DAY, 12), rosa)
        with freeze_time(self.at(DAY, 21)):
            wizard = self.wizard(self.agent, rosa, override_reason="please")
            self.assertEqual(wizard.contact_state, "stop")
            self.assertFalse(wizard.can_override)
            with self.assertRaisesRegex(UserError, "supervisor"):
                wizard.action_copied()
            wizard = self.wizard(self.supervisor, rosa)
            self.assertTrue(wizard.can_override)
            with self.assertRaisesRegex(UserError, "Say why"):
                wizard.action_copied()
            wizard.override_reason = "She asked for it by phone"
            wizard.action_copied()
        contact = self.env["debt.action"].search(
            [("case_id", "=", self.case_of(rosa).id), ("by_hand", "=", True)]
        )
        self.assertRecordValues(
            contact,
            [
                {
                    "override_reason": "She asked for it by phone",
                    "policy_verdict": "wait",
                    "policy_reason": "hours",
                }
            ],
        )

    def test_a_person_is_only_warned_of_courtesy_and_about_companies(self):
        self.switch_on("courteous", "ec")
        self.message(self.at(DAY, 12))
        with freeze_time(self.at(DAY, 21)):
            wizard = self.wizard(self.agent, self.debtor)
            self.assertEqual(wizard.contact_state, "warn")
            wizard.action_copied()
            self.assertEqual(self.case_of().contact_state, "warn")
            self.assertIn("Courteous hours", self.case_of().contact_words)

    def test_what_was_done_is_logged_and_flagged(self):
        self.switch_on("ec")
        rosa = self.person()
        self.message(self.at(DAY, 12), rosa)
        with freeze_time(self.at(DAY, 21)):
            self.env["debt.contact.wizard"].with_user(self.agent).create(
                {
                    "case_id": self.case_of(rosa).id,
                    "outcome_id": self.env.ref(
                        "debt_collection.debt_outcome_no_answer"
                    ).id,
                }
            ).action_confirm()
        contact = self.env["debt.action"].search(
            [("case_id", "=", self.case_of(rosa).id), ("by_hand", "=", True)]
        )
        self.assertRecordValues(contact, [{"state": "done", "policy_verdict": "wait"}])

    def test_nobody_is_asked_for_a_visit_that_is_forbidden(self):
        self.switch_on("co")
        strategy = self.new_strategy([(3, "visit"), (9, "call")])
        self.segment.strategy_id = strategy
        rosa = self.person("base.co")
        self.env["debt.contact.consent"].create(
            {"partner_id": rosa.id, "state": "given", "source": "contract"}
        )
        for partner in (rosa, self.debtor):
            self.invoice(100, due=DAY - timedelta(days=4), partner=partner)
        run = self.run_on(SATURDAY, now=self.at(SATURDAY, 7))
        visits = self.actions_of(run).filtered(lambda a: a.channel == "visit")
        self.assertRecordValues(
            visits.sorted("state"),
            [
                # a company, whenever the agent goes there
                {"debtor_id": self.debtor.id, "state": "sent", "reason": False},
                {"debtor_id": rosa.id, "state": "skipped", "reason": "forbidden"},
            ],
        )

    def test_a_simulation_foresees_who_waits_as_the_run_then_does(self):
        self.switch_on("ec", "courteous")
        rosa, ana, eva = people = [
            self.person(email=f"{name}@example.com") for name in ("rosa", "ana", "eva")
        ]
        for partner in (*people, self.debtor):
            self.invoice(100, due=DAY - timedelta(days=4), partner=partner)
        self.env["debt.contact.consent"]._withdraw(eva.email, "email", "call")
        self.strategy.enabled = False
        with freeze_time(self.at(DAY, 8)):
            self.run_on(DAY)
            # an attempt uses up the one contact of the day
            self.env["debt.action"].with_user(self.agent)._log(
                self.case_of(ana), channel="call", reached="nobody"
            )
        self.strategy.enabled = True
        self.assertForeseen(
            self.at(DAY, 10),
            {rosa: "sent", ana: "waiting", eva: "skipped", self.debtor: "sent"},
        )
        leo = self.person(email="leo@example.com")
        self.invoice(50, due=SATURDAY - timedelta(days=4), partner=leo)
        self.assertForeseen(self.at(SATURDAY, 12), {leo: "waiting"})

    def assertForeseen(self, now, expected):
        """Check what becomes of the messages of a moment, and that it was foreseen."""
        day = self.company._debt_today(now)
        simulation = self.env["debt.run"]._run(self.company, day, now, simulate=True)
        lines = simulation.line_ids.filtered(
            lambda line: line.result != "held" or line.reason == "opted_out"
        )
        actions = self.actions_of(self.run_on(day, now=now)).filtered("step_id")
        self.assertEqual({a.debtor_id: a.state for a in actions}, expected)
        names = {"planned": "sent", "held": "skipped"}
        foreseen = {
            line.partner_id: (
                names.get(line.result, line.result),
                line.reason,
                line.policy_reason,
                line.wait_until,
                line.policy_id.id or 0,
            )
            for line in lines
        }
        done = {
            action.debtor_id: (
                action.state,
                action.reason,
                action.state == "waiting" and action.policy_reason,
                action.wait_until,
                action.policy_refs[0] if action.state == "waiting" else 0,
            )
            for action in actions
        }
        self.assertEqual(foreseen, done)
        for line in lines.filtered("wait_until"):
            self.assertIn("Wait until", line.why)

    def test_only_the_places_that_a_policy_names_are_forbidden(self):
        policy = self.env.ref("debt_collection.debt_contact_policy_co")
        self.switch_on("co")
        policy.write({"no_work_visit": False, "consent": False})
        steps = self.new_strategy([(3, "visit")])
        self.segment.strategy_id = steps
        rosa, ana = self.person("base.co"), self.person("base.co")
        shop = self.person("base.co")
        shop.write({"is_company": True, "debt_micro": True})
        for partner in (rosa, shop):
            self.invoice(100, due=DAY - timedelta(days=4), partner=partner)
        visits = self.actions_of(self.run_on(DAY, now=self.at(DAY, 9)))
        self.assertRecordValues(
            visits.sorted("state"),
            [
                {"debtor_id": shop.id, "state": "sent", "visit_place": "work"},
                {"debtor_id": rosa.id, "state": "skipped", "visit_place": False},
            ],
        )
        steps.step_ids.visit_place = "work"
        self.invoice(100, due=DAY - timedelta(days=4), partner=ana)
        visit = self.actions_of(self.run_on(DAY, now=self.at(DAY, 9))).filtered(
            lambda a: a.debtor_id == ana
        )
        self.assertEqual((visit.state, visit.visit_place), ("sent", "work"))

    def test_who_logs_a_visit_says_where_it_was(self):
        self.switch_on("co")
        policy = self.env.ref("debt_collection.debt_contact_policy_co")
        policy.write({"no_work_visit": False, "consent": False})
        rosa = self.person("base.co")
        self.invoice(100, due=DAY - timedelta(days=4), partner=rosa)
        with freeze_time(self.at(DAY, 9)):
            self.run_on(DAY)
            form = Form(
                self.env["debt.contact.wizard"]
                .with_user(self.agent)
                .with_context(default_case_id=self.case_of(rosa).id)
            )
            form.channel = "visit"
            self.assertEqual((form.visit_place, form.contact_state), ("home", "stop"))
            form.visit_place = "other"
            self.assertNotIn("forbidden", form.contact_words or "")
            form.visit_place = "home"
            form.outcome_id = self.env.ref("debt_collection.debt_outcome_no_answer")
            form.save().action_confirm()
        self.assertRecordValues(
            self.case_of(rosa).action_ids.filtered("by_hand"),
            [{"visit_place": "home", "policy_verdict": "never"}],
        )

    def test_a_reference_is_never_contacted(self):
        self.switch_on("ec")
        rosa = self.person()
        self.message(self.at(DAY, 12), rosa)
        neighbour = self.new_debtor("Neighbour", parent_id=rosa.id, type="other")
        neighbour.debt_role = "reference"
        case = self.case_of(rosa)
        verdict, binding = case._judge_contact("call", neighbour, self.at(DAY, 13))
        self.assertEqual(verdict.decision.reason, "forbidden")
        self.assertTrue(binding)

    # === CONSENTS === #

    def test_consents_are_only_added_and_say_who_did(self):
        consent = (
            self.env["debt.contact.consent"]
            .with_user(self.agent)
            .create(
                {
                    "partner_id": self.debtor.id,
                    "source": "on the phone",
                    "user_id": self.supervisor.id,
                    "date": "2020-01-01 00:00:00",
                }
            )
        )
        self.assertEqual(consent.user_id, self.agent)
        self.assertNotEqual(consent.date.year, 2020)
        for user in (self.agent, self.supervisor, self.env.user):
            with self.assertRaises(UserError):
                consent.with_user(user).write({"state": "given"})
            with self.assertRaises(UserError):
                consent.with_user(user).unlink()
        with self.assertRaises(UserError):
            consent.sudo().write({"state": "given"})

    def test_consents_of_another_company_are_not_read(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["debt.contact.consent"]._withdraw(
            "a@b.co", "any", "x", other
        )
        shared = self.env["debt.contact.consent"]._withdraw("a@b.co", "any", "x")
        found = self.env["debt.contact.consent"].with_user(self.agent).search([])
        self.assertIn(shared, found)
        self.assertNotIn(foreign, found)

    def test_a_salesperson_records_only_for_own_customers(self):
        seller = self.new_user("seller", "debt_collection.group_debt_salesperson")
        self.debtor.user_id = seller
        Consent = self.env["debt.contact.consent"].with_user(seller)
        self.assertTrue(Consent.create({"partner_id": self.debtor.id, "source": "x"}))
        with self.assertRaises(AccessError):
            Consent.create({"partner_id": self.person().id, "source": "x"})

    def test_policies_are_for_managers(self):
        policy = self.env.ref("debt_collection.debt_contact_policy_ec")
        with self.assertRaises(AccessError):
            policy.with_user(self.supervisor).write({"active": True})
        self.assertTrue(policy.with_user(self.agent).name)

    # === MANY === #

    def test_a_busy_company_takes_no_more_of_a_batch_than_the_others(self):
        other = self.env["res.company"].create({"name": "Other", "debt_tz": "UTC"})
        case = self.case_of() or self.env["debt.case"].search([], limit=1)
        if not case:
            self.message(self.at(DAY, 12))
            case = self.case_of()
        values = {
            "case_id": case.id,
            "debtor_id": self.debtor.id,
            "channel": "email",
            "state": "planned",
        }
        many = (
            self.env["debt.action"]
            .sudo()
            .create([{**values, "company_id": self.company.id} for _n in range(6)])
        )
        few = self.env["debt.action"].sudo().create({**values, "company_id": other.id})
        claimed = self.env["debt.action"]._claim(
            self.company | other, 4, self.at(DAY, 12)
        )
        self.assertEqual(claimed, many[:2] | few)
        few.write({"state": "waiting", "wait_until": self.at(DAY, 13)})
        claimed = self.env["debt.action"]._claim(
            self.company | other, 4, self.at(DAY, 12)
        )
        self.assertEqual(claimed, many[:4])

    def test_the_history_is_what_each_action_says(self):
        """The statement against a slow twin."""
        rosa = self.person()
        self.message(self.at(DAY, 12), rosa)
        case = self.case_of(rosa)
        base = {
            "case_id": case.id,
            "company_id": self.company.id,
            "debtor_id": rosa.id,
            "sent_date": self.at(DAY, 12),
            "contact_day": DAY,
        }
        grid = [
            {
                "state": state,
                "track": track,
                "channel": channel,
                "purpose": purpose,
                "by_hand": by_hand,
                "incoming": incoming,
                "is_test": is_test,
            }
            for state in ("sent", "done", "failed", "uncertain", "skipped", "planned")
            for track, channel in (("message", "email"), ("task", "call"))
            for purpose in ("step", "thanks")
            for by_hand in (False, True)
            for incoming in (False, True)
            for is_test in (False, True)
        ]
        Action = self.env["debt.action"].sudo()
        actions = Action.create([{**base, **vals} for vals in grid])
        old = actions[0].copy({"sent_date": self.at(DAY - timedelta(days=40), 12)})
        actions |= old | case.action_ids
        asks = [Ask("x", case.id, rosa.id, "email")]
        Policy = self.env["debt.contact.policy"]
        now = self.at(DAY, 13)
        rows = Policy._history(self.company, asks, 7, now)[rosa.id]
        exempt = ("promise_confirm", "dispute_reject", "difference_return", "thanks")
        expected = {
            action.id: (action.channel, action.sent_date)
            for action in actions
            if action.sent_date
            and action.sent_date > now - timedelta(days=9)
            and not action.is_test
            and action.purpose not in exempt
            and (
                (
                    action.track == "message"
                    and action.state in ("sent", "done", "failed", "uncertain")
                )
                or (action.by_hand and action.state == "done" and not action.incoming)
            )
        }
        found = {
            action_id: (contact.channel, contact.moment.replace(tzinfo=None))
            for action_id, contact in rows
        }
        self.assertEqual(found, expected)
        self.assertGreater(len(found), 10)

    # === WHAT IS SHIPPED === #

    def test_public_holidays_of_colombia(self):
        official = {
            2024: "0101 0108 0325 0328 0329 0501 0513 0603 0610 0701 0720 0807 0819 "
            "1014 1104 1111 1208 1225",
            2025: "0101 0106 0324 0417 0418 0501 0602 0623 0630 0720 0807 0818 1013 "
            "1103 1117 1208 1225",
            # 13 July is new: Ley 2578 of 1 June 2026
            2026: "0101 0112 0323 0402 0403 0501 0518 0608 0615 0629 0713 0720 0807 "
            "0817 1012 1102 1116 1208 1225",
            2029: "0101 0108 0319 0329 0330 0501 0514 0604 0611 0702 0709 0720 0807 "
            "0820 1015 1105 1112 1208 1225",
        }
        for year, days in official.items():
            expected = {date(year, int(day[:2]), int(day[2:])) for day in days.split()}
            self.assertEqual(self.bogota._debt_holidays([year]), expected)

    def test_states_have_holidays_of_their_own(self):
        spain = self.env.ref("base.es")
        madrid = spain._debt_holidays([2026], "M")
        self.assertEqual(madrid, spain._debt_holidays([2026]), "no code of the library")
        brazil = self.env.ref("base.br")
        bahia = brazil._debt_holidays([2026], "BA")
        self.assertIn(date(2026, 7, 2), bahia)
        self.assertNotIn(date(2026, 7, 2), brazil._debt_holidays([2026]))

    def test_every_shipped_policy_names_its_source_and_is_to_be_confirmed(self):
        policies = self.env["debt.contact.policy"].with_context(active_test=False)
        shipped = policies.search([])
        self.assertEqual(len(shipped), 11)
        for policy in shipped:
            self.assertTrue(policy.source)
            self.assertFalse(policy.checked_on, "nobody confirmed it yet")
            rules = policy._to_logic(
                self.company, policy.country_id, None, [2026, 2027]
            )
            self.assertEqual(rules.name, policy.id)

    def test_shipped_policies_say_what_the_laws_say(self):
        policies = self.env["debt.contact.policy"].with_context(active_test=False)
        flags = ("public_holidays", "no_third_parties", "no_references")
        flags += ("no_home_visit", "no_work_visit")
        found = {
            policy.country_id.code or "": (
                policy.severity,
                policy.applies_to,
                policy.hours,
                policy.limits,
                " ".join(name for name in flags if policy[name]),
            )
            for policy in policies.search([])
        }
        self.assertEqual(found, SHIPPED)
        colombia = self.env.ref("debt_collection.debt_contact_policy_co")
        self.assertEqual(colombia.date_from, date(2023, 10, 10))

    def test_own_days_of_a_company_are_its_own(self):
        self.switch_on("courteous")
        policy = self.env.ref("debt_collection.debt_contact_policy_courteous")
        other = self.env["res.company"].create({"name": "Other"})
        policy.holiday_ids = [
            Command.create(
                {"name": "Stocktaking", "date_from": DAY, "company_id": other.id}
            ),
            Command.create(
                {"name": "Leap day", "date_from": date(2024, 2, 29), "yearly": True}
            ),
        ]
        own = policy.holiday_ids._dates_of(self.company, [2026, 2028])
        self.assertNotIn(DAY, own)
        self.assertIn(DAY, policy.holiday_ids._dates_of(other, [2026]))
        self.assertIn(date(2026, 2, 28), own)
        self.assertIn(date(2028, 2, 29), own)
        self.assertNotIn(date(2028, 2, 28), own)
        self.assertTrue({date(2026, 1, 1), date(2026, 12, 24)} <= own)

    def test_the_setting_is_the_shipped_policy(self):
        policy = self.env.ref("debt_collection.debt_contact_policy_courteous")
        Settings = self.env["res.config.settings"]
        self.assertFalse(Settings.create({}).debt_courteous)
        Settings.create({"debt_courteous": True}).set_values()
        self.assertTrue(policy.active)

    def test_try_it(self):
        self.switch_on("courteous")
        self.message(self.at(DAY, 12))
        wizard = (
            self.env["debt.contact.try.wizard"]
            .with_user(self.supervisor)
            .create({"case_id": self.case_of().id, "moment": self.at(SATURDAY, 12)})
        )
        self.assertEqual(wizard.state, "wait")
        self.assertIn("Courteous hours", wizard.words)
        self.assertEqual(wizard.zones, "America/Bogota")
        self.assertEqual(wizard.week.count("<tr>"), 8)
        wizard.moment = self.at(DAY, 12)
        self.assertEqual((wizard.state, wizard.words), ("send", "May be contacted now"))


@tagged("post_install", "-at_install")
class TestPolicyInQueue(PolicyCommon):
    """A mail is decided on once more when it leaves the queue."""

    def queued(self):
        self.switch_on("courteous")
        action = self.message(self.at(DAY, 12))
        self.assertEqual(action.state, "sent")
        return action.sudo(), self.mails_of(action)

    def test_a_mail_that_was_queued_for_hours_waits_for_the_next_day(self):
        action, mail = self.queued()
        tuesday = DAY + timedelta(days=1)
        with freeze_time(self.at(DAY, 19)):
            self.assertFalse(mail._debt_claim(fields.Datetime.now()))
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.scheduled_date, self.at(tuesday, 9))
        self.assertEqual(action.wait_until, self.at(tuesday, 9))
        self.assertEqual((action.state, action.contact_day), ("sent", tuesday))
        self.assertEqual(action.case_id.last_message_day, tuesday)
        with freeze_time(self.at(tuesday, 9)):
            self.assertTrue(mail._debt_claim(fields.Datetime.now()))

    def test_who_opted_out_meanwhile_gets_nothing(self):
        action, mail = self.queued()
        self.env["debt.contact.consent"]._withdraw(self.debtor.email, "email", "link")
        with freeze_time(self.at(DAY, 13)):
            self.assertFalse(mail._debt_claim(fields.Datetime.now()))
        self.assertEqual(mail.state, "cancel")
        self.assertEqual((action.state, action.reason), ("skipped", "opted_out"))

    def test_the_mail_itself_is_no_earlier_contact(self):
        self.switch_on("ec")
        rosa = self.new_debtor(
            "Rosa", is_company=False, country_id=self.env.ref("base.ec").id
        )
        action = self.message(self.at(DAY, 12), rosa)
        with freeze_time(self.at(DAY, 13)):
            self.assertTrue(self.mails_of(action)._debt_claim(fields.Datetime.now()))

    def test_a_mail_counts_on_the_day_on_which_it_left(self):
        self.switch_on("ec")
        rosa = self.new_debtor(
            "Rosa", is_company=False, country_id=self.env.ref("base.ec").id
        )
        action = self.message(self.at(DAY, 12), rosa)
        self.mails_of(action).debt_claimed = self.at(DAY + timedelta(days=1), 8)
        asks = [Ask("x", action.case_id.id, rosa.id, "call")]
        history = self.env["debt.contact.policy"]._history(
            self.company, asks, 1, self.at(DAY + timedelta(days=1), 9)
        )
        ((_id, contact),) = history[rosa.id]
        self.assertEqual(contact.moment, datetime(2026, 6, 2, 13, tzinfo=UTC))
