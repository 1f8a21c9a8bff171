from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import DAY, DebtCommon

OPERATIONS = ("read", "write", "create", "unlink")
CONFIGURATION = (
    "debt.stage",
    "debt.segment",
    "debt.strategy",
    "debt.strategy.step",
    "debt.strategy.step.fallback",
    "debt.outcome",
    "debt.legal.document",
    "debt.handover.step.kind",
    "debt.limitation.rule",
    "debt.contact.policy",
    "debt.contact.window",
    "debt.contact.cap",
    "debt.contact.holiday",
)

#: Operations allowed on the model, by kind of user: r, w, c, u.
TABLE = {
    "debt.case": {
        "agent": "rw",
        "supervisor": "rw",
        "manager": "rw",
        "account": "r",
        "sales": "r",
    },
    "debt.item": {
        "agent": "r",
        "supervisor": "rw",
        "manager": "rw",
        "account": "r",
        "sales": "r",
    },
    "debt.item.step": {"agent": "r", "supervisor": "r", "manager": "r", "account": ""},
    "debt.action": {
        "agent": "r",
        "supervisor": "r",
        "manager": "r",
        "account": "r",
        "sales": "r",
    },
    "debt.bounce": {"agent": "r", "supervisor": "r", "manager": "r", "account": ""},
    "debt.finding": {"agent": "", "supervisor": "", "manager": "r", "account": ""},
    "debt.run": {"agent": "r", "supervisor": "r", "manager": "r", "account": ""},
    "debt.run.line": {"agent": "r", "supervisor": "r", "manager": "r", "account": ""},
    "debt.team": {"agent": "r", "supervisor": "r", "manager": "rwcu", "sales": "r"},
    "debt.team.member": {"agent": "r", "supervisor": "rw", "manager": "rwcu"},
    "debt.assignment.rule": {"agent": "r", "supervisor": "r", "manager": "rwcu"},
    "debt.priority.rule": {"agent": "r", "supervisor": "r", "manager": "rwcu"},
    "debt.import": {"agent": "", "supervisor": "", "manager": "rwcu", "account": ""},
    "debt.import.line": {
        "agent": "",
        "supervisor": "",
        "manager": "rcu",
        "account": "",
    },
    "debt.mark": {"agent": "", "supervisor": "", "manager": "r", "account": ""},
    "debt.link": {"agent": "", "supervisor": "", "manager": "", "account": ""},
    "debt.action.note": {
        "agent": "rc",
        "supervisor": "rc",
        "manager": "rc",
        "account": "r",
        "sales": "rc",
    },
    "debt.promise": {
        "agent": "rwcu",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "r",
        "sales": "r",
    },
    "debt.payment.notice": {
        "agent": "rwcu",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "rw",
        "sales": "rcu",
    },
    "debt.group": {
        "agent": "r",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "r",
    },
    "debt.start.accept": {"manager": "rwcu", "account": "rwcu"},
    "debt.plan": {
        "agent": "rwcu",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "r",
        "sales": "r",
    },
    "debt.write.off": {
        "agent": "rwcu",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "rwcu",
        "sales": "r",
    },
    "debt.write.off.rule": {
        "agent": "r",
        "supervisor": "r",
        "manager": "rwcu",
        "account": "r",
        "sales": "r",
    },
    "debt.export": {"supervisor": "r", "manager": "r"},
    "debt.text.version": {"supervisor": "r", "manager": "r"},
    "debt.text.word": {"supervisor": "r", "manager": "rwcu"},
    "debt.purge": {"manager": "ru"},
    "debt.retention.rule": {"supervisor": "r", "manager": "rwcu"},
    "debt.charge": {
        "agent": "r",
        "supervisor": "r",
        "manager": "r",
        "account": "r",
        "sales": "r",
    },
    **{
        model: {"agent": "r", "supervisor": "r", "manager": "rwcu", "account": "r"}
        for model in (
            "debt.charge.rule",
            "debt.charge.tier",
            "debt.interest.rate",
            "debt.interest.reference",
        )
    },
    "debt.handover": {
        "agent": "rwcu",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "r",
        "sales": "r",
    },
    "debt.handover.document": {
        "agent": "rwcu",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "r",
        "sales": "r",
    },
    "debt.handover.step": {
        "agent": "rwc",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "r",
        "sales": "r",
    },
    "debt.commission": {"supervisor": "r", "manager": "r", "account": "r"},
    "debt.collected": {"supervisor": "r", "manager": "r", "account": "r"},
    "debt.target": {"supervisor": "r", "manager": "rwcu"},
    "debt.assignment": {
        "agent": "r",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "rwc",
        "sales": "r",
    },
    "debt.limitation.event": {
        "agent": "rc",
        "supervisor": "rwc",
        "manager": "rwc",
        "account": "r",
        "sales": "r",
    },
    "debt.contact.consent": {
        "agent": "rc",
        "supervisor": "rc",
        "manager": "rc",
        "account": "r",
        "sales": "rc",
    },
    "debt.bureau.list": {"supervisor": "rwcu", "manager": "rwcu"},
    "debt.bureau.line": {"supervisor": "rw", "manager": "rw"},
    "debt.plan.limit": {"agent": "r", "supervisor": "r", "manager": "rwcu"},
    "debt.campaign": {"agent": "rwcu", "supervisor": "rwcu", "manager": "rwcu"},
    "debt.letter.run": {"agent": "r", "supervisor": "r", "manager": "r"},
    "debt.text.template": {
        "agent": "r",
        "supervisor": "r",
        "manager": "rwcu",
        "sales": "r",
    },
    # every employee may be the one who has to answer
    "debt.dispute": {
        "agent": "rwcu",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "rw",
        "employee": "rw",
        "sales": "rw",
    },
    "debt.dispute.reason": {
        "agent": "r",
        "supervisor": "r",
        "manager": "rwcu",
        "account": "r",
        "employee": "r",
        "sales": "r",
    },
    # every employee may be the one who gets the document
    "debt.difference": {
        "agent": "rwcu",
        "supervisor": "rwcu",
        "manager": "rwcu",
        "account": "rwcu",
        "employee": "rw",
        "sales": "rw",
    },
    "debt.difference.reason": {
        "agent": "r",
        "supervisor": "r",
        "manager": "rwcu",
        "account": "r",
        "employee": "r",
        "sales": "r",
    },
    "debt.pay.calendar": {
        "agent": "rwc",
        "supervisor": "rwc",
        "manager": "rwcu",
        "account": "r",
    },
    **{
        model: {
            "agent": "r",
            "supervisor": "r",
            "manager": "rwcu",
            "account": "r",
            "sales": "r",
        }
        for model in CONFIGURATION
    },
}


