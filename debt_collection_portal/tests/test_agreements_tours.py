from unittest.mock import patch

from .test_agreements import DAY, AgreementsCommon, days


class TestAgreementsTours(AgreementsCommon):
    """Promise, plan and settlement in a browser."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(
                self.env.registry["ir.actions.report"],
                "_render_qweb_pdf",
                lambda *_args, **_kwargs: (b"%PDF", "pdf"),
            )
        )

    def test_promise(self):
        self.start_tour(self.url, "debt_portal_promise", login=self.user.login)
        self.again()
        promise = self.case.promise_ids
        self.assertEqual((promise.state, promise.source), ("cancelled", "portal"))
        self.assertEqual(len(promise.item_ids), 1)

    def test_plan_with_a_drawn_signature(self):
        self.limit()
        self.start_tour(self.url, "debt_portal_plan", login=self.user.login)
        self.again()
        plan = self.case.plan_ids
        self.assertEqual((plan.state, plan.instalments), ("active", 1))
        self.assertEqual(plan.accepted_by, "Ana Gómez")
        self.assertTrue(plan.signature)
        self.assertTrue(plan.signed_tz)

    def test_settlement_behind_a_link_signed_with_a_name(self):
        manager = self.new_user("boss", "debt_collection.group_debt_manager")
        offer = (
            self.env["debt.plan"]
            .with_user(manager)
            .create(
                {
                    "case_id": self.case.id,
                    "item_ids": self.items.ids,
                    "discount_percent": 20,
                    "instalments": 1,
                    "date_start": DAY,
                    "date_first": days(4),
                    "date_expiry": days(2),
                    "on_pay_days": False,
                }
            )
        )
        offer.action_offer()
        self.start_tour(
            f"/debt/pay/{self.secret_of(self.case)}", "debt_portal_settlement"
        )
        self.again()
        self.assertEqual((offer.state, offer.amount_total), ("active", 266.68))
        self.assertFalse(offer.sudo().signature)


class TestAgreementsToursOnAPhone(TestAgreementsTours):
    browser_size = "375x667"
