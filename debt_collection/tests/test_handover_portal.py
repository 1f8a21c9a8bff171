import base64
import io
import zipfile

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .test_handover import DUE, HandoverCommon, days


@tagged("post_install", "-at_install")
class TestHandoverPortal(HandoverCommon, HttpCase):
    """Two offices, and each sees its own cases only, while it has them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs_user = cls.outsider("rojas", cls.lawyer)
        cls.other_user = cls.outsider("sur", cls.agency)

    @classmethod
    def outsider(cls, login, office):
        user = new_test_user(
            cls.env,
            login=login,
            groups="base.group_portal",
            email=f"{login}@example.com",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        user.partner_id.parent_id = office
        return user

    def setUp(self):
        super().setUp()
        self.mine = self.invoice(100, due=DUE)
        self.second = self.new_debtor("Otro Cliente")
        self.other = self.invoice(70, due=DUE, partner=self.second)
        self.run_to(days(0))
        self.first_handover = self.handed()
        self.other_handover = self.handed(
            case=self.case_of(self.second), agency_id=self.agency.id, kind="agency"
        )
        self.draft = self.handover(agency_id=self.lawyer.id, kind="lawyer")
        self.env.flush_all()

    def post(self, handover, what, data, files=None):
        return self.url_open(
            f"/my/handovers/{handover.id}/{what}",
            data={"csrf_token": http.Request.csrf_token(self), **data},
            files=files,
        )

    def test_each_office_sees_its_own_cases(self):
        for login, own, foreign in (
            ("rojas", self.first_handover, self.other_handover),
            ("sur", self.other_handover, self.first_handover),
        ):
            self.authenticate(login, login)
            page = self.url_open("/my/handovers")
            self.assertIn(own.partner_id.name, page.text)
            self.assertNotIn(foreign.partner_id.name, page.text)
            page = self.url_open(f"/my/handovers/{own.id}")
            self.assertEqual(page.status_code, 200)
            self.assertIn(own.sudo().item_ids.move_id.name, page.text)
            for path in ("", "/dossier"):
                for handover in (foreign, self.draft):
                    page = self.url_open(f"/my/handovers/{handover.id}{path}")
                    self.assertEqual(page.status_code, 404)
                    self.assertNotIn(foreign.partner_id.name, page.text)
            page = self.url_open(f"/debt/handover/{own.id}/dossier")
            self.assertEqual(page.status_code, 404)

    def test_nothing_is_seen_after_the_case_went_back(self):
        self.authenticate("rojas", "rojas")
        self.first_handover._end("returned", "enough")
        self.env.flush_all()
        page = self.url_open(f"/my/handovers/{self.first_handover.id}")
        self.assertEqual(page.status_code, 404)
        self.assertNotIn(self.debtor.name, self.url_open("/my/handovers").text)

    def test_another_company_is_closed(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.theirs_user.write(
            {"company_ids": [(6, 0, other.ids)], "company_id": other.id}
        )
        self.env.flush_all()
        self.authenticate("rojas", "rojas")
        page = self.url_open(f"/my/handovers/{self.first_handover.id}")
        self.assertEqual(page.status_code, 404)

    def test_outsiders_have_no_right_on_any_model(self):
        for model in (
            "debt.handover",
            "debt.handover.step",
            "debt.handover.document",
            "debt.case",
            "debt.item",
            "debt.action",
            "debt.payment.notice",
            "debt.commission",
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.theirs_user).search([])
        record = self.first_handover.with_user(self.theirs_user)
        for call in (
            lambda: record.read(["amount"]),
            lambda: record.write({"reference": "x"}),
            lambda: record.action_return(),
            lambda: record.action_hand_over(),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_the_dossier_of_an_own_case(self):
        self.authenticate("rojas", "rojas")
        page = self.url_open(f"/my/handovers/{self.first_handover.id}/dossier")
        self.assertEqual(page.headers["Content-Type"], "application/zip")
        with zipfile.ZipFile(io.BytesIO(page.content)) as archive:
            self.assertIn("Dossier Ferretería Andina.xlsx", archive.namelist())

    def test_they_report_a_contact(self):
        self.authenticate("rojas", "rojas")
        outcome = self.env.ref("debt_collection.debt_outcome_refuses")
        self.post(
            self.first_handover,
            "contact",
            {
                "channel": "call",
                "outcome": str(outcome.id),
                "note": "Says <script>alert(1)</script> no",
            },
        )
        action = self.case_of().action_ids.filtered(lambda a: a.purpose == "contact")
        self.assertEqual(action.outcome_id, outcome)
        self.assertEqual((action.channel, action.state), ("call", "done"))
        self.assertIn("Bufete Rojas", action.note)
        message = self.first_handover.message_ids[0]
        self.assertNotIn("<script", message.body)
        self.assertEqual(message.author_id, self.theirs_user.partner_id)
        self.assertEqual(message.notified_partner_ids, self.supervisor.partner_id)
        before = len(self.case_of(self.second).action_ids)
        page = self.post(self.other_handover, "contact", {"note": "not mine"})
        self.assertEqual(page.status_code, 404)
        self.assertEqual(len(self.case_of(self.second).action_ids), before)

    def test_they_report_a_payment(self):
        self.authenticate("rojas", "rojas")
        page = self.post(
            self.first_handover,
            "payment",
            {"amount": "40.50", "day": "2026-06-01", "reference": "T-9"},
            files={"receipt": ("r.png", b"\x89PNG\r\n", "image/png")},
        )
        self.assertEqual(page.status_code, 200)
        notice = self.case_of().notice_ids
        self.assertEqual((notice.amount, notice.reference), (40.5, "T-9"))
        self.assertEqual((notice.source, notice.state), ("outside", "open"))
        self.assertEqual(notice.item_ids, self.first_handover.item_ids)
        self.assertTrue(notice.receipt)
        for values in (
            {"amount": "x", "day": "2026-06-01"},
            {"amount": "-5", "day": "2026-06-01"},
            {"amount": "nan", "day": "2026-06-01"},
            {"amount": "5", "day": "yesterday"},
        ):
            page = self.post(self.first_handover, "payment", values)
            self.assertIn("alert-danger", page.text)
        self.assertEqual(len(self.case_of().notice_ids), 1)
        page = self.post(
            self.other_handover, "payment", {"amount": "1", "day": "2026-06-01"}
        )
        self.assertEqual(page.status_code, 404)
        self.assertFalse(self.case_of(self.second).notice_ids)

    def test_they_add_a_document(self):
        self.authenticate("rojas", "rojas")
        self.post(
            self.first_handover,
            "document",
            {"note": "Ruling"},
            files={"file": ("../ruling.html", b"<script>1</script>", "text/html")},
        )
        attachment = self.first_handover.message_ids[0].attachment_ids
        self.assertEqual(attachment.raw, b"<script>1</script>")
        self.assertEqual(attachment.mimetype, "text/plain")
        self.assertNotIn("/", attachment.name)
        page = self.post(self.first_handover, "document", {"note": "nothing"})
        self.assertIn("alert-danger", page.text)
        with self.subTest("a stranger adds nothing"):
            count = len(self.other_handover.message_ids)
            page = self.post(
                self.other_handover,
                "document",
                {},
                files={"file": ("a.txt", base64.b64encode(b"x"), "text/plain")},
            )
            self.assertEqual(page.status_code, 404)
            self.assertEqual(len(self.other_handover.message_ids), count)

    def test_they_give_a_case_back(self):
        self.authenticate("rojas", "rojas")
        handover = self.first_handover
        page = self.post(handover, "back", {"reason": "<b>Bankrupt</b>"})
        self.assertIn("alert-success", page.text)
        activity = handover.activity_ids
        self.assertEqual(activity.user_id, self.supervisor)
        self.assertIn("Bufete Rojas", activity.summary)
        self.assertIn("&lt;b&gt;Bankrupt", activity.note)
        self.assertEqual(handover.state, "handed", "a supervisor decides")
        page = self.post(handover, "back", {"reason": " "})
        self.assertIn("alert-danger", page.text)
        page = self.post(self.other_handover, "back", {"reason": "not mine"})
        self.assertEqual(page.status_code, 404)
        self.assertFalse(self.other_handover.activity_ids)
