import contextlib
import re
from datetime import timedelta
from inspect import signature

from odoo import fields
from odoo.exceptions import AccessError, MissingError
from odoo.service.model import call_kw
from odoo.tools import SQL

from ..controllers.door import LINKS
from .common import PortalCommon

ADDON = "odoo.addons.debt_collection_portal."
ACCOUNT = "/my/debts/<int:case_id>"
LOOK, CHANGE = {"GET"}, {"POST"}

#: Every route of the addon below an account, each behind the one door.
ROUTES = {
    ACCOUNT: LOOK,
    f"{ACCOUNT}/check": LOOK,
    f"{ACCOUNT}/check/answer": CHANGE,
    f"{ACCOUNT}/check/code": CHANGE,
}
#: Those before somebody showed who they are.
UNPROVEN = {each for each in ROUTES if "/check" in each}
#: Every other route of the addon, with its methods and who comes in.
OUTSIDE = {
    "/my/debts": (LOOK, "public"),
}
#: Tables that no form of the page may write at all.
UNTOUCHED = (
    *("res_users", "res_groups_users_rel", "res_company", "ir_model_access"),
    *("ir_rule", "ir_config_parameter", "account_move", "account_move_line"),
    *("account_payment", "account_partial_reconcile", "res_partner_bank"),
)
#: Columns of the case and the customer that no form may write, whatever it is sent.
GUARDED = {
    "debt_case": ("partner_id", "company_id", "state", "amount_total", "agent_id"),
    "res_partner": ("name", "vat", "parent_id", "commercial_partner_id", "active"),
}
#: What no form expects.
ODD = ("", "\x00", "-1", "9" * 400, "NaN", "\u202e{{7*7}}", "x" * 65_000)
#: Tables that a visit may write without doing anything: who was here, and files.
TRACES = re.compile(r"res_users_log|res_device.*|bus_.*|ir_logging|ir_attachment")


