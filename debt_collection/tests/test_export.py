import base64
import hashlib
import io
import json
import zipfile
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DAY, DebtCommon


@tagged("post_install", "-at_install")
class TestExport(DebtCommon):
    """All that is held about a customer, in one file, for whoever may see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.debtor.write({"phone": "+57 300 123 4567", "street": "Calle 10", "vat": ""})

    def setUp(self):
        super().setUp()
        self.invoice(100, due=DAY - timedelta(days=4))
        self.action = self.actions_of(self.run_on())
        self.case = self.action.case_id

    def export(self, user=None, **values):
        wizard = (
            self.env["debt.export.wizard"]
            .with_user(user or self.supervisor)
            .with_context(active_model="res.partner", active_id=self.debtor.id)
            .create({"requested_by": "The customer", "lang": "en_US", **values})
        )
        return self.env["debt.export"].browse(wizard.action_export()["res_id"])

    def files(self, export):
        content = base64.b64decode(export.document)
        self.assertEqual(export.checksum, hashlib.sha256(content).hexdigest())
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def data(self, **values):
        files = self.files(self.export(**values))
        return json.loads(next(c for n, c in files.items() if n.endswith(".json")))

    def log(self, **values):
        return (
            self.env["debt.action"]
            .with_user(self.agent)
            ._log(self.case.with_user(self.agent), channel="call", **values)
        )

    # === WHAT IS IN IT === #

    def test_it_has_everything_that_happened_with_its_words(self):
        self.log(note="Pays on <Friday>", reached="debtor")
        promise = self.env["debt.promise"].create(
            {
                "case_id": self.case.id,
                "amount": 60,
                "date": self.company._debt_today() + timedelta(days=3),
                "note": "by transfer",
            }
        )
        data = self.data()
        self.assertEqual(data["people"][0]["name"], self.debtor.name)
        self.assertEqual(data["people"][0]["phone"], "+57 300 123 4567")
        records = data["records"]
        self.assertEqual(records["debt.case"][0]["id"], self.case.id)
        self.assertIn("priority_text", records["debt.case"][0])
        told = {row["id"]: row for row in records["debt.action"]}
        sent = told[self.action.id]
        called = told[self.case.action_ids.filtered("by_hand").id]
        self.assertEqual(called["note"], "Pays on <Friday>")
        self.assertEqual(sent["address"], self.action.address)
        self.assertIn(self.debtor.ref or f"C{self.debtor.id:06d}", sent["text"])
        self.assertEqual(sent["why"]["step"], "Step 3")
        self.assertEqual(
            records["debt.promise"][0]["amount"],
            {"amount": 60.0, "currency": self.company.currency_id.name},
        )
        self.assertEqual(records["debt.promise"][0]["date"], str(promise.date))
        # each field is explained
        for model, rows in records.items():
            extra = {"id", "company", "text", "why_text", "priority_text", "why"}
            extra.add("policy_decision")
            for row in rows:
                self.assertFalse(row.keys() - data["keys"][model].keys() - extra)

    def test_a_new_kind_of_record_is_exported_from_its_first_day(self):
        held = self.env["debt.evidence"]._held()
        for name in self.env.registry:
            model = self.env[name]
            if (
                not name.startswith("debt.")
                or not model._auto
                or model._abstract
                or model._transient
            ):
                continue
            about = {
                field.comodel_name
                for field in model._fields.values()
                if field.store and field.type == "many2one" and not field.related
            } & {"debt.case", "res.partner", "debt.action", "debt.item"}
            with self.subTest(model=name):
                # news and reports name a customer and hold nothing about them
                if about and name not in ("debt.link", "debt.mark", "debt.purge"):
                    self.assertIn(name, held)

    def test_links_that_open_without_login_are_not_in_it(self):
        files = self.files(self.export())
        token = self.action.mail_message_id.body.partition("/debt/pay/")[2][:12]
        self.assertTrue(token)
        text = next(c for n, c in files.items() if n.endswith(".json")).decode()
        self.assertIn("/debt/pay/…", text)
        self.assertNotIn(token, text)
        for name in ("access_token", "signup_token", "password"):
            self.assertNotIn(name, text)

    def test_the_page_is_a_pdf_that_any_wkhtmltopdf_makes(self):
        names = self.files(self.export())
        pdf = next(c for n, c in names.items() if n.endswith(".pdf"))
        self.assertTrue(pdf.startswith(b"%PDF") or b"<html" in pdf[:2000])

    def test_the_page_tells_contacts_with_their_text(self):
        self.log(note="Pays on <Friday>", reached="debtor")
        evidence = self.env["debt.evidence"].with_user(self.supervisor)
        case = self.case.with_user(self.supervisor)
        sections = dict(evidence._export_sections(case))
        rows = sections["Collection Action"]
        self.assertIn("Pays on <Friday>", "\n".join(row["text"] for row in rows))
        self.assertIn("/debt/pay/…", "\n".join(row["text"] for row in rows))
        self.assertTrue(any("Step 3" in row["detail"] for row in rows))

    def test_a_period_leaves_out_what_happened_outside_of_it(self):
        self.log(note="later")
        today = self.company._debt_today()
        data = self.data(date_from=DAY, date_to=DAY)
        self.assertEqual(len(data["records"]["debt.action"]), 1)
        self.assertEqual(data["records"]["debt.action"][0]["contact_day"], str(DAY))
        self.assertTrue(data["records"]["debt.case"])
        data = self.data(date_from=today + timedelta(days=1))
        self.assertNotIn("debt.action", data["records"])

    # === WHO === #

    def test_only_supervisors_export_and_nobody_edits_the_log(self):
        with self.assertRaises(AccessError):
            self.export(user=self.agent)
        export = self.export()
        self.assertEqual(export.user_id, self.supervisor)
        self.assertEqual(export.partner_id, self.debtor)
        for values in ({"requested_by": "x"}, {"user_id": self.agent.id}):
            with self.assertRaises(AccessError):
                export.with_user(self.supervisor).write(values)
        with self.assertRaises(UserError):
            export.sudo().unlink()
        with self.assertRaises(AccessError):
            export.with_user(self.agent).read(["document"])
        self.assertIn("exported", self.case.message_ids[0].body)

    def test_other_companies_stay_out(self):
        other = self.setup_other_company()["company"]
        with self.assertRaises(UserError):
            self.export(company_ids=[(6, 0, (self.company | other).ids)])
        export = self.export()
        stranger = self.new_user(
            "stranger", "debt_collection.group_debt_supervisor", company=other
        )
        self.assertFalse(
            self.env["debt.export"].with_user(stranger).search([("id", "=", export.id)])
        )
        files = self.files(
            self.env["debt.export"]
            .with_user(stranger)
            ._make(self.debtor, other, reason="access", requested_by="x", lang="en_US")
        )
        text = next(c for n, c in files.items() if n.endswith(".json")).decode()
        self.assertEqual(json.loads(text)["records"].get("debt.action"), None)
        self.assertNotIn("Step 3", text)

    def test_the_file_page_offers_it_to_supervisors(self):
        for user, offered in ((self.supervisor, True), (self.agent, False)):
            page = self.env["debt.file"].with_user(user).load_partner(self.debtor.id)
            self.assertEqual(page["can_export"], offered)
