from unittest.mock import patch

from lxml import html

from .common import DAY
from .common_pay import PayCommon


class TestPayTransfer(PayCommon):
    """A bank transfer: whom to pay, with which reference, and a code to scan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.new_provider("payment_custom")
        cls.method = cls.provider.payment_method_ids
        bank = cls.env["res.partner.bank"].create(
            {
                "acc_number": "BE15001559627230",
                "partner_id": cls.company.partner_id.id,
                "acc_holder_name": "Andes Ltda",
            }
        )
        cls.company_data["default_journal_bank"].bank_account_id = bank

    def setUp(self):
        super().setUp()
        self.first = self.invoice(100, due=DAY)
        self.second = self.invoice(50, due=DAY)
        self.case = self.case_with()
        self.log_in()

    def order(self):
        """Choose the transfer as a browser does; return the transaction."""
        page = self.url_open(f"/my/debts/{self.case.id}/pay")
        transaction = self.start(page, flow="redirect")
        self.url_open(
            "/payment/custom/process", data={"reference": transaction.reference}
        )
        self.assertEqual(transaction.state, "pending")
        return transaction

    def test_the_page_says_how_to_make_the_transfer(self):
        transaction = self.order()
        page = html.fromstring(self.url_open(transaction._portal_url()).content)
        (card,) = page.xpath("//*[@id='debt_portal_transfer']")
        text = card.text_content()
        for words in ("Andes Ltda", "BE15001559627230", transaction.reference):
            self.assertIn(words, text)
        self.assertTrue(card.xpath(".//*[local-name()='svg']"))
        # one reference for both invoices, which is not the name of the first
        self.assertNotIn(self.first.name, transaction.reference)

    def test_a_transfer_that_never_comes_does_not_keep_from_paying(self):
        transaction = self.order()
        self.assertEqual(self.case._portal_under_way(), transaction)
        self.assertEqual(self.case._portal_choice().amount, 150)

    def test_banks_of_a_country_read_their_own_code(self):
        bank = self.company_data["default_journal_bank"].bank_account_id
        transaction = self.order()
        self.assertFalse(transaction._portal_transfer()["qr_of_bank"])
        cls = "odoo.addons.account.models.res_partner_bank.ResPartnerBank"
        with (
            patch(f"{cls}._build_qr_code_vals", return_value={"qr_method": "x"}) as ask,
            patch(f"{cls}._get_qr_code_generation_params", return_value={"value": "V"}),
        ):
            self.assertEqual(transaction._portal_bank_code(bank, "REF"), "V")
            self.assertTrue(transaction._portal_transfer()["qr_of_bank"])
        ask.assert_called_with(
            150, transaction.reference, None, self.company.currency_id, self.person
        )