class TestPortalSecurity(PortalCommon):
    """Every route, whoever comes: the same refusal, nothing told, nothing written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.inside = cls.new_user("inside", "base.group_user")
        for user in (cls.inside, cls.agent):
            user.password = user.login

    def setUp(self):
        super().setUp()
        self.case = self.case_with(1234)
        self.other = self.case_with(77, partner=self.stranger)
        self.cr.precommit.run()  # what the books tell us of these invoices

    # === WHAT THERE IS === #

    def rules(self):
        """Return {path: what answers there} of the addon."""
        http = self.env["ir.http"]
        rules = http._generate_routing_rules(
            sorted(self.env.registry._init_modules), converters=http._get_converters()
        )
        return {
            path: endpoint
            for path, endpoint in rules
            if endpoint.original_endpoint.__module__.startswith(ADDON)
        }

    def paths(self, methods=None):
        """Return the paths below an account, of some methods."""
        return sorted(p for p, found in ROUTES.items() if found == (methods or found))

    def url(self, path, case=None, child=None):
        """Return the address of a route: of a case, and of something of another one.

        Without another one, of something that nobody has.
        """

        def fill(match):
            return str(self.child_of(match[1], child) if child else 2**31 - 1)

        path = path.replace("<int:case_id>", str(getattr(case, "id", case)))
        return re.sub(r"<int:(\w+)>", fill, path)

    def child_of(self, name, case):
        raise NotImplementedError(f"say in the test what {name} is")

    def ask(self, path, url, token=True):
        """Ask as a browser does, without going on where it is sent."""
        values = {"csrf_token": self.csrf()} if token else {"x": "1"}
        data = values if ROUTES.get(path) == CHANGE else None
        return self.url_open(url, data=data, allow_redirects=False)

    def plain(self, page):
        """Return a page without what is of the session."""
        return [line for line in page.text.splitlines() if "csrf_token" not in line]

    def written(self):
        """Return {table: rows written in this transaction}, traces left out."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del"
                " FROM pg_stat_xact_user_tables"
            )
        )
        return {name: count for name, count in rows if not TRACES.fullmatch(name)}

    def newly(self, before):
        """Return the tables that were written since."""
        now = self.written()
        return sorted(name for name in now if now[name] > before.get(name, 0))

    def assertRefused(self, pages):
        """All pages say the same, and that there is nothing."""
        for page in pages:
            self.assertEqual(page.status_code, 404, page.url)
            self.assertEqual(self.plain(page), self.plain(pages[0]), page.url)
            self.assertNotIn("Andina", page.text)
            self.assertNotIn("1,234", page.text)

    # === THE TABLE === #

    def test_every_route_is_in_the_table(self):
        found = self.rules()
        self.assertEqual(found.keys(), ROUTES.keys() | OUTSIDE.keys())
        for path, endpoint in found.items():
            with self.subTest(path=path):
                routing = endpoint.routing
                methods = set(routing["methods"] or ()) - {"OPTIONS"}
                wanted = (ROUTES[path], "public") if path in ROUTES else OUTSIDE[path]
                self.assertEqual((methods, routing["auth"]), wanted)
                self.assertTrue(routing.get("csrf", True))
                self.assertTrue(routing.get("website"))
                self.assertFalse(routing.get("cors"))
                if path in ROUTES:
                    self.assertEqual(routing["type"], "http")

    def test_what_changes_something_wants_a_form_of_ours(self):
        self.open_link(self.case)
        before = self.written()
        for path in self.paths(CHANGE):
            with self.subTest(path=path):
                url = self.url(path, self.case)
                self.assertEqual(self.ask(path, url, token=False).status_code, 400)
                self.assertEqual(self.url_open(url).status_code, 405)
        for path in self.paths(LOOK):
            with self.subTest(path=path):
                url = self.url(path, self.case)
                page = self.url_open(url, data={"csrf_token": self.csrf()})
                self.assertEqual(page.status_code, 405)
        self.assertFalse(self.newly(before))

    # === WHOEVER COMES === #

    def sweep(self):
        """Ask for everything of a case and of nobody: all answers have to be alike."""
        pages = []
        before = self.written()
        for path in self.paths():
            for case in (self.case, 2_000_000_000, 2**40, 0):
                pages.append(self.ask(path, self.url(path, case)))
        self.assertRefused(pages)
        self.assertFalse(self.newly(before))

    def test_without_login_and_link(self):
        self.sweep()

    def test_with_the_link_of_somebody_else(self):
        self.open_link(self.other)
        self.sweep()

    def test_as_a_user_of_somebody_else(self):
        self.log_in(self.stranger_user)
        self.sweep()

    def test_as_an_employee_without_rights(self):
        self.authenticate("inside", "inside")
        self.sweep()

    def test_people_of_the_company_look_and_change_nothing(self):
        self.authenticate("agent", "agent")
        before = self.written()
        for path in self.paths(CHANGE):
            if path in UNPROVEN:
                continue  # there is nothing to show
            with self.subTest(path=path):
                page = self.ask(path, self.url(path, self.case))
                self.assertEqual(page.status_code, 403)
        self.assertFalse(self.newly(before))

    def test_before_somebody_showed_who_they_are(self):
        self.company.debt_portal_check = "tax"
        self.debtor.vat = "213123432"
        self.open_link(self.case)
        before = self.written()
        for path in self.paths():
            if path in UNPROVEN:
                continue
            with self.subTest(path=path):
                page = self.ask(path, self.url(path, self.case))
                self.assertEqual(page.status_code, 303)
                self.assertTrue(
                    page.headers["Location"].endswith(f"/{self.case.id}/check")
                )
                self.assertNotIn("Andina", page.text)
        self.assertFalse(self.newly(before))

    def test_what_belongs_to_another_account_is_not_found_below_this_one(self):
        children = [path for path in self.paths() if path.count("<int:") > 1]
        self.log_in()
        before = self.written()
        for path in children:
            with self.subTest(path=path):
                theirs = self.ask(path, self.url(path, self.case, self.other))
                nobodys = self.ask(path, self.url(path, self.case))
                self.assertRefused([theirs, nobodys])
        self.assertFalse(self.newly(before))

    def test_a_stranger_costs_as_much_as_nobody(self):
        """No time tells whether an account exists: not one query more."""
        self.open_link(self.other)
        counts = set()
        self.url_open(f"/my/debts/{self.case.id}")
        for case_id in (self.case.id, 2_000_000_000, self.case.id, 1_999_999_999):
            before = self.cr.sql_log_count
            self.assertEqual(self.url_open(f"/my/debts/{case_id}").status_code, 404)
            counts.add(self.cr.sql_log_count - before)
        self.assertEqual(len(counts), 1, counts)

    # === LINKS === #

    def test_links_that_are_none(self):
        secret = self.secret_of(self.case)
        links = self.env["debt.link"].sudo()
        now = fields.Datetime.now()
        short = links._new(self.case, now)[self.case][-12:]
        late = links._new(self.case, now - timedelta(days=61))[self.case][-12:]
        wrong = [
            *("x", "0" * 12, "None", "undefined", "%00", "x" * 3_000, late),
            *(secret[:-3], secret[1:], f"{secret}A", short[:-1], short.swapcase()),
            *(f"{self.case.id}", links._absorbed(self.case.id, 0)),
        ]
        before = self.written()
        pages = [self.url_open(f"/debt/pay/{each}") for each in wrong]
        pages += [self.url_open(f"/d/{each}") for each in wrong]
        self.assertRefused(pages)
        self.case.action_revoke_links()
        before = self.written()
        dead = [self.url_open(f"/debt/pay/{secret}"), self.url_open(f"/d/{short}")]
        self.assertRefused([*dead, pages[0]])
        self.assertFalse(self.newly(before))

    def test_what_a_session_remembers_dies_with_its_link(self):
        for ending in ("revoked", "expired"):
            with self.subTest(ending=ending):
                links = self.env["debt.link"].sudo()
                short = links._new(self.case, fields.Datetime.now())[self.case][-12:]
                self.assertEqual(self.url_open(f"/d/{short}").status_code, 200)
                if ending == "revoked":
                    self.case.action_revoke_links()
                else:
                    links.search([]).expires = fields.Datetime.now()
                self.sweep()

    def test_a_session_forgets_the_oldest_of_many_links(self):
        session = self.authenticate(None, None)
        session[LINKS] = {str(number): {"secret": "x"} for number in range(1, 40)}
        self.open_link(self.case)
        self.assertEqual(self.url_open(f"/my/debts/{self.case.id}").status_code, 200)

    # === FORMS === #

    def guarded(self):
        """Return the columns that no form may write, of all customers."""
        self.env.flush_all()
        found = {}
        for table, columns in GUARDED.items():
            names = SQL(", ").join(map(SQL.identifier, ("id", *columns)))
            query = SQL("SELECT %s FROM %s ORDER BY id", names, SQL.identifier(table))
            found[table] = self.env.execute_query(query)
        return found

    def test_fields_that_no_form_has_are_not_taken(self):
        models = ("debt.case", "debt.promise", "debt.plan", "debt.dispute")
        models += ("debt.payment.notice", "res.partner", "payment.transaction")
        names = {name for model in models for name in self.env[model]._fields}
        # Odoo itself takes no field that is called so
        junk = dict.fromkeys(names - {"id", "self"}, "7")
        self.log_in()
        before, guarded = self.written(), self.guarded()
        for path in self.paths(CHANGE):
            with self.subTest(path=path):
                data = {**junk, "csrf_token": self.csrf()}
                page = self.url_open(self.url(path, self.case), data=data)
                self.assertLess(page.status_code, 500)
        self.assertFalse(set(self.newly(before)) & set(UNTOUCHED))
        self.assertEqual(self.guarded(), guarded)

    def test_anything_in_a_form_is_answered(self):
        """Whatever is sent in the fields of the forms, nothing breaks."""
        rules = self.rules()
        self.log_in()
        for path in self.paths(CHANGE):
            names = signature(rules[path].original_endpoint).parameters
            names = [name for name in names if name not in ("self", "case_id")]
            url = self.url(path, self.case)
            for text in ODD:
                with self.subTest(path=path, text=text[:9]):
                    page = self.post(url, **dict.fromkeys(names, text))
                    self.assertLess(page.status_code, 500)
            files = {name: ("a.txt", b"x") for name in names}
            token = {"csrf_token": self.csrf()}
            page = self.url_open(url, data=token, files=files)
            self.assertLess(page.status_code, 500)

    # === RPC === #

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
