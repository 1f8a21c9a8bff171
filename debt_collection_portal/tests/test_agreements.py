from base64 import b64encode
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, LockError
from odoo.fields import Datetime
from odoo.tools import mute_logger

from .common import DAY, PortalCommon

#: One transparent dot.
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)


def days(number):
    return DAY + timedelta(days=number)


class AgreementsCommon(PortalCommon):
    """A customer who owes two old invoices."""

    def setUp(self):
        super().setUp()
        self.today = DAY
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: now.date() if now else self.today,
            )
        )
        self.company.write({"country_id": False, "debt_promise_confirm": True})
        self.case = self.case_with(200, 133.35, due=days(-40))
        self.items = self.case.item_ids.sorted(lambda item: item.move_line_id.id)
        self.url = f"/my/debts/{self.case.id}"

    def run_on(self, day=DAY, **values):
        return super().run_on(day, now=self.company._debt_noon(day), **values)

    def again(self):
        self.env.invalidate_all()

    def limit(self, **values):
        return self.env["debt.plan.limit"].create(
            {
                "role": "customer",
                "down_percent": 20,
                "instalments": 3,
                "days": 100,
                "interest_percent": 12,
                **values,
            }
        )

    def offer(self, **values):
        """Return a plan that the agent offers within their limits."""
        plan = (
            self.env["debt.plan"]
            .with_user(self.agent)
            .create(
                {
                    "case_id": self.case.id,
                    "item_ids": self.items.ids,
                    "instalments": 1,
                    "date_start": self.today,
                    "on_pay_days": False,
                    **values,
                }
            )
        )
        plan.action_offer()
        return plan.sudo()

    def sign(self, plan, **values):
        return self.post(
            f"{self.url}/plans/{plan.id}/sign",
            **{
                "name": " Ana  Gómez ",
                "agree": "1",
                "fingerprint": plan._fingerprint(plan._agreement_text()),
                **values,
            },
        )


