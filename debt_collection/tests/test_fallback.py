import random
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DAY
from .test_sms import DUE, NUMBER, SmsCommon


class FallbackCommon(SmsCommon):
    """A step by e-mail, else by SMS."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.strategy = cls.new_strategy([(3, "email"), (15, "email")], quiet_days=0)
        cls.segment.strategy_id = cls.strategy
        cls.step = cls.strategy.step_ids[0]
        cls.line = cls.env["debt.strategy.step.fallback"].create(
            {"step_id": cls.step.id, "channel": "sms"}
        )

    def fixes(self):
        purposes = ("fix_phone", "fix_contact")
        return self.env["debt.action"].search([("purpose", "in", purposes)])

    def dispatch(self, day=DAY):
        now = self.company._debt_noon(day)
        self.env["debt.run"].sudo()._dispatch(self.company, now)

    def after(self, action):
        """Return what was sent on other channels instead of an action."""
        return self.env["debt.action"].search(
            [("fallback_of_id", "=", action.id)], order="id"
        )


@tagged("post_install", "-at_install")
class TestFallback(FallbackCommon):
    """Who cannot be reached on one channel is on the next, once."""

    def test_without_an_address_the_next_channel_takes_over_in_place(self):
        self.debtor.email = False
        invoice = self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        self.assertRecordValues(
            action, [{"channel": "sms", "state": "sent", "address": NUMBER}]
        )
        self.assertEqual(action.tried, [{"channel": "email", "reason": "no_address"}])
        self.assertEqual(action.tried_text, "Email: No address on this channel")
        self.assertFalse(self.mails_of(action))
        self.assertTrue(self.sms_of(action))
        self.assertFalse(self.fixes(), "they were reached")
        self.assertEqual(self.item_of(invoice).step_days, 3)
        self.assertFalse(self.actions_of(self.run_on()), "once")

    def test_the_other_channel_has_its_own_text(self):
        self.debtor.email = False
        self.line.text_template_id = self.env["debt.text.template"].create(
            {"name": "Other", "body": "Other text"}
        )
        self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        self.assertEqual(self.sms_of(action).body, "Other text")

    def test_the_last_channel_may_be_a_task(self):
        self.line.channel = "call"
        self.debtor.write({"email": False, "phone": False})
        self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        self.assertRecordValues(
            action, [{"channel": "call", "track": "task", "state": "sent"}]
        )
        self.assertTrue(action.activity_id)
        self.assertFalse(self.case_of().last_message_day, "nobody was written to")

    def test_where_no_channel_reaches_messages_wait_for_either_datum(self):
        self.debtor.write({"email": False, "phone": False})
        invoice = self.invoice(100, due=DUE)
        message = self.actions_of(self.run_on())[0]
        self.assertRecordValues(message, [{"state": "skipped", "reason": "no_address"}])
        self.assertFalse(self.item_of(invoice).step_id, "the item falls back")
        mail, phone = self.fixes().sorted("purpose")
        self.assertEqual((mail.purpose, phone.purpose), ("fix_contact", "fix_phone"))
        self.assertEqual(mail.mapped("state") + phone.mapped("state"), ["sent"] * 2)
        day = DAY + timedelta(days=1)
        self.assertHeld(self.run_on(day), invoice, "no_address")
        self.debtor.phone = "300 123 4567"
        self.assertEqual((mail.state, phone.state), ("sent", "done"))
        day += timedelta(days=1)
        action = self.actions_of(self.run_on(day))
        self.assertEqual((action.channel, action.state), ("sms", "sent"))
        self.assertEqual(len(self.fixes()), 2, "no more tasks than contacts and data")

    def test_a_new_contact_with_an_address_mends_it_too(self):
        self.debtor.write({"email": False, "phone": False})
        self.invoice(100, due=DUE)
        self.run_on()
        self.env["res.partner"].create(
            {
                "name": "Pagos",
                "type": "invoice",
                "email": "pagos@example.com",
                "parent_id": self.debtor.id,
            }
        )
        mail, phone = self.fixes().sorted("purpose")
        self.assertEqual((mail.state, phone.state), ("done", "sent"))
        action = self.actions_of(self.run_on(DAY + timedelta(days=1)))
        self.assertEqual((action.channel, action.state), ("email", "sent"))

    def test_a_bounce_is_followed_by_the_next_channel(self):
        invoice = self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on()).sudo()
        action._bounced("550 nobody")
        new = self.after(action)
        self.assertRecordValues(
            new,
            [
                {
                    "channel": "sms",
                    "state": "planned",
                    "step_id": self.step.id,
                    "amount": 100,
                    "item_refs": action.item_refs,
                }
            ],
        )
        task = self.fixes()
        self.assertRecordValues(
            task,
            [
                {
                    "purpose": "fix_contact",
                    "partner_id": self.debtor.id,
                    "stops_messages": False,
                }
            ],
        )
        self.dispatch()
        self.assertEqual((new.state, new.address), ("sent", NUMBER))
        self.assertEqual(new.tried_text, "Email: The message came back")
        self.assertEqual(self.item_of(invoice).step_days, 3)
        reached = self.env["debt.item.step"].search(
            [("item_id", "=", self.item_of(invoice).id)]
        )
        self.assertEqual(reached.action_id, action, "the step is the first one's")
        # a second bounce of the same message finds nothing left to do
        action._bounced("again")
        self.assertEqual(self.after(action), new)
        self.assertEqual(self.fixes(), task)

    def test_when_the_next_channel_fails_too_messages_wait(self):
        self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on()).sudo()
        action._bounced("550 nobody")
        self.dispatch()
        new = self.after(action).sudo()
        new._wrong_number("30005")
        self.assertFalse(self.after(new))
        self.assertEqual(len(self.after(action)), 1)
        tasks = self.fixes().sorted("purpose")
        self.assertEqual(tasks.mapped("purpose"), ["fix_contact", "fix_phone"])
        self.assertTrue(any(tasks.mapped("stops_messages")))

    def test_who_paid_meanwhile_gets_nothing_on_the_next_channel(self):
        invoice = self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on()).sudo()
        action._bounced("550 nobody")
        self.pay(invoice)
        self.dispatch()
        new = self.after(action)
        self.assertEqual((new.state, new.reason), ("skipped", "settled"))
        self.assertFalse(self.sms_of(new))

    def test_the_first_one_that_arrives_after_all_stops_the_second(self):
        self.line.channel = "call"
        step = self.new_strategy([(3, "sms")], quiet_days=0).step_ids
        self.env["debt.strategy.step.fallback"].create(
            {"step_id": step.id, "channel": "email"}
        )
        self.segment.strategy_id = step.strategy_id
        self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on()).sudo()
        action._sms_undelivered("expired", wrong_number=False)
        new = self.after(action)
        self.assertEqual((new.channel, new.state), ("email", "planned"))
        action._sms_arrived(on_phone=True)
        self.assertEqual((action.state, action.delivery), ("sent", "delivered"))
        self.assertEqual((new.state, new.reason), ("skipped", "arrived"))

    def test_people_approve_the_channel_that_reaches_somebody(self):
        self.strategy.mode = "approve"
        self.debtor.email = False
        self.invoice(100, due=DUE)
        run = self.run_on()
        action = self.actions_of(run)
        self.assertEqual((action.channel, action.state), ("sms", "approve"))
        self.assertEqual(run.line_ids.channel, "sms")
        self.assertIn("100.00", action.preview)
        action.action_approve()
        self.dispatch()
        self.assertEqual(action.state, "sent")

    def test_who_is_surely_reached_has_an_address(self):
        self.strategy.mode = "approve"
        self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on()).sudo()
        channel = self.env["debt.channel.email"]
        email = self.debtor.email
        self.assertEqual(channel._surely_reached(action), action)
        self.assertIn(action, channel._addresses(action))
        self.env["mail.blacklist"].sudo()._add(email)
        self.assertFalse(channel._surely_reached(action))
        self.env["mail.blacklist"].sudo()._remove(email)
        self.debtor.email = False
        self.assertFalse(channel._surely_reached(action))
        self.debtor.email = "came-back@example.com"
        self.assertEqual(channel._surely_reached(action), action)
        self.env["debt.bounce"].sudo().create(
            {
                "email": "came-back@example.com",
                "kind": "hard",
                "day": DAY,
                "company_id": self.company.id,
            }
        )
        self.assertFalse(channel._surely_reached(action))

    def test_a_text_that_nobody_saw_is_not_sent_where_people_approve(self):
        self.strategy.mode = "approve"
        self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        action.action_approve()
        self.env["mail.blacklist"].sudo()._add(self.debtor.email)
        self.dispatch()
        self.assertEqual((action.channel, action.state), ("sms", "approve"))
        self.assertFalse(self.sms_of(action))

    def test_a_simulation_foresees_the_channel(self):
        self.debtor.email = False
        nobody = self.new_debtor("Nadie", email=False)
        self.invoice(100, due=DUE)
        self.invoice(100, due=DUE, partner=nobody)
        run = self.env["debt.run"]._run(self.company, day=DAY, simulate=True)
        lines = {line.partner_id: line for line in run.line_ids}
        self.assertRecordValues(
            lines[self.debtor], [{"channel": "sms", "address": NUMBER}]
        )
        self.assertRecordValues(
            lines[nobody], [{"result": "held", "reason": "no_address"}]
        )
        self.assertFalse(self.env["debt.action"].search([]))

    def test_a_step_tries_each_channel_once(self):
        with self.assertRaises(ValidationError):
            self.line.channel = "email"
        self.env["debt.strategy.step.fallback"].create(
            {"step_id": self.step.id, "channel": "call"}
        )
        with self.assertRaises(ValidationError):
            self.step.write({"channel": "sms"})

    def test_the_database_lets_each_channel_follow_once(self):
        self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on()).sudo()
        action._bounced("550 nobody")
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.after(action).sudo().copy({"fallback_of_id": action.id})


@tagged("post_install", "-at_install")
class TestUnanswered(FallbackCommon):
    """No payment and no answer for some days: the next channel says it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line.after_days = 2
        cls.later = DAY + timedelta(days=2)

    def sent(self):
        self.invoice_ = self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on()).sudo()
        self.mails_leave()
        return action

    def test_the_next_channel_follows_after_so_many_days(self):
        action = self.sent()
        self.assertFalse(self.actions_of(self.run_on(DAY + timedelta(days=1))))
        run = self.run_on(self.later)
        new = self.actions_of(run)
        self.assertRecordValues(
            new,
            [
                {
                    "channel": "sms",
                    "state": "sent",
                    "fallback_of_id": action.id,
                    "step_id": self.step.id,
                    "amount": 100,
                }
            ],
        )
        self.assertEqual(new.tried_text, "Email: no answer")
        self.assertEqual(run.actions_planned, 1)
        self.assertEqual(self.case_of().last_message_day, self.later)
        self.assertFalse(self.actions_of(self.run_on(self.later)), "once")
        self.assertFalse(self.actions_of(self.run_on(self.later + timedelta(days=5))))

    def test_who_has_no_other_channel_is_left_in_peace(self):
        self.debtor.phone = False
        self.sent()
        new = self.actions_of(self.run_on(self.later))
        self.assertRecordValues(new, [{"state": "skipped", "reason": "no_address"}])
        self.assertFalse(self.fixes(), "the email did reach them")
        self.assertFalse(self.actions_of(self.run_on(self.later + timedelta(days=1))))
        self.invoice(50, due=DUE)
        action = self.actions_of(self.run_on(self.later + timedelta(days=2)))
        self.assertEqual((action.channel, action.state), ("email", "sent"))

    def test_channels_follow_one_after_another(self):
        self.env["debt.strategy.step.fallback"].create(
            {"step_id": self.step.id, "channel": "call", "after_days": 3}
        )
        first = self.sent()
        new = self.actions_of(self.run_on(self.later)).sudo()
        new.delivery = "delivered"
        self.assertFalse(self.actions_of(self.run_on(self.later + timedelta(days=2))))
        call = self.actions_of(self.run_on(self.later + timedelta(days=3)))
        self.assertRecordValues(
            call, [{"channel": "call", "track": "task", "fallback_of_id": first.id}]
        )

    def test_a_simulation_foresees_it(self):
        self.sent()
        run = self.env["debt.run"]._run(self.company, day=self.later, simulate=True)
        self.assertRecordValues(
            run.line_ids, [{"channel": "sms", "address": NUMBER, "result": "planned"}]
        )
        run = self.run_on(self.later)
        self.assertEqual(len(self.actions_of(run)), 1)

    def test_where_people_approve_they_do(self):
        self.strategy.mode = "approve"
        self.invoice(100, due=DUE)
        action = self.actions_of(self.run_on())
        action.action_approve()
        self.dispatch()
        self.mails_leave()
        new = self.actions_of(self.run_on(self.later))
        self.assertEqual((new.channel, new.state), ("sms", "approve"))

    def assertQuiet(self):
        run = self.run_on(self.later)
        self.assertFalse(
            self.actions_of(run).filtered(lambda a: a.fallback_of_id), "answered"
        )

    def test_what_is_still_in_the_queue_cannot_be_answered(self):
        self.invoice(100, due=DUE)
        self.actions_of(self.run_on())
        self.env["debt.run"]._run(self.company, day=self.later)
        self.assertFalse(
            self.env["debt.action"].search([("fallback_of_id", "!=", False)])
        )

    def test_a_payment_is_an_answer(self):
        self.sent()
        self.pay(self.invoice_, 30, day=DAY)
        self.assertQuiet()

    def test_money_that_nobody_applied_is_an_answer(self):
        self.sent()
        self.advance(30, day=DAY)
        self.assertQuiet()

    def test_a_credit_note_is_an_answer(self):
        self.sent()
        self.credit_note(10)
        self.assertQuiet()

    def test_an_incoming_contact_is_an_answer(self):
        action = self.sent()
        self.env["debt.action"]._log(
            action.case_id, channel="other", incoming=True, note="They wrote"
        )
        self.assertQuiet()

    def test_a_call_in_which_they_were_reached_is_an_answer(self):
        action = self.sent()
        self.env["debt.action"]._log(action.case_id, channel="call", reached="debtor")
        self.assertQuiet()

    def test_a_call_that_nobody_took_is_none(self):
        action = self.sent()
        self.env["debt.action"]._log(action.case_id, channel="call", reached="nobody")
        self.assertTrue(self.actions_of(self.run_on(self.later)))

    def test_a_dispute_of_a_part_is_an_answer(self):
        action = self.sent()
        self.env["debt.dispute"].create(
            {
                "case_id": action.case_id.id,
                "item_ids": action.item_ids.ids,
                "amount": 10,
                "reason_id": self.env["debt.dispute.reason"].search([], limit=1).id,
            }
        )
        self.assertQuiet()

    def test_a_hold_stops_it(self):
        action = self.sent()
        action.case_id.write(
            {"state": "hold", "hold_until": self.later + timedelta(days=3)}
        )
        self.assertQuiet()

    def test_after_two_weeks_it_is_too_late(self):
        self.sent()
        in_time = self.later + timedelta(days=14)
        too_late = in_time + timedelta(days=1)
        self.strategy.min_gap_days = 90
        for day, channels in ((too_late, []), (in_time, ["sms"])):
            run = self.env["debt.run"]._run(self.company, day=day, simulate=True)
            found = [line.channel for line in run.line_ids if line.result != "held"]
            self.assertEqual(found, channels)

    def test_a_later_step_stops_it(self):
        self.strategy.min_gap_days = 0
        self.invoice(100, due=self.later - timedelta(days=15))
        action = self.actions_of(self.run_on()).sudo()
        self.assertEqual(action.step_id, self.step)
        self.mails_leave()
        new = self.actions_of(self.run_on(self.later))
        self.assertRecordValues(new, [{"channel": "email", "fallback_of_id": False}])

    def test_a_strategy_that_changed_stops_it(self):
        self.sent()
        self.segment.strategy_id = self.new_strategy([(90, "email")])
        self.assertQuiet()

    # === AGAINST THE SLOW AND OBVIOUS === #

    def expected(self, day):
        """Return {debtor: channel} of what should follow on a day, item by item."""
        found = {}
        actions = self.env["debt.action"].search(
            [("purpose", "=", "step"), ("fallback_of_id", "=", False)], order="id"
        )
        for first in actions:
            family = first | self.after(first)
            last = family.sorted("id")[-1]
            case = first.case_id
            used = set(family.mapped("channel"))
            used |= {t["channel"] for a in family for t in a.tried or ()}
            lines = first.step_id.fallback_ids.filtered(
                lambda line, used=used: line.after_days and line.channel not in used
            )
            if (
                not lines
                or last.track != "message"
                or last.state != "sent"
                or last.delivery not in ("accepted", "delivered")
                or (day - last.contact_day).days < lines[0].after_days
                or (day - last.contact_day).days > lines[0].after_days + 14
                or case.state != "open"
                or case.strategy_id != first.strategy_id
                or case.stage_id.stop_contact
            ):
                continue
            if any(
                a.track == "message"
                and (a.state in ("planned", "approve") or a.delivery == "queued")
                for a in case.action_ids
            ):
                continue
            if any(
                (a.incoming or a.reached == "debtor") and a.sent_date > last.sent_date
                for a in case.action_ids
            ):
                continue
            items = first.item_ids
            lines_paid = items.move_line_id.matched_credit_ids
            if any(p.max_date >= last.contact_day for p in lines_paid):
                continue
            if any(
                item.amount_residual < 0
                and item.state == "open"
                and item.date_due >= last.contact_day
                for item in case.item_ids
            ):
                continue
            if not any(
                item.state == "open"
                and item.amount_chaseable > 0
                and not item.excluded
                and item.step_id == first.step_id
                for item in items
            ):
                continue
            found[first.debtor_id] = lines[0].channel
        return found

    def test_it_is_what_reading_every_record_says(self):
        self.env["debt.strategy.step.fallback"].create(
            {"step_id": self.step.id, "channel": "call", "after_days": 1}
        )
        seen = 0
        for seed in (1, 2):
            rng = random.Random(seed)
            debtors = self.env["res.partner"].create(
                [
                    {
                        "name": f"R{seed}-{number}",
                        "email": f"r{seed}-{number}@example.com"
                        if rng.random() < 0.8
                        else False,
                        "phone": NUMBER if rng.random() < 0.7 else False,
                        "country_id": self.colombia.id,
                    }
                    for number in range(12)
                ]
            )
            invoices = {
                debtor: self.invoice(
                    100, due=DAY - timedelta(days=rng.randint(2, 6)), partner=debtor
                )
                for debtor in debtors
            }
            day = DAY + timedelta(days=10 * seed)
            for _turn in range(4):
                self.run_on(day)
                if rng.random() < 0.9:
                    self.mails_leave()
                for sms in self.sms_of(self.env["debt.action"].search([])):
                    if sms.debt_action_id.delivery == "queued" and rng.random() < 0.7:
                        sms.debt_action_id.delivery = rng.choice(
                            ["accepted", "delivered", "failed"]
                        )
                for debtor, invoice in invoices.items():
                    self.something_happens(rng, debtor, invoice, day)
                day += timedelta(days=rng.choice([1, 1, 2, 3]))
                self.env["debt.case"]._release_holds(self.company, day)
                debtors.debt_case_ids._refresh(day)
                expected = self.expected(day)
                before = self.env["debt.action"].search([]).ids
                self.env["debt.run"]._run(self.company, day=day)
                new = self.env["debt.action"].search(
                    [("id", "not in", before), ("fallback_of_id", "!=", False)]
                )
                # what reaches nobody in place takes the channel after it
                found = {
                    action.debtor_id: (action.tried or [{"channel": action.channel}])[
                        0
                    ]["channel"]
                    for action in new
                }
                self.assertEqual(found, expected, (seed, day))
                seen += len(found)
        self.assertGreater(seen, 10)

    def something_happens(self, rng, debtor, invoice, day):
        case = self.case_of(debtor)
        what = rng.random()
        if what < 0.08 and invoice.payment_state != "paid":
            self.pay(invoice, rng.choice([20, None]), day=day)
        elif what < 0.12:
            self.advance(10, partner=debtor, day=day)
        elif what < 0.18:
            self.env["debt.action"]._log(
                case,
                channel="call",
                incoming=rng.random() < 0.5,
                reached=rng.choice(["debtor", "nobody"]),
            )
        elif what < 0.22:
            case.write({"state": "hold", "hold_until": day + timedelta(days=2)})
