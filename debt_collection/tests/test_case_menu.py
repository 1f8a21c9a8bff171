from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DAY, DebtCommon

#: What is in the menu of the form of a case.
MENU = ("hold", "settlement", "set_stage", "hand_over", "propose_write_off", "refresh")


@tagged("post_install", "-at_install")
class TestCaseMenu(DebtCommon):
    """Few buttons on a case; what is decided now and then is in its menu."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.new_user(
            "supervisor", "debt_collection.group_debt_supervisor"
        )
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.seller = cls.new_user("seller", "debt_collection.group_debt_salesperson")
        cls.debtor.user_id = cls.seller

    def setUp(self):
        super().setUp()
        self.bill = self.invoice(100, due=DAY - timedelta(days=40))
        self.run_on()
        self.case = self.case_of()

    def menu_action(self, name, user):
        action = self.env.ref(f"debt_collection.debt_case_{name}")
        return (
            action.with_user(user)
            .with_context(active_model="debt.case", active_id=self.case.id)
            .run()
        )

    def menu_of(self, user):
        bindings = self.env["ir.actions.actions"].with_user(user)
        actions = bindings.get_bindings("debt.case").get("action", ())
        return [
            action["name"]
            for action in actions
            if action.get("binding_view_types") == "form"
        ]

    def test_at_most_five_buttons_for_everybody(self):
        for user, expected in (
            (self.agent, 5),
            (self.supervisor, 5),
            (self.manager, 5),
            (self.seller, 3),
        ):
            view = self.env["debt.case"].with_user(user).get_view(view_type="form")
            header = etree.fromstring(view["arch"]).find("header")
            # one that an addon says differently is still one
            names = {button.get("name") for button in header.findall("button")}
            self.assertEqual(len(names), expected, user.login)

    def test_the_menu_by_role(self):
        menus = {
            user: self.menu_of(user)
            for user in (self.agent, self.supervisor, self.seller)
        }
        # in this order; other addons and rooms may add theirs
        own = [
            "Hold",
            "Settlement Offer",
            "Change Stage",
            "Hand Over",
            "Propose Write-Off",
            "Refresh",
        ]
        self.assertEqual([name for name in menus[self.agent] if name in own], own)
        more = {"Pin", "Export Everything…"}
        self.assertEqual(set(menus[self.supervisor]), {*menus[self.agent], *more})
        self.assertFalse({*own, *more}.intersection(menus[self.seller]))
        for name in (*MENU, "pin"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.menu_action(name, self.seller)
        with self.assertRaises(AccessError):
            self.menu_action("pin", self.agent)

    def test_the_menu_leads_there(self):
        for name, model in (
            ("hold", "debt.hold.wizard"),
            ("settlement", "debt.plan"),
            ("set_stage", "debt.stage.wizard"),
            ("hand_over", "debt.handover"),
            ("propose_write_off", "debt.write.off"),
            ("pin", "debt.pin.wizard"),
        ):
            action = self.menu_action(name, self.supervisor)
            self.assertEqual(action["res_model"], model)
        self.assertFalse(self.menu_action("refresh", self.agent))

    def test_a_case_that_is_handed_over_opens_its_hand_over(self):
        lawyer = self.env["res.partner"].create({"name": "Bufete Rojas"})
        handover = self.env["debt.handover"].create(
            {
                "case_id": self.case.id,
                "agency_id": lawyer.id,
                "missing_reason": "Nothing was signed",
            }
        )
        self.assertFalse(self.menu_action("hand_over", self.supervisor)["res_id"])
        handover.action_hand_over()
        action = self.menu_action("hand_over", self.supervisor)
        self.assertEqual(action["res_id"], handover.id)

    def test_who_owes_nothing_is_left_alone(self):
        self.pay(self.bill)
        self.run_on(DAY + timedelta(days=1))
        self.assertEqual(self.case.state, "closed")
        for name in ("settlement", "set_stage", "hand_over", "pin"):
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(UserError, "owe nothing"),
            ):
                self.menu_action(name, self.supervisor)