@tagged("post_install", "-at_install")
class TestAccess(DebtCommon):
    """Who may do what: user × model × operation, and whose records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "agent": cls.agent,
            "supervisor": cls.new_user(
                "supervisor", "debt_collection.group_debt_supervisor"
            ),
            "manager": cls.new_user("manager", "debt_collection.group_debt_manager"),
            "account": cls.new_user("bookkeeper", "account.group_account_invoice"),
            "sales": cls.new_user("seller", "debt_collection.group_debt_salesperson"),
            "employee": cls.new_user("employee", "base.group_user"),
            "portal": cls.new_user("visitor", "base.group_portal"),
        }
        cls.colleague = cls.new_user("colleague", "debt_collection.group_debt_agent")

    def setUp(self):
        super().setUp()
        self.invoice(100, due=DAY - timedelta(days=4))
        self.strategy.mode = "approve"
        self.daily = self.run_on()
        self.case = self.case_of()
        self.action = self.actions_of(self.daily)

    def test_the_table_of_rights(self):
        for model, rights in TABLE.items():
            for kind, user in self.users.items():
                allowed = rights.get(kind, "")
                if model == "debt.pay.calendar" and kind in ("employee", "sales"):
                    allowed = "r"
                for operation in OPERATIONS:
                    with self.subTest(model=model, user=kind, operation=operation):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            operation[0] in allowed,
                        )

    def test_the_table_names_every_model(self):
        models = self.env["ir.model"].search([("model", "=like", "debt.%")])
        stored = {
            model.model
            for model in models
            if not self.env[model.model]._abstract
            and not self.env[model.model]._transient
            # models of other addons have tables of their own
            and self.env[model.model]._original_module == "debt_collection"
        }
        self.assertEqual(stored, set(TABLE))

    def test_an_agent_works_own_and_unassigned_cases_and_reads_the_others(self):
        case = self.case.with_user(self.agent)
        case.agent_id = self.colleague
        self.assertEqual(case.read(["amount_total"])[0]["amount_total"], 100)
        with self.assertRaises(AccessError):
            case.action_resume()
            case.hold_reason = "mine"
        case.sudo().agent_id = self.agent
        case.hold_reason = "mine"

    def test_a_stricter_company_lets_agents_read_their_own_cases_only(self):
        self.company.debt_agent_scope = "own"
        self.case.agent_id = self.colleague
        for model in ("debt.case", "debt.item", "debt.action"):
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(self.agent).search([]))
                self.assertTrue(self.env[model].with_user(self.colleague).search([]))
                supervisor = self.users["supervisor"]
                self.assertTrue(self.env[model].with_user(supervisor).search([]))

    def test_evidence_cannot_be_deleted_by_anybody(self):
        with self.assertRaisesRegex(Exception, "evidence"):
            self.case.sudo().unlink()
        with self.assertRaisesRegex(Exception, "evidence"):
            self.action.sudo().unlink()

    def test_only_who_may_work_the_case_approves_its_messages(self):
        self.case.agent_id = self.colleague
        with self.assertRaises(AccessError):
            self.action.with_user(self.agent).action_approve()
        with self.assertRaises(AccessError):
            self.action.with_user(self.users["account"]).action_refuse()
        self.action.with_user(self.colleague).action_approve()
        self.assertEqual(self.action.state, "planned")

    def test_only_supervisors_run_and_simulate(self):
        wizards = self.env["debt.run.wizard"]
        with self.assertRaises(AccessError):
            wizards.with_user(self.agent).create({"day": DAY})
        wizard = wizards.with_user(self.users["supervisor"]).create({"day": DAY})
        wizard.action_simulate()
        wizard.action_run()
        asked = self.env["debt.run"].search([("state", "=", "requested")])
        self.assertEqual(asked.user_id, self.users["supervisor"])

    def test_the_run_cannot_be_forged_by_its_states(self):
        for user in self.users.values():
            with self.assertRaises(AccessError):
                self.action.with_user(user).write({"state": "sent"})
            with self.assertRaises(AccessError):
                self.env["debt.action"].with_user(user).create(
                    {"case_id": self.case.id, "channel": "email"}
                )

    def test_accountants_see_where_collection_stands_on_invoice_and_customer(self):
        user = self.users["account"]
        invoice = (
            self.env["account.move"]
            .with_user(user)
            .search([("id", "=", self.case.item_ids.move_id.id)])
        )
        self.assertEqual(invoice.debt_case_id, self.case)
        self.assertEqual(invoice.debt_stage_id.name, "Early")
        self.assertEqual(invoice.action_debt_case()["res_id"], self.case.id)
        partner = self.debtor.with_user(user)
        self.assertEqual(partner.debt_case_count, 1)
        self.assertEqual(partner.debt_stage_id.name, "Early")
        self.assertTrue(partner.debt_next_action_date)

    def test_an_employee_without_rights_sees_no_case_of_a_customer(self):
        partner = self.debtor.with_user(self.users["employee"])
        self.assertEqual(partner.debt_case_count, 1)  # a number, nothing more
        with self.assertRaises(AccessError):
            partner.debt_case_ids.read(["amount_total"])
