from odoo.tests import TransactionCase, tagged
from odoo.tools import format_amount

from ..models.contact.debt_action_text_mixin import _Words

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
