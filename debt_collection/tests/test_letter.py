import base64
import io
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools.pdf import PdfFileReader

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=4)
NOON = "2026-06-01 17:00:00"


class LetterCommon(DebtCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.strategy.action_archive()
        cls.strategy = cls.new_strategy([(3, "letter")])
        cls.segment.strategy_id = cls.strategy
        cls.company.street = "Carrera 7 # 71-21"
        cls.debtor.write(
            {
                "street": "Calle 10 # 4-32",
                "city": "Cali",
                "zip": "760001",
                "country_id": cls.env.ref("base.co").id,
            }
        )

    def queue(self, count=1):
        """Return letters of as many customers, which wait to be printed."""
        for number in range(count):
            partner = (
                self.debtor
                if not number
                else self.debtor.copy(
                    {"name": f"Cliente {number}", "zip": f"{760001 - number}"}
                )
            )
            self.invoice(100 + number, due=DUE, partner=partner)
        letters = self.actions_of(self.run_on())
        self.assertEqual(set(letters.mapped("delivery")), {"queued"})
        return letters

    def print_letters(self, letters, **values):
        return self.env["debt.letter.run"]._print(letters, DAY, **values)


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestLetter(LetterCommon):
    def test_it_waits_to_be_printed_with_its_address(self):
        letter = self.queue()
        self.assertEqual(letter.state, "sent")
        self.assertEqual(
            letter.address, "Ferretería Andina, Calle 10 # 4-32, Cali 760001, Colombia"
        )
        self.assertFalse(letter.mail_message_id)
        self.assertEqual(self.case_of().last_message_day, DAY)

    def test_nobody_writes_to_who_has_no_postal_address(self):
        self.debtor.city = self.debtor.zip = False
        self.invoice(100, due=DUE)
        actions = self.actions_of(self.run_on())
        letter = actions.filtered(lambda a: a.channel == "letter")
        self.assertEqual((letter.state, letter.reason), ("skipped", "no_address"))

    def test_it_says_what_is_owed_when_it_is_printed(self):
        letter = self.queue()
        self.pay(letter.item_ids.move_id, 40)
        run = self.print_letters(letter)
        self.assertEqual((run.state, run.letter_count), ("printed", 1))
        self.assertEqual((letter.delivery, letter.amount), ("printed", 60))
        self.assertIn("60.00", letter.mail_message_id.body)
        self.assertEqual(letter.mail_message_id.res_id, self.case_of().id)

    def test_whoever_paid_gets_none(self):
        letters = self.queue(2)
        self.pay(letters[0].item_ids.move_id)
        run = self.print_letters(letters)
        self.assertEqual(run.letter_ids, letters[1])
        self.assertEqual((letters[0].state, letters[0].reason), ("skipped", "settled"))

    def test_when_all_have_paid_nothing_is_printed(self):
        letter = self.queue()
        self.pay(letter.item_ids.move_id)
        with self.assertRaisesRegex(UserError, "is needed any more"):
            self.print_letters(letter)

    def test_letters_are_sorted_as_the_post_wants_them(self):
        letters = self.queue(3)
        run = self.env["debt.letter.run"]
        self.assertEqual(
            run._sorted(letters, "place").mapped("debtor_id.zip"),
            ["759999", "760000", "760001"],
        )
        self.assertEqual(
            run._sorted(letters, "amount").mapped("amount"), [102, 101, 100]
        )

    def test_what_was_posted_counts_from_that_day(self):
        letter = self.queue()
        run = self.print_letters(letter)
        with freeze_time("2026-06-03 17:00:00"):
            run.action_post()
        day = DAY + timedelta(days=2)
        self.assertEqual((run.state, run.posted_day), ("posted", day))
        self.assertEqual((letter.delivery, letter.contact_day), ("posted", day))
        self.assertEqual(self.case_of().last_message_day, day)
        with self.assertRaises(UserError):
            run.action_cancel()

    def test_who_paid_after_the_print_is_taken_out_of_the_pile(self):
        letters = self.queue(2)
        run = self.print_letters(letters)
        self.pay(letters[0].item_ids.move_id)
        letters.case_id._refresh(DAY)
        run.invalidate_recordset()
        self.assertEqual(run.stale_count, 1)
        with self.assertRaisesRegex(UserError, letters[0].debtor_id.name):
            run.action_post()
        run.action_take_out_stale()
        self.assertEqual(
            (letters[0].state, letters[0].reason), ("skipped", "withdrawn")
        )
        run.action_post()
        self.assertEqual(letters[1].delivery, "posted")
        self.assertFalse(letters[0].posted_day)

    def test_a_cancelled_file_is_printed_again(self):
        letter = self.queue()
        run = self.print_letters(letter)
        run.action_cancel()
        self.assertEqual((run.state, letter.delivery), ("cancelled", "queued"))
        again = self.print_letters(letter)
        self.assertEqual(letter.letter_run_id, again)

    def test_a_letter_that_came_back_asks_for_the_address(self):
        letter = self.queue()
        self.print_letters(letter).action_post()
        letter.action_letter_came_back()
        self.assertEqual((letter.state, letter.reason), ("failed", "bounced"))
        task = self.env["debt.action"].search(
            [("case_id", "=", letter.case_id.id), ("purpose", "=", "fix_address")]
        )
        self.assertEqual((len(task), task.state), (1, "planned"))
        self.debtor.street = "Carrera 1 # 2-3"
        self.assertEqual(task.state, "done")

    def test_a_letter_taken_out_gives_its_step_back(self):
        letter = self.queue()
        self.assertTrue(letter.item_ids.step_id)
        letter.action_withdraw_letters()
        self.assertFalse(letter.item_ids.step_id)
        self.assertFalse(self.case_of().last_message_day)

    def test_letters_of_test_mode_are_not_for_the_post(self):
        self.company.write({"debt_test_mode": True, "debt_test_email": "a@example.com"})
        run = self.print_letters(self.queue())
        self.assertTrue(run.is_test)
        with self.assertRaisesRegex(UserError, "test mode"):
            run.action_post()

    def test_what_test_mode_printed_does_not_wait_when_it_ended(self):
        self.company.write({"debt_test_mode": True, "debt_test_email": "a@example.com"})
        letter = self.queue()
        run = self.print_letters(letter)
        self.company.debt_test_mode = False
        self.assertFalse(letter.item_ids.step_id, "its step is to be reached again")
        run.action_cancel()
        self.assertFalse(letter.delivery)
        with self.assertRaises(UserError):
            self.print_letters(letter)

    def test_the_date_of_a_letter_makes_nobody_older(self):
        letter = self.queue()
        days = self.case_of().days_past_due
        self.env["debt.letter.run"]._print(letter, DAY + timedelta(days=30))
        self.assertEqual(self.case_of().days_past_due, days)
        self.assertEqual(letter.contact_day, DAY)

    def test_nobody_is_written_to_while_a_letter_waits(self):
        self.queue()
        self.invoice(50, due=DAY + timedelta(days=5))
        run = self.run_on(DAY + timedelta(days=9))
        self.assertFalse(self.actions_of(run).filtered(lambda a: a.track == "message"))

    # === RIGHTS === #

    def test_an_agent_prints_and_posts_what_they_work(self):
        letter = self.queue().with_user(self.agent)
        action = letter.action_print_letters()
        wizard = (
            self.env["debt.letter.wizard"]
            .with_user(self.agent)
            .with_context(**action["context"])
            .create({"day": DAY})
        )
        self.assertEqual(wizard.letter_count, 1)
        run = self.env["debt.letter.run"].browse(wizard.action_print()["res_id"])
        run.with_user(self.agent).action_post()
        self.assertEqual(run.state, "posted")

    def test_what_was_printed_is_evidence(self):
        run = self.print_letters(self.queue())
        with self.assertRaises(AccessError):
            run.with_user(self.agent).write({"document": False})
        with self.assertRaises(UserError):
            run.sudo().unlink()

    def test_nobody_prints_or_posts_letters_of_others(self):
        letter = self.queue()
        other = self.new_user("other", "debt_collection.group_debt_agent")
        letter.case_id.agent_id = self.agent
        self.company.debt_agent_scope = "all"
        Run = self.env["debt.letter.run"].with_user(other)
        with self.assertRaises(AccessError):
            Run._print(letter.with_user(other), DAY)
        run = self.print_letters(letter)
        for name in ("action_post", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(run.with_user(other), name)()
        with self.assertRaises(AccessError):
            letter.with_user(other).action_withdraw_letters()

    def test_a_company_sees_its_own_letters(self):
        run = self.print_letters(self.queue())
        company = self.setup_other_company()["company"]
        stranger = self.new_user(
            "stranger", "debt_collection.group_debt_supervisor", company
        )
        found = self.env["debt.letter.run"].with_user(stranger).search([])
        self.assertNotIn(run, found)


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestLetterFile(LetterCommon):
    """The file itself, as wkhtmltopdf of this machine draws it."""

    def words_at(self, page):
        """Return {word: (left, top)} of a page, in mm from its upper corner."""
        found = {}
        height = float(page.mediabox.height)

        def visit(text, ctm, matrix, _font, _size):
            if text.strip():
                x, y = matrix[4:]
                place = (
                    ctm[0] * x + ctm[2] * y + ctm[4],
                    height - (ctm[1] * x + ctm[3] * y + ctm[5]),
                )
                found.setdefault(" ".join(text.split()), place)

        page.extract_text(visitor_text=visit)
        return {
            text: (left / 72 * 25.4, top / 72 * 25.4)
            for text, (left, top) in found.items()
        }

    def test_one_file_with_a_page_for_each_letter(self):
        run = self.print_letters(self.queue(3))
        pdf = PdfFileReader(io.BytesIO(base64.b64decode(run.document)))
        self.assertEqual((len(pdf.pages), run.page_count), (3, 3))
        texts = [" ".join(page.extract_text().split()) for page in pdf.pages]
        names = run._sorted(run.letter_ids, "place").debtor_id.mapped("name")
        for name, text in zip(names, texts, strict=True):
            self.assertIn(name, text)
            self.assertIn("Reference", text)

    def test_the_address_is_in_the_window(self):
        letter = self.queue()
        for side, left in (("left", 20), ("right", 210 - 20 - 85)):
            self.company.debt_letter_window = side
            run = self.print_letters(letter)
            pdf = PdfFileReader(io.BytesIO(base64.b64decode(run.document)))
            found = self.words_at(pdf.pages[0])
            (place,) = [where for word, where in found.items() if "Calle 10" in word]
            self.assertAlmostEqual(place[0], left, delta=2)
            # the second line of a window that begins 45 mm from the top
            self.assertTrue(45 < place[1] < 60, place)
            run.action_cancel()