class TestPortalPromise(AgreementsCommon):
    """Customers say what they pay and when, within the rules of the company."""

    def promise(self, **values):
        values = {"what": "all", "day": days(5).isoformat(), **values}
        page = self.post(f"{self.url}/promise", **values)
        self.again()
        return page

    def test_all_that_is_overdue(self):
        self.log_in()
        form = self.url_open(f"{self.url}/promise")
        self.assertIn("333.35", form.text)
        self.assertIn(f'max="{days(10)}"', form.text)
        page = self.promise()
        self.assertTrue(page.url.endswith("/agreements?done=promise"))
        self.assertIn("your promise is noted", page.text)
        promise = self.case.promise_ids
        self.assertRecordValues(
            promise,
            [
                {
                    "amount": 333.35,
                    "date": days(5),
                    "source": "portal",
                    "state": "open",
                    "contact_id": self.person.id,
                    "item_ids": self.items.ids,
                }
            ],
        )
        contact = promise.contact_action_id
        self.assertEqual((contact.channel, contact.incoming), ("portal", True))
        self.assertEqual(contact.outcome_id.code, "promise")
        told = promise.action_ids.filtered(lambda a: a.purpose == "promise_confirm")
        self.assertEqual(told.partner_id, self.person)
        self.assertEqual(self.case.amount_chaseable, 0)
        self.assertIn("their page", self.case.message_ids[:1].body)

    def test_the_same_again_is_the_same(self):
        self.log_in()
        for _twice in range(2):
            page = self.promise()
            self.assertIn("your promise is noted", page.text)
        self.assertEqual(len(self.case.promise_ids), 1)

    def test_some_documents_and_one_change(self):
        self.open_link(self.case)
        values = {"what": "some", "items": self.items[1].id}
        self.promise(**values)
        first = self.case.promise_ids
        self.assertEqual((first.item_ids, first.amount), (self.items[1], 133.35))
        self.assertEqual(first.contact_id, self.debtor)
        form = self.url_open(f"{self.url}/promise?move={first.id}")
        self.assertIn("takes the place", form.text)
        self.promise(**values, day=days(6).isoformat())
        self.assertEqual(first.state, "cancelled")
        page = self.promise(**values, day=days(7).isoformat())
        self.assertIn("changed already", page.text)
        moved = self.case.promise_ids.filtered(lambda p: p.state == "open")
        self.assertEqual(moved.date, days(6))
        # another document is another promise
        self.promise(what="some", items=self.items[0].id)
        self.assertEqual(len(self.case.promise_ids), 3)

    def test_what_is_refused_changes_nothing(self):
        other = self.case_with(77, partner=self.stranger, due=days(-40))
        self.log_in()
        for values, expected in (
            ({"day": days(11).isoformat()}, "from today to"),
            ({"day": days(-1).isoformat()}, "from today to"),
            ({"day": "soon"}, "Choose the day"),
            ({"what": "part", "amount": "100"}, "at least $\xa0100.01"),
            ({"what": "part", "amount": "333.36"}, "more than what is overdue"),
            ({"what": "part", "amount": "-5"}, "as a number"),
            ({"what": "part", "amount": "<b>"}, "as a number"),
            ({"what": "some"}, "documents that are overdue"),
            # what is not theirs is not there
            (
                {"what": "some", "items": other.item_ids.id},
                "documents that are overdue",
            ),
        ):
            with self.subTest(values=values):
                page = self.promise(**values)
                self.assertIn(expected, page.text)
                self.assertNotIn("<b>&lt;", page.text)
                self.assertFalse(self.case.promise_ids | other.promise_ids)
                self.assertFalse(
                    self.case.action_ids.filtered(lambda a: a.channel == "portal")
                )

    def test_a_part_of_it(self):
        self.log_in()
        self.promise(what="part", amount="100.01")
        self.assertEqual(self.case.promise_ids.amount, 100.01)
        self.assertAlmostEqual(self.case.amount_chaseable, 233.34)

    def test_each_currency_is_promised_on_its_own(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 2)])
        self.case_with(80, due=days(-3), currency=euro)
        self.log_in()
        form = self.url_open(f"{self.url}/promise?currency={euro.id}")
        self.assertIn("80.00", form.text)
        self.promise(currency=euro.id)
        promise = self.case.promise_ids
        self.assertEqual((promise.amount, promise.currency_id), (80, euro))

    def test_their_own_promise_can_be_taken_back(self):
        self.log_in()
        self.promise()
        promise = self.case.promise_ids
        page = self.post(f"{self.url}/promises/{promise.id}/back")
        self.assertIn("taken back", page.text)
        self.again()
        self.assertEqual(
            (promise.state, self.case.amount_chaseable), ("cancelled", 333.35)
        )
        ours = self.env["debt.promise"].create(
            {
                "case_id": self.case.id,
                "amount": 333.35,
                "date": days(3),
                "confirm": False,
            }
        )
        page = self.post(f"{self.url}/promises/{ours.id}/back")
        self.assertIn("cannot be taken back here", page.text)
        self.assertEqual(ours.state, "open")

    def test_nobody_promises_for_others(self):
        self.log_in()
        self.promise()
        promise = self.case.promise_ids
        self.log_in(self.stranger_user)
        for path in ("promise", f"promises/{promise.id}/back", "plan", "plan/ask"):
            with self.subTest(path=path):
                page = self.post(f"{self.url}/{path}", text="x")
                self.assertEqual(page.status_code, 404)
        own = self.case_with(50, partner=self.stranger, due=days(-40))
        page = self.post(f"/my/debts/{own.id}/promises/{promise.id}/back")
        self.assertEqual(page.status_code, 404)
        self.again()
        self.assertEqual(promise.state, "open")

    def test_two_at_once(self):
        self.log_in()
        with patch.object(
            self.env.registry["debt.case"], "lock_for_update", side_effect=LockError("")
        ):
            page = self.promise()
        self.assertIn("Try again", page.text)
        self.assertFalse(self.case.promise_ids)


