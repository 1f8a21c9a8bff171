import contextlib

from odoo.exceptions import AccessError, MissingError
from odoo.service.model import call_kw

from .common import PortalCommon
from .routes import ADDON
from .rows import SeesRows


class TestPortalRights(SeesRows, PortalCommon):
    """Beside the page customers can do nothing to what is ours."""

    def setUp(self):
        super().setUp()
        self.case = self.case_with(1234)
        self.cr.precommit.run()

    def test_customers_have_no_right_on_anything_of_ours(self):
        self.log_in()
        users = {"portal": self.user, "public": self.env.ref("base.public_user")}
        for name in self.env.registry:
            if not name.startswith("debt.") or self.env[name]._abstract:
                continue
            for kind, user in users.items():
                model = self.env[name].with_user(user)
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(model=name, user=kind, operation=operation):
                        self.assertFalse(model.has_access(operation))

    def test_customers_call_nothing_of_ours(self):
        """Public methods of the addon refuse users of the portal, or change nothing."""
        before = self.written()
        called = 0
        for name in self.env.registry:
            model = self.env[name].with_user(self.user)
            for method in sorted(self.public_methods(type(model))):
                called += 1
                with self.subTest(model=name, method=method):
                    ids = self.case.ids if name == "debt.case" else [1]
                    with contextlib.suppress(AccessError, TypeError, MissingError):
                        call_kw(model, method, [ids], {})
                    self.assertFalse(self.newly(before))
        self.assertTrue(called)
        self.assertFalse(self.newly(before))

    def public_methods(self, cls):
        """Return the public methods that the addon gives to a model."""
        return {
            name
            for base in cls.__mro__
            if base.__module__.startswith(ADDON)
            for name, value in vars(base).items()
            if callable(value) and not name.startswith("_")
        }

    def test_every_model_has_rights_and_those_of_a_company_its_rule(self):
        access, rules = self.env["ir.model.access"], self.env["ir.rule"]
        for name, cls in self.env.registry.items():
            model = self.env[name]
            own = model._original_module == "debt_collection_portal"
            if not own or model._abstract or not cls._auto:
                continue
            with self.subTest(model=name):
                lines = access.search([("model_id.model", "=", name)])
                self.assertTrue(lines)
                self.assertTrue(all(line.group_id for line in lines))
                if "company_id" in model._fields and not model._transient:
                    domain = [("model_id.model", "=", name), ("groups", "=", False)]
                    found = rules.search(domain)
                    self.assertIn("company_ids", str(found.mapped("domain_force")))
