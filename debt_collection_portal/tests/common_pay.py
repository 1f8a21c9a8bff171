from unittest import SkipTest

from lxml import html

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCommon


@tagged("post_install", "-at_install")
class PayCommon(PortalCommon):
    """A company whose customers pay with the provider that Odoo has to try payments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.new_provider("payment_demo")
        cls.method = cls.provider.payment_method_ids

    @classmethod
    def new_provider(cls, module, company=None):
        """Return the provider of a module for the company; skip where it is not."""
        xmlid = {
            "payment_demo": "payment.payment_provider_demo",
            "payment_custom": "payment.payment_provider_transfer",
        }[module]
        if not cls.env["ir.module.module"]._get(module).state == "installed":
            raise SkipTest(f"{module} is not installed.")
        provider = cls.env.ref(xmlid).sudo()
        provider = provider.copy({"company_id": (company or cls.company).id})
        provider.write({"state": "test", "is_published": True})
        return provider

    # === WITHOUT A BROWSER === #

    def transaction(self, case, choice=None, **values):
        """Return a transaction that pays a choice, by default all that is overdue."""
        choice = choice or case._portal_choice()
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    **case._debt_transaction_vals(
                        choice.parts, choice.currency, choice.promise, choice.advance
                    ),
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "operation": "online_direct",
                    **values,
                }
            )
        )

    def notify(self, transaction, state="done"):
        """The provider says what became of a transaction; Odoo books it."""
        data = {
            "reference": transaction.reference,
            "simulated_state": state,
            "payment_details": "1234",
        }
        transaction._process("demo", data)
        if not transaction.is_post_processed:
            transaction._post_process()
        return transaction

    def open_of(self, *invoices):
        """Return what is open of each invoice, in its currency."""
        return [round(invoice.amount_residual, 2) for invoice in invoices]

    # === AS A BROWSER === #

    def form_of(self, page):
        """Return what Odoo's payment form of a page would send; None without one."""
        tree = html.fromstring(page.content)
        forms = tree.xpath("//form[@id='o_payment_form']")
        if not forms:
            return None
        data = forms[0].attrib
        script = page.text.split('csrf_token: "')[1].split('"')[0]
        return {
            "url": data["data-transaction-route"],
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": float(data["data-amount"]),
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": data["data-landing-route"],
            "is_validation": False,
            "access_token": data["data-access-token"],
            "csrf_token": script,
        }

    def call(self, page, **values):
        """Press Pay on a page; return the answer of the server as it is."""
        params = {**self.form_of(page), **values}
        route = f"{self.base_url()}{params.pop('url')}"
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        return self.opener.post(route, json=body, timeout=30).json()

    def start(self, page, **values):
        """Press Pay on a page; return the transaction."""
        reference = self.call(page, **values)["result"]["reference"]
        found = self.env["payment.transaction"].sudo()
        return found.search([("reference", "=", reference)])

    def refused(self, page, message, **values):
        """Press Pay on a page, with other values than it has: it is refused."""
        transactions = self.env["payment.transaction"].sudo()
        before = transactions.search_count([])
        with mute_logger("odoo.http"):
            answer = self.call(page, **values)
        self.assertIn("error", answer, values)
        self.assertRegex(answer["error"]["data"]["message"], message)
        self.assertEqual(transactions.search_count([]), before)