class TestPortalPlan(AgreementsCommon):
    """What customers agree on: simulated within their limits, or offered by us."""

    def propose(self, **values):
        values = {"count": 2, "frequency": "monthly", "down": "66.67", **values}
        page = self.post(f"{self.url}/plan", **values)
        self.again()
        return page

    # === THE SIMULATOR === #

    def test_without_a_limit_they_ask(self):
        self.log_in()
        page = self.url_open(f"{self.url}/plan?count=2")
        self.assertIn("agreed with our people", page.text)
        self.assertNotIn("Show the payments", page.text)
        self.assertIn("agreed with our people", self.propose().text)
        self.assertFalse(self.case.plan_ids)
        for _twice in range(2):
            page = self.post(f"{self.url}/plan/ask", text="50 each <b>Friday</b>")
            self.assertIn("We got your proposal", page.text)
        self.again()
        contacts = self.case.action_ids.filtered(lambda a: a.channel == "portal")
        self.assertEqual(contacts.outcome_id.code, "wants_plan")
        self.assertEqual(contacts.note, "50 each <b>Friday</b>")
        task = self.case.action_ids.filtered(lambda a: a.purpose == "answer")
        self.assertEqual(task.user_id, self.agent)

    def test_it_says_what_is_paid_and_when(self):
        self.limit()
        self.log_in()
        page = self.url_open(f"{self.url}/plan")
        # within the limits from the beginning: 66.67 today, then 3 × 88.89
        self.assertIn("66.67", page.text)
        self.assertIn("Go on: read and sign", page.text)
        page = self.url_open(f"{self.url}/plan?count=2&frequency=biweekly&down=133.35")
        # 100.00 twice, 14 days on 200 and on 100: 0.92 and 0.46
        for text in ("100.92", "100.46", "334.73", "1.38"):
            self.assertIn(text, page.text)
        self.assertFalse(self.case.plan_ids, "looking leaves nothing")

    def test_limits_by_table(self):
        self.limit()
        self.log_in()
        for values, expected in (
            ({"count": 4, "frequency": "weekly"}, "More than 3 instalments"),
            ({"down": "66.66"}, "less than 20 %"),
            ({"first": days(80).isoformat()}, "more than 100 days"),
            ({"first": days(-1).isoformat()}, "first instalment"),
            ({"down": "333.35"}, "is a part of"),
            ({"down": "many"}, "as a number"),
            ({"count": 0}, "how often"),
            ({"count": "x"}, "how often"),
            ({"frequency": "daily"}, "how often"),
        ):
            with self.subTest(values=values):
                self.assertIn(expected, self.propose(**values).text)
                self.assertFalse(self.case.plan_ids)

    def test_who_finds_no_simulator(self):
        limit = self.limit(min_age=60)
        self.log_in()
        self.assertIn("60 days on", self.url_open(f"{self.url}/plan").text)
        limit.min_age = 30
        self.assertIn("Show the payments", self.url_open(f"{self.url}/plan").text)
        stage = self.case.sudo().stage_id
        stage.stop_contact = True
        self.assertIn("no longer handled", self.url_open(f"{self.url}/plan").text)
        stage.stop_contact = False
        # that of another company is not theirs
        limit.company_id = self.setup_other_company()["company"]
        self.assertIn("our people", self.url_open(f"{self.url}/plan").text)

    def test_they_choose_and_sign(self):
        self.limit()
        self.log_in()
        page = self.propose()
        plan = self.case.plan_ids
        self.assertTrue(page.url.endswith(f"/plans/{plan.id}"))
        self.assertEqual((plan.state, plan.source), ("offered", "portal"))
        self.assertEqual((plan.user_id, plan.offered_date), (self.agent, DAY))
        self.assertEqual(plan.item_ids, self.items)
        # another choice takes the place of what is not signed
        self.propose(count=1)
        self.assertEqual((self.case.plan_ids, plan.instalments), (plan, 1))
        with patch.object(
            self.env.registry["ir.actions.report"],
            "_render_qweb_pdf",
            lambda *_args, **_kwargs: (b"%PDF signed", "pdf"),
        ):
            page = self.sign(plan, signature=f"data:image/png;base64,{DOT}", tz="UTC")
        self.assertIn("it is agreed", page.text)
        self.again()
        self.assertRecordValues(
            plan,
            [
                {
                    "state": "active",
                    "accepted_by": "Ana Gómez",
                    "accepted_how": "portal",
                    "accepted_date": DAY,
                    "signed_tz": "UTC",
                    "signed_ip": "127.0.0.1",
                    "signed_by_id": self.person.id,
                }
            ],
        )
        self.assertIn("python-requests", plan.signed_browser)
        self.assertLess(Datetime.now() - plan.signed_at, timedelta(minutes=5))
        self.assertEqual(plan.signature.decode(), DOT)
        self.assertEqual(plan._fingerprint(plan.accepted_text), plan.accepted_hash)
        # 30 days at 12 % on 266.68
        self.assertEqual(
            [(p.amount, p.state) for p in plan.promise_ids.sorted("date")],
            [(66.67, "open"), (269.31, "open")],
        )
        self.assertEqual(self.case.amount_chaseable, 0)
        self.assertEqual(plan.contact_action_id.outcome_id.code, "promise")
        file = self.url_open(f"{self.url}/plans/{plan.id}/agreement")
        self.assertEqual(file.content, b"%PDF signed")
        self.assertEqual(file.headers["Cache-Control"], "no-store")
        page = self.url_open(f"{self.url}/agreements")
        self.assertIn("269.31", page.text)
        self.assertIn(
            "planned" and "payment plan", self.url_open(f"{self.url}/plan").text
        )

    def test_the_paper_says_how_it_was_signed(self):
        plan = self.offer(amount_down=100.01)
        self.log_in()
        self.sign(plan, tz="America/Lima")
        self.again()
        paper = self.env["ir.actions.report"]._render_qweb_html(
            "debt_collection.debt_plan_agreement", plan.ids
        )[0]
        for text in ("America/Lima", "127.0.0.1", plan.accepted_hash, "Ana Gómez"):
            self.assertIn(text, paper.decode())

    def test_few_payments_have_the_discount_of_the_company(self):
        self.limit(discount_percent=10, discount_payments=1, down_percent=0)
        self.log_in()
        page = self.url_open(f"{self.url}/plan?count=1&frequency=weekly&down=0")
        self.assertIn("$\xa033.34", page.text)
        page = self.url_open(f"{self.url}/plan?count=2&frequency=weekly&down=0")
        self.assertNotIn("are waived", page.text)
        self.propose(count=1, frequency="weekly", down="0")
        plan = self.case.plan_ids
        self.assertEqual((plan.amount_discount, plan.amount_total), (33.34, 300.01))
        self.assertEqual(plan.interest_percent, 0)

    def test_each_currency_is_planned_on_its_own(self):
        yen = self.setup_other_currency("JPY", rounding=1, rates=[("2026-01-01", 100)])
        self.case_with(1001, due=days(-50), currency=yen)
        self.limit()
        self.log_in()
        values = {"currency": yen.id, "down": "201"}
        page = self.url_open(
            f"{self.url}/plan?currency={yen.id}&count=2&down=201&frequency=monthly"
        )
        # 400 twice; 30 days on 800 are 7.89, 31 on 400 are 4.08
        for text in ("408", "404", "1,013"):
            self.assertIn(f"\N{NO-BREAK SPACE}{text}", page.text)
        self.assertIn("less than 20 %", self.propose(**values | {"down": "200"}).text)
        self.assertIn("as a number", self.propose(**values | {"down": "201.5"}).text)
        self.propose(**values)
        plan = self.case.plan_ids
        self.assertEqual((plan.currency_id, plan.amount_total), (yen, 1013))

    def test_the_agent_changes_what_they_chose(self):
        self.limit()
        self.log_in()
        self.propose()
        plan = self.case.plan_ids
        plan.with_user(self.agent).instalments = 1
        page = self.url_open(f"{self.url}/plans/{plan.id}")
        self.assertIn("We are changing this offer", page.text)
        self.assertNotIn("Accept and sign", page.text)
        # it is no longer theirs: what they choose now is another one
        self.propose()
        self.assertEqual(len(self.case.plan_ids), 2)

    # === SIGNING === #

    def test_an_offer_is_signed_once(self):
        plan = self.offer(amount_down=100.01)
        self.open_link(self.case)
        page = self.url_open(f"{self.url}/plans/{plan.id}")
        self.assertIn("Accept and sign", page.text)
        seen = plan._fingerprint(plan._agreement_text())
        self.assertIn(seen, page.text)
        for _twice in range(2):
            page = self.sign(plan, fingerprint=seen)
            self.assertIn("it is agreed", page.text)
        self.again()
        self.assertEqual(len(plan.promise_ids), 2)
        self.assertEqual(
            len(self.case.action_ids.filtered(lambda a: a.channel == "portal")), 1
        )
        self.assertEqual(plan.signed_tz, "America/Bogota", "else that of the company")

    def test_what_cannot_be_signed(self):
        plan = self.offer(amount_down=100.01)
        self.log_in()
        for values, expected in (
            ({"name": "  "}, "Enter your name"),
            ({"agree": ""}, "Say that you agree"),
            ({"fingerprint": "0" * 64}, "agreement changed"),
            ({"fingerprint": ""}, "agreement changed"),
            ({"signature": "data:image/png;base64,AAAA"}, "not"),
            ({"signature": "data:text/html;base64,%%%"}, "again, please"),
            ({"signature": b64encode(b"x" * 200_001).decode()}, "again, please"),
        ):
            with self.subTest(values=values):
                page = self.sign(plan, **values)
                self.assertEqual(page.status_code, 200)
                self.assertIn("alert-danger", page.text)
                self.assertIn(expected, page.text)
                self.again()
                self.assertEqual((plan.state, plan.signed_at), ("offered", False))
                self.assertFalse(
                    self.case.action_ids.filtered(lambda a: a.channel == "portal")
                )

    def test_what_changed_meanwhile_is_told(self):
        plan = self.offer(amount_down=100.01)
        invoice = self.items[1].move_id
        self.log_in()
        self.pay(invoice, 20)
        page = self.sign(plan)
        self.assertIn("What you owe changed", page.text)
        self.again()
        self.assertEqual(plan.state, "offered")
        self.assertNotIn("Accept and sign", page.text)

    def test_a_settlement_until_its_last_day(self):
        self.limit()
        manager = self.new_user("boss", "debt_collection.group_debt_manager")
        offer = (
            self.env["debt.plan"]
            .with_user(manager)
            .create(
                {
                    "case_id": self.case.id,
                    "item_ids": self.items.ids,
                    "discount_percent": 20,
                    "instalments": 1,
                    "date_start": DAY,
                    "date_first": days(4),
                    "date_expiry": days(2),
                    "on_pay_days": False,
                }
            )
        )
        self.assertEqual(self.url_open(f"{self.url}/plans/{offer.id}").status_code, 404)
        self.log_in()
        page = self.url_open(f"{self.url}/plans/{offer.id}")
        self.assertEqual(page.status_code, 404, "nobody sees a draft")
        offer.action_offer()
        page = self.url_open(f"{self.url}/agreements")
        self.assertIn("266.68", page.text)
        self.assertIn("2 more days", page.text)
        self.today = days(3)
        page = self.sign(offer.sudo())
        self.assertIn("could be accepted until", page.text)
        self.today = days(2)
        page = self.sign(offer.sudo())
        self.assertIn("it is agreed", page.text)
        self.again()
        self.assertEqual((offer.state, offer.amount_total), ("active", 266.68))

    def test_an_offer_that_is_withdrawn(self):
        plan = self.offer(amount_down=100.01)
        self.log_in()
        plan.with_user(self.agent)._withdraw("They called")
        page = self.sign(plan)
        self.assertIn("This offer holds no longer", page.text)
        self.again()
        self.assertEqual(plan.state, "cancelled")
        self.assertNotIn("They called", page.text)

    def test_declining(self):
        plan = self.offer(amount_down=100.01)
        self.log_in()
        for _twice in range(2):
            page = self.post(f"{self.url}/plans/{plan.id}/decline", reason="Too much")
            self.assertIn("is declined", page.text)
        self.again()
        self.assertEqual(plan.state, "cancelled")
        self.assertIn("Too much", plan.close_reason)
        task = self.case.action_ids.filtered(lambda a: a.purpose == "answer")
        self.assertEqual(len(task), 1)

    def test_two_acceptances_at_once(self):
        plan = self.offer(amount_down=100.01)
        self.log_in()
        with patch.object(
            self.env.registry["debt.plan"], "lock_for_update", side_effect=LockError("")
        ):
            page = self.sign(plan)
        self.assertIn("Try again", page.text)
        self.again()
        self.assertFalse(plan.promise_ids)

    # === RIGHTS === #

    def test_nobody_signs_for_others(self):
        plan = self.offer(amount_down=100.01)
        own = self.case_with(50, partner=self.stranger, due=days(-40))
        self.log_in(self.stranger_user)
        for account in (self.case, own):
            for path in ("", "/agreement"):
                page = self.url_open(f"/my/debts/{account.id}/plans/{plan.id}{path}")
                self.assertEqual(page.status_code, 404)
            for path in ("sign", "decline"):
                page = self.post(
                    f"/my/debts/{account.id}/plans/{plan.id}/{path}",
                    name="Otto",
                    agree="1",
                )
                self.assertEqual(page.status_code, 404)
        self.again()
        self.assertEqual(plan.state, "offered")

    @mute_logger("odoo.http")
    def test_a_preview_signs_nothing(self):
        plan = self.offer(amount_down=100.01)
        self.agent.password = "agent"
        self.authenticate("agent", "agent")
        self.assertEqual(self.url_open(f"{self.url}/agreements").status_code, 200)
        self.assertEqual(self.sign(plan).status_code, 403)
        self.again()
        self.assertEqual(plan.state, "offered")

    def test_nobody_writes_the_evidence(self):
        plan = self.offer(amount_down=100.01)
        for name in ("signed_at", "signed_ip", "accepted_text", "accepted_hash"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                plan.with_user(self.agent).write({name: False})

    def test_another_company_sees_nothing(self):
        plan = self.offer(amount_down=100.01)
        other = self.setup_other_company()["company"]
        with self.assertRaises(AccessError):
            plan.with_user(
                self.new_user("far", "debt_collection.group_debt_manager", other)
            ).read(["accepted_text"])
