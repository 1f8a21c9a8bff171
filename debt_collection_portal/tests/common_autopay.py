from unittest import SkipTest

from odoo.tests import freeze_time, tagged

from odoo.addons.debt_collection.tests.test_plan import DAY, PlanCommon, days

from ..tools.visit import Visit

__all__ = ["DAY", "AutopayCommon", "days"]


@tagged("post_install", "-at_install")
class AutopayCommon(PlanCommon):
    """A plan of 90 today and twice 105, whose customer saved a card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "debt_autopay": True,
                "debt_test_mode": False,
                "debt_autopay_retries": "2,4",
            }
        )
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Ana Gómez",
                "parent_id": cls.debtor.id,
                "email": "ana@andina.example.com",
            }
        )
        cls.provider = cls.new_provider(cls.company)
        cls.card = cls.new_card(cls.debtor, cls.provider)

    @classmethod
    def new_provider(cls, company):
        module = cls.env["ir.module.module"].sudo()._get("payment_demo")
        if module.state != "installed":
            raise SkipTest("payment_demo is not installed.")
        demo = cls.env.ref("payment.payment_provider_demo").sudo()
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
        )
        provider = demo.copy({"company_id": company.id, "name": "Demo"})
        provider.write({"state": "test", "is_published": True})
        provider.journal_id = journal
        cls.env.ref("payment_demo.payment_method_demo").sudo().active = True
        return provider

    @classmethod
    def new_card(cls, partner, provider, says="done"):
        return (
            cls.env["payment.token"]
            .sudo()
            .create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": cls.env.ref(
                        "payment_demo.payment_method_demo"
                    ).id,
                    "partner_id": partner.id,
                    "provider_ref": "demo",
                    "payment_details": "1111",
                    "demo_simulated_state": says,
                }
            )
        )

    def visit(self, case=None):
        case = (case or self.case_of()).sudo()
        return Visit(case, self.person, "login", True, "203.0.113.9", "Firefox")

    def turn_on(self, plan, card=None):
        autopays = self.env["debt.autopay"]
        text = autopays._consent(plan)
        return autopays.sudo()._begin(plan, card or self.card, self.visit(), text)

    def agreed(self, says="done", **values):
        """Return a plan in force that is paid automatically with the card."""
        self.card.demo_simulated_state = says
        plan = self.accept(self.plan(**values)).with_user(self.env.user)
        self.turn_on(plan)
        return plan

    def job(self, day=DAY):
        """Do what the hourly job does; messages leave in between."""
        self.today = day
        noon = self.company._debt_noon(day)
        charges = self.env["debt.autopay.charge"].sudo()
        with freeze_time(noon):
            for _hour in range(2):  # the first announces, the second charges
                charges._charge_company(self.company, day, noon)
                self.env["debt.run"].sudo()._dispatch(self.company, noon)
        self.env.invalidate_all()

    def charges(self, plan):
        return [
            (charge.day, charge.amount, charge.state)
            for charge in plan.autopay_charge_ids.sorted("id")
        ]

    def told(self, purpose):
        actions = self.env["debt.action"].search(
            [("purpose", "=", purpose)], order="id"
        )
        return actions
