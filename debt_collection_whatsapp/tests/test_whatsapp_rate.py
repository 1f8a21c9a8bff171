import base64
import io
from datetime import date

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import WhatsappCommon

JULY, OCTOBER = date(2026, 7, 1), date(2026, 10, 1)


@tagged("post_install", "-at_install")
class TestWhatsappRate(WhatsappCommon):
    """What a message costs, and how prices come in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("wa_manager", "debt_collection.group_debt_manager")
        cls.rates = cls.env["debt.whatsapp.rate"].with_user(cls.manager)
        cls.rates.sudo().search([]).unlink()
        cls.co, cls.pe = cls.env.ref("base.co"), cls.env.ref("base.pe")
        cls.usd = cls.env.ref("base.USD")

    def add(self, price, country=None, category="utility", day=JULY):
        self.rates.create(
            {
                "country_id": country and country.id,
                "category": category,
                "date": day,
                "price": price,
                "currency_id": self.usd.id,
            }
        )

    def price(self, country, category="utility", day=OCTOBER):
        found = self.rates.with_user(self.agent)._price(country, category, day)
        return found and found[0]

    def test_the_price_of_a_country_and_a_day(self):
        self.add(0.0008, self.co)
        self.add(0.0009, self.co, day=OCTOBER)
        self.add(0.02)
        self.add(0.05, self.co, category="marketing")
        self.assertEqual(
            self.rates._price(self.co, "utility", OCTOBER), (0.0009, self.usd)
        )
        self.assertEqual(self.price(self.co, day=date(2026, 9, 30)), 0.0008)
        self.assertEqual(self.price(self.pe), 0.02)
        self.assertEqual(self.price(self.env["res.country"]), 0.02)
        self.assertEqual(self.price(self.co, "marketing"), 0.05)
        self.assertIsNone(self.price(self.co, "authentication"))
        self.assertEqual(self.price(self.co, day=date(2026, 6, 30)), None)

    def test_a_message_without_template_costs_what_a_utility_template_does(self):
        self.add(0.0008, self.co)
        self.assertEqual(self.price(self.co, "service"), 0.0008)
        self.add(0.0001, self.co, category="service")
        self.assertEqual(self.price(self.co, "service"), 0.0001)

    def test_agents_change_no_prices(self):
        with self.assertRaises(AccessError):
            self.rates.with_user(self.agent).create({"category": "utility"})

    # === IMPORT === #

    def wizard(self, content, name="prices.csv", **values):
        if isinstance(content, str):
            content = content.encode()
        wizard = self.env["debt.whatsapp.rate.wizard"].with_user(self.manager)
        return wizard.create(
            {
                "file": base64.b64encode(content),
                "file_name": name,
                "date": OCTOBER,
                **values,
            }
        )

    def test_a_file_is_looked_at_before_it_is_imported(self):
        self.add(0.0008, self.co, day=OCTOBER)
        wizard = self.wizard(
            "Country;Category;Date;Price;Currency\n"
            "CO;utility;2026-10-01;0.0009;USD\n"
            "Peru;Utilidad;;0.02;\n"
            "\n"
            "Other;marketing;01/07/2026;0.06;EUR\n"
        )
        wizard.action_check()
        self.assertFalse(wizard.problems)
        self.assertEqual(
            (wizard.new_count, wizard.changed_count, wizard.same_count), (2, 1, 0)
        )
        self.assertIn("0.000800 → 0.000900", wizard.preview)
        self.assertEqual(self.price(self.co), 0.0008)
        wizard.action_import()
        self.assertEqual(self.price(self.co), 0.0009)
        self.assertEqual(self.price(self.pe), 0.02)
        self.assertEqual(
            self.rates._price(self.pe, "marketing", JULY),
            (0.06, self.env.ref("base.EUR")),
        )
        wizard.action_check()
        self.assertEqual((wizard.new_count, wizard.same_count), (0, 3))

    def test_the_list_of_meta_has_a_column_for_each_category(self):
        book = openpyxl.Workbook()
        for row in (
            ["Rates of October"],
            ["Market", "Currency", "Marketing", "Utility", "Authentication"],
            ["Colombia", "$US", 0.0125, 0.0008, "n/a"],
            ["Peru", "USD", 0.0703, 0.02, 0.0377],
        ):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        wizard = self.wizard(content.getvalue(), "rates.xlsx")
        wizard.action_check()
        self.assertIn("“$US”", wizard.problems)
        book.active["B3"] = None
        content = io.BytesIO()
        book.save(content)
        wizard = self.wizard(content.getvalue(), "rates.xlsx")
        wizard.action_check()
        self.assertFalse(wizard.problems)
        self.assertEqual(wizard.new_count, 5)
        wizard.action_import()
        self.assertEqual(self.price(self.co), 0.0008)
        self.assertEqual(self.price(self.pe, "authentication"), 0.0377)
        self.assertIsNone(self.price(self.co, "authentication"))

    def test_what_is_wrong_is_said_by_line_and_nothing_is_imported(self):
        wizard = self.wizard(
            "country,category,price\n"
            "CO,utility,0.01\n"
            "Atlantis,utility,0.01\n"
            "CO,shouting,0.01\n"
            "CO,utility,cheap\n"
            "PE,utility,-1\n"
        )
        wizard.action_check()
        lines = wizard.problems.splitlines()
        self.assertEqual(len(lines), 4, lines)
        for number, line in enumerate(lines, start=3):
            self.assertIn(f"Line {number}:", line)
        with self.assertRaises(UserError):
            wizard.action_import()
        self.assertIsNone(self.price(self.co))

    def test_files_that_are_none(self):
        for content in (b"", b"PK\x03\x04broken", b"%PDF-1.4", b"a,b\n1,2\n"):
            with self.subTest(content=content):
                wizard = self.wizard(content or b" ")
                wizard.action_check()
                self.assertTrue(wizard.problems)
                with self.assertRaises(UserError):
                    wizard.action_import()
