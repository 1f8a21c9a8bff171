from odoo.tests import TransactionCase, tagged
from odoo.tools import format_amount

from ..models.contact.debt_action_text_mixin import _Words
from ..tools.amount import format_short_amount

AMOUNTS = (0, 0.01, 7, 999.99, 1000, 1234567.8, 98765432109.87)


@tagged("post_install", "-at_install")
class TestTextAmounts(TransactionCase):
    """Texts write amounts as Odoo does, though faster."""

    def test_amounts_are_written_as_odoo_writes_them(self):
        Currency = self.env["res.currency"].with_context(active_test=False)
        currencies = Currency.search([("name", "in", ("USD", "EUR", "CLP", "KWD"))])
        currencies += Currency.create(
            {"name": "XRD", "symbol": "R", "rounding": 0.05, "position": "after"}
        )
        for code in ("en_US", "es_CO", "es_MX", "fr_FR", "de_CH", "en_IN"):
            self.env["res.lang"]._activate_lang(code)
            env = self.env(context={"lang": code})
            words = _Words(env)
            for currency in currencies.with_env(env):
                for amount in AMOUNTS:
                    amount = currency.round(amount)
                    with self.subTest(code=code, currency=currency.name):
                        self.assertEqual(
                            words.amount(amount, currency.id),
                            format_amount(env, amount, currency),
                        )

    def test_short_amounts_lose_no_digit_that_counts(self):
        self.env["res.lang"]._activate_lang("es_CO")
        Currency = self.env["res.currency"].with_context(active_test=False)
        for code, currency, amount, expected in (
            ("en_US", "USD", 1000, "$\xa01,000"),
            ("en_US", "USD", 856.8, "$\xa0856.80"),
            ("en_US", "USD", 0, "$\xa00"),
            ("es_CO", "USD", 1234567, "$\xa01.234.567"),
            ("es_CO", "USD", 1234567.5, "$\xa01.234.567,50"),
            # no decimals: the last zeros are thousands
            ("es_CO", "CLP", 23443000, "$\xa023.443.000"),
            ("es_CO", "CLP", 10, "$\xa010"),
            ("es_CO", "KWD", 5.25, "5,250\xa0KD"),
            ("es_CO", "KWD", 5000, "5.000\xa0KD"),
        ):
            with self.subTest(code=code, currency=currency, amount=amount):
                record = Currency.search([("name", "=", currency)])
                record.symbol, record.position = (
                    ("KD", "after") if currency == "KWD" else ("$", "before")
                )
                env = self.env(context={"lang": code})
                self.assertEqual(format_short_amount(env, amount, record), expected)
