from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import DAY, DebtCommon

LATE = DAY - timedelta(days=4)


@tagged("post_install", "-at_install")
class TestCampaign(DebtCommon):
    """A message for many cases at once goes the way of every message."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(
                self.env.registry["res.company"],
                "_debt_today",
                lambda company, now=None: now.date() if now else DAY,
            )
        )
        self.strategy.enabled = False  # campaigns are not its messages
        self.shop = self.new_debtor("Tienda La Esquina")
        self.invoice(100, due=LATE)
        self.invoice(40, due=LATE, partner=self.shop)
        self.run_on()
        self.supervisor = self.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )

    def campaign(self, user=None, **values):
        return (
            self.env["debt.campaign"]
            .with_user(user or self.supervisor)
            .create({"name": "Closing of the year", **values})
        )

    def states(self, campaign):
        return {
            action.debtor_id: (action.state, action.reason or None)
            for action in campaign.sudo().action_ids
        }

    def dispatch(self):
        self.env["debt.run"].sudo()._dispatch(
            self.company, self.company._debt_noon(DAY)
        )

    # === THE WAY OF A MESSAGE === #

    def test_prepared_unticked_and_sent(self):
        campaign = self.campaign()
        self.assertEqual(campaign.to_send_count, 2)
        campaign.action_start()
        self.assertEqual(campaign.state, "started")
        waiting = ("approve", None)
        self.assertEqual(
            self.states(campaign), {self.debtor: waiting, self.shop: waiting}
        )
        action = campaign.action_open_approvals()
        prepared = self.env["debt.action"].with_user(self.supervisor)
        prepared = prepared.search(action["domain"])
        prepared.filtered(lambda a: a.debtor_id == self.shop).action_refuse()
        (prepared.filtered(lambda a: a.state == "approve")).action_approve()
        self.dispatch()
        self.assertEqual(
            self.states(campaign),
            {self.debtor: ("sent", None), self.shop: ("skipped", "not_approved")},
        )
        mail = self.mails_of(campaign.sudo().action_ids)
        self.assertIn("100.00", mail.body_html)
        self.assertIn("INV/", mail.body_html)
        self.assertEqual((campaign.sent_count, campaign.skipped_count), (1, 1))

    def test_the_template_of_the_campaign_is_what_is_written(self):
        template = self.env["mail.template"].create(
            {
                "name": "Closing",
                "model_id": self.env["ir.model"]._get_id("debt.action"),
                "subject": "We close the year",
                "body_html": "<p>Dear <t t-out='object.debtor_id.name'/></p>",
            }
        )
        campaign = self.campaign(mode="automatic", mail_template_id=template.id)
        self.assertIn("We close the year", campaign.preview)
        campaign.action_start()
        self.dispatch()
        mails = self.mails_of(campaign.sudo().action_ids)
        self.assertEqual(mails.mapped("subject"), ["We close the year"] * 2)
        self.assertEqual(
            {mail.debt_action_id.name for mail in mails}, {"Closing of the year"}
        )

    def test_it_takes_no_item_to_another_step_and_starts_quiet_days(self):
        campaign = self.campaign(mode="automatic")
        campaign.action_start()
        self.dispatch()
        case = self.case_of()
        self.assertFalse(case.item_ids.step_id)
        self.assertEqual(case.last_message_day, DAY)
        self.strategy.enabled = True
        run = self.run_on(DAY + timedelta(days=1))
        self.assertEqual(run.reasons, {"quiet": 2})
        run = self.run_on(DAY + timedelta(days=5))
        self.assertPlanned(run, [(3, "email", "sent")] * 2)

    def test_who_paid_meanwhile_gets_nothing(self):
        campaign = self.campaign(mode="automatic")
        campaign.action_start()
        self.pay(self.case_of(self.shop).item_ids.move_id)
        self.dispatch()
        self.assertEqual(self.states(campaign)[self.shop], ("skipped", "settled"))
        self.assertEqual(self.states(campaign)[self.debtor], ("sent", None))

    def test_who_was_written_to_meanwhile_gets_nothing(self):
        campaign = self.campaign()
        campaign.action_start()
        self.case_of(self.shop).last_message_day = DAY
        campaign.action_ids.with_user(self.supervisor).action_approve()
        self.dispatch()
        self.assertEqual(self.states(campaign)[self.shop], ("skipped", "quiet"))

    def test_tasks_for_the_agents(self):
        campaign = self.campaign(
            channel="call", note="Ask for the payment date", mode="approve"
        )
        campaign.action_start()
        self.dispatch()
        action = campaign.sudo().action_ids.filtered(
            lambda a: a.debtor_id == self.debtor
        )
        self.assertEqual((action.state, action.track), ("sent", "task"))
        self.assertEqual(action.activity_id.user_id, self.agent)
        self.assertIn("Closing of the year", action.activity_id.summary)
        self.assertIn("Ask for the payment date", action.activity_id.note)
        campaign.action_stop()
        self.assertEqual(self.states(campaign)[self.debtor], ("cancelled", "stopped"))
        self.assertFalse(self.case_of().activity_ids)

    # === WHO GETS NOTHING, AND WHY === #

    def test_who_gets_nothing_is_told_before_and_kept_afterwards(self):
        names = ("Uno", "Dos", "Tres", "Cuatro", "Cinco")
        held, small, quiet, promised, later = map(self.new_debtor, names)
        for partner, amount in ((held, 50), (small, 9), (quiet, 50), (promised, 50)):
            self.invoice(amount, due=LATE, partner=partner)
        self.invoice(50, due=DAY + timedelta(days=9), partner=later)
        self.strategy.enabled = False
        self.run_on(now=self.company._debt_noon(DAY))
        self.case_of(held).write({"state": "hold", "hold_until": DAY})
        self.case_of(quiet).last_message_day = DAY - timedelta(days=2)
        self.env["debt.promise"].create(
            {"case_id": self.case_of(promised).id, "amount": 50, "date": DAY}
        )
        chosen = self.env["debt.case"].search([("state", "!=", "closed")])
        campaign = self.campaign(case_ids=chosen.ids, min_amount=10)
        expected = {
            held: "hold",
            small: "below_minimum",
            quiet: "quiet",
            promised: "promised",
            later: "not_due",
        }
        self.assertEqual(campaign.to_send_count, 2)
        self.assertEqual(len(campaign.forecast.splitlines()), 5)
        self.assertIn("Quiet days: 1", campaign.forecast)
        campaign.action_start()
        states = self.states(campaign)
        self.assertEqual(
            {partner: states[partner] for partner in expected},
            {partner: ("skipped", reason) for partner, reason in expected.items()},
        )
        campaign = self.campaign(
            case_ids=chosen.ids, documents="all", in_quiet_days=True, channel="email"
        )
        # the first campaign still waits to leave
        self.assertEqual(campaign.to_send_count, 3)
        self.assertIn("Another message is waiting to leave: 2", campaign.forecast)

    def test_nobody_to_write_to_is_said(self):
        campaign = self.campaign(min_amount=10_000)
        with self.assertRaisesRegex(UserError, "Nobody would get this"):
            campaign.action_start()
        self.assertEqual(campaign.state, "draft")

    def test_a_wrong_filter_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be used"):
            self.campaign(domain="[('nothing', '=', 1)]")

    # === ONCE === #

    def test_it_starts_once_and_stays_what_it_was(self):
        campaign = self.campaign()
        campaign.action_start()
        with self.assertRaisesRegex(UserError, "started already"):
            campaign.action_start()
        with self.assertRaisesRegex(UserError, "Duplicate it"):
            campaign.min_amount = 50
        with self.assertRaisesRegex(UserError, "evidence"):
            campaign.unlink()
        copy = campaign.copy()
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.action_ids)
        copy.unlink()

    def test_it_waits_for_the_daily_run(self):
        campaign = self.campaign()
        with self.registry.cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(%s, %s)", (0x64656274, self.company.id))
            with self.assertRaisesRegex(UserError, "daily run is under way"):
                campaign.action_start()
            cr.execute(
                "SELECT pg_advisory_unlock(%s, %s)", (0x64656274, self.company.id)
            )
        self.assertFalse(campaign.action_ids)

    # === WHO MAY === #

    def test_an_agent_writes_to_cases_they_work_and_asks_for_approval(self):
        self.case_of(self.shop).agent_id = self.supervisor
        with self.assertRaises(ValidationError):
            self.campaign(self.agent, mode="automatic")
        with self.assertRaises(ValidationError):
            self.campaign(self.agent, in_quiet_days=True)
        campaign = self.campaign(self.agent)
        self.assertEqual(campaign.to_send_count, 1)
        campaign.action_start()
        self.assertEqual(campaign.action_ids.debtor_id, self.debtor)
        colleague = self.new_user("colleague", "debt_collection.group_debt_agent")
        with self.assertRaises(AccessError):
            campaign.with_user(colleague).read(["name"])
        with self.assertRaises(AccessError):
            campaign.with_user(colleague).action_stop()

    def test_it_stays_in_its_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = (
            self.env["debt.case"]
            .sudo()
            .create({"partner_id": self.shop.id, "company_id": other.id})
        )
        campaign = self.campaign(self.env.user, case_ids=(theirs | self.case_of()).ids)
        self.assertEqual(campaign.to_send_count, 1)

    def test_from_the_list_of_cases(self):
        cases = self.env["debt.case"].with_user(self.supervisor).search([])
        action = cases.action_campaign()
        with Form(
            self.env["debt.campaign"]
            .with_user(self.supervisor)
            .with_context(**action["context"])
        ) as form:
            form.name = "Reminder"
            self.assertEqual(form.to_send_count, 2)
        self.assertEqual(form.record.case_ids, cases)

    def test_its_work_does_not_grow_with_each_case(self):
        for number in range(12):
            partner = self.new_debtor(f"Cliente{number}")
            self.invoice(60, due=LATE, partner=partner)
        self.run_on(now=self.company._debt_noon(DAY))
        campaigns = [self.campaign(min_amount=least) for least in (90, 50)]
        counts = []
        for campaign in campaigns:
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            campaign._prepare(DAY)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(len(campaigns[1].action_ids), 14)
        self.assertLessEqual(counts[1], counts[0] + 1)
