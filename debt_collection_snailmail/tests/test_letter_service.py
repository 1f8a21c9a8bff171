from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.debt_collection.models.letters.debt_letter_run import DebtLetterRun
from odoo.addons.debt_collection.tests.common import DAY
from odoo.addons.debt_collection.tests.test_letter import NOON, LetterCommon
from odoo.addons.snailmail.models import snailmail_letter


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestLetterService(LetterCommon):
    """Letters that Odoo's service prints and posts; its answers are played here."""

    def setUp(self):
        super().setUp()
        # what wkhtmltopdf draws is tested with the letters
        self.startPatcher(patch.object(DebtLetterRun, "_pdf", lambda *_args: b"%PDF"))
        self.startPatcher(patch.object(DebtLetterRun, "_pages", lambda *_args: 1))
        self.letters = self.queue(2)
        self.run = self.env["debt.letter.run"]._print(self.letters, DAY)

    @contextmanager
    def service(self, answer=None, error=None):
        """Let the service answer each letter; gives what it was asked."""
        asked = []

        def call(_url, params, **_kwargs):
            asked.extend(params["documents"])
            if error:
                raise error
            documents = [
                {**doc, **(answer or {"sent": True, "send_id": 7})}
                for doc in params["documents"]
            ]
            return {"request_code": 200, "request": {"documents": documents}}

        with (
            patch.object(snailmail_letter.iap_tools, "iap_jsonrpc", call),
            patch.object(
                type(self.env["iap.account"]),
                "_send_success_notification",
                lambda *a, **k: None,
            ),
        ):
            yield asked

    def leave(self):
        self.env["snailmail.letter"].sudo()._snailmail_cron(autocommit=False)

    def test_what_the_service_took_was_posted(self):
        self.run.action_service()
        self.assertEqual(self.run.state, "service")
        self.assertEqual(set(self.letters.mapped("delivery")), {"sending"})
        with self.service() as asked:
            self.leave()
            self.leave()
        self.assertEqual(len(asked), 2)
        self.assertEqual(set(self.letters.mapped("delivery")), {"posted"})
        self.assertEqual((self.run.state, self.run.posted_day), ("posted", DAY))

    def test_whoever_paid_meanwhile_gets_none(self):
        self.run.action_service()
        self.pay(self.letters[0].item_ids.move_id)
        with self.service() as asked:
            self.leave()
        self.assertEqual(len(asked), 1)
        self.assertEqual(self.letters[0].state, "skipped")
        self.assertEqual(
            (self.letters[1].delivery, self.run.state), ("posted", "posted")
        )

    def test_what_is_not_accepted_says_why_and_is_offered_again(self):
        self.run.action_service()
        with self.service({"sent": False, "error": "TRIAL_ERROR"}):
            self.leave()
        self.assertEqual(set(self.letters.mapped("delivery")), {"printed"})
        self.assertIn("IAP", self.letters[0].reason_detail)
        self.assertEqual((self.run.state, self.run.service_error_count), ("service", 2))
        with self.service():
            self.leave()
        self.assertEqual(self.run.state, "posted")

    def test_no_answer_is_uncertain_and_never_repeated(self):
        self.run.action_service()
        with self.service(error=AccessError("timeout")) as asked:
            self.leave()
            self.leave()
        self.assertEqual(len(asked), 2)
        self.assertEqual(set(self.letters.mapped("state")), {"uncertain"})

    def test_a_worker_that_died_while_handing_over_leaves_it_uncertain(self):
        self.run.action_service()
        self.run.service_letter_ids[0].debt_claimed = NOON
        with self.service() as asked:
            self.leave()
        self.assertEqual(len(asked), 1)
        with freeze_time("2026-06-01 17:02:00"):
            self.env["debt.run"]._find_lost()
        lost = self.run.service_letter_ids[0].debt_action_id
        self.assertEqual((lost.state, lost.reason), ("uncertain", "lost"))

    def test_what_was_not_posted_can_be_taken_back(self):
        self.run.action_service()
        self.run.action_take_back()
        self.assertEqual(self.run.state, "printed")
        with self.service() as asked:
            self.leave()
        self.assertFalse(asked)
        self.run.action_post()
        self.assertEqual(set(self.letters.mapped("delivery")), {"posted"})
        with self.assertRaises(UserError):
            self.run.action_take_back()

    def test_an_employee_cannot_say_that_it_was_posted(self):
        self.run.action_service()
        employee = self.new_user("employee", "base.group_user")
        self.run.service_letter_ids.with_user(employee).write({"state": "sent"})
        self.assertEqual(set(self.letters.mapped("delivery")), {"sending"})

    def test_tests_and_strangers_send_nothing(self):
        other = self.new_user("other", "debt_collection.group_debt_agent")
        self.company.debt_agent_scope = "all"
        self.letters.case_id.agent_id = self.agent
        with self.assertRaises(AccessError):
            self.run.with_user(other).action_service()
        self.run.is_test = True
        with self.assertRaises(UserError):
            self.run.action_service()
