from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DAY, DebtCommon

#: Every kind of user who may come near a case, with the rights of the books too.
GROUPS = {
    "salesperson": "debt_collection.group_debt_salesperson",
    "agent": "debt_collection.group_debt_agent",
    "supervisor": "debt_collection.group_debt_supervisor",
    "manager": "debt_collection.group_debt_manager",
    "accountant": "account.group_account_manager",
    "settings": "base.group_system,debt_collection.group_debt_manager",
}
#: What somebody might want to look different afterwards.
REWRITTEN = {
    "address": "other@example.com",
    "amount": 1,
    "by_hand": True,
    "channel": "letter",
    "contact_day": "2020-01-01",
    "note": "never said",
    "outcome_id": False,
    "reached": "nobody",
    "sent_date": "2020-01-01 00:00:00",
    "state": "cancelled",
    "subject": "Nothing",
    "why": {"strategy": "another"},
}


@tagged("post_install", "-at_install")
class TestEvidence(DebtCommon):
    """What happened stays as it is, for everybody, and says why it happened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            kind: cls.new_user(f"evidence_{kind}", groups)
            for kind, groups in GROUPS.items()
        }

    def setUp(self):
        super().setUp()
        self.invoice(100, due=DAY - timedelta(days=4))
        self.action = self.actions_of(self.run_on())
        self.assertEqual(self.action.state, "sent")
        self.case = self.action.case_id
        self.message = self.action.mail_message_id

    # === NOTHING IS REWRITTEN === #

    def test_no_group_rewrites_or_deletes_what_was_sent(self):
        for kind, user in self.users.items():
            action = self.env["debt.action"].with_user(user).browse(self.action.id)
            for name, value in REWRITTEN.items():
                with self.subTest(kind, field=name), self.assertRaises(AccessError):
                    action.write({name: value})
            with self.subTest(kind), self.assertRaises(UserError):
                action.unlink()
            with self.subTest(kind), self.assertRaises(AccessError):
                action.create({"case_id": self.case.id, "channel": "email"})

    def test_no_group_rewrites_the_text_that_went_out(self):
        body = self.message.body
        self.assertIn("table", body)
        for kind, user in self.users.items():
            message = self.env["mail.message"].with_user(user).browse(self.message.id)
            for values in ({"body": "<p>Hi</p>"}, {"subject": "x"}, {"res_id": 1}):
                with self.subTest(kind), self.assertRaises(UserError):
                    message.write(values)
            with self.subTest(kind), self.assertRaises(UserError):
                message.unlink()
        self.message.invalidate_recordset()
        self.assertEqual(self.message.body, body)

    def test_changes_of_the_case_are_evidence_too(self):
        self.case.with_user(self.users["supervisor"]).write(
            {"stage_id": self.env.ref("debt_collection.debt_stage_legal").id}
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        note = self.case.message_ids.filtered("tracking_value_ids")[:1]
        self.assertTrue(note)
        with self.assertRaisesRegex(UserError, "evidence"):
            note.with_user(self.users["supervisor"]).unlink()

    def test_what_colleagues_write_to_each_other_stays_theirs(self):
        agent = self.users["agent"]
        note = self.case.with_user(agent).message_post(
            body="see the invoice", message_type="comment"
        )
        note.with_user(agent).write({"body": "see the invoices"})
        self.assertIn("invoices", note.body)

    def test_a_logged_contact_is_frozen_even_for_the_product(self):
        agent = self.users["agent"]
        outcome = self.env["debt.outcome"].search([], limit=1)
        action = (
            self.env["debt.action"]
            .with_user(agent)
            ._log(
                self.case.with_user(agent),
                channel="call",
                note="Pays on Friday",
                reached="debtor",
                outcome_id=outcome.id,
            )
        )
        for name, value in (("note", "Pays on Monday"), ("channel", "visit")):
            with self.assertRaisesRegex(UserError, "evidence"):
                action.sudo().write({name: value})
        action.sudo().write({"note": "Pays on Friday"})  # the same is no change
        note = (
            self.env["debt.action.note"]
            .with_user(agent)
            .create({"action_id": action.id, "body": "It was Monday"})
        )
        for user in self.users.values():
            with self.assertRaises(UserError):
                note.with_user(user).write({"body": "x"})
            with self.assertRaises(UserError):
                note.with_user(user).unlink()

    # === WHY === #

    def test_it_says_by_which_rules_it_was_sent_as_they_were_then(self):
        why = self.action.why
        self.assertEqual(why["strategy"], "Strategy")
        self.assertEqual(why["step"], "Step 3")
        self.assertEqual(why["step_days"], 3)
        self.assertEqual(why["segment"], "All")
        self.assertEqual(why["days_past_due"], 4)
        version = why["version"]
        self.strategy.name = "Renamed"
        self.strategy.step_ids.name = "Renamed too"
        self.assertEqual(self.action.why["strategy"], "Strategy")
        self.assertIn("Step 3", self.action.why_text)
        self.assertGreater(self.env["debt.config.mixin"]._config_version(), version)
