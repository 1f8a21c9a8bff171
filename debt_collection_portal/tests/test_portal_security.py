import re
from datetime import timedelta
from inspect import signature

from odoo import Command, fields
from odoo.tools import SQL

from ..controllers.door import LINKS
from .common import PortalCommon
from .rows import SeesRows

ADDON = "odoo.addons.debt_collection_portal."
ACCOUNT = "/my/debts/<int:case_id>"
#: Pages, forms, and what scripts of a page call.
LOOK, CHANGE, CALL = frozenset({"GET"}), frozenset({"POST"}), frozenset({"JSON"})

#: Every route of the addon below an account, each behind the one door.
ROUTES = {
    ACCOUNT: LOOK,
    f"{ACCOUNT}/agent": LOOK,
    f"{ACCOUNT}/agreements": LOOK,
    f"{ACCOUNT}/check": LOOK,
    f"{ACCOUNT}/check/answer": CHANGE,
    f"{ACCOUNT}/check/code": CHANGE,
    f"{ACCOUNT}/disputes": LOOK,
    f"{ACCOUNT}/disputes/<int:dispute_id>": LOOK,
    f"{ACCOUNT}/disputes/<int:dispute_id>/add": CHANGE,
    f"{ACCOUNT}/disputes/<int:dispute_id>/file/<int:file_id>": LOOK,
    f"{ACCOUNT}/disputes/<int:dispute_id>/withdraw": CHANGE,
    f"{ACCOUNT}/disputes/new": LOOK,
    f"{ACCOUNT}/disputes/open": CHANGE,
    f"{ACCOUNT}/messages": LOOK,
    f"{ACCOUNT}/messages/file/<int:file_id>": LOOK,
    f"{ACCOUNT}/messages/write": CHANGE,
    f"{ACCOUNT}/paid": LOOK,
    f"{ACCOUNT}/paid/<int:notice_id>": LOOK,
    f"{ACCOUNT}/paid/<int:notice_id>/receipt": LOOK,
    f"{ACCOUNT}/paid/report": CHANGE,
    f"{ACCOUNT}/pay": LOOK,
    f"{ACCOUNT}/pay/<int:transaction_id>": LOOK,
    f"{ACCOUNT}/pay/<int:transaction_id>/receipt": LOOK,
    f"{ACCOUNT}/pay/transaction": CALL,
    f"{ACCOUNT}/plan": LOOK | CHANGE,
    f"{ACCOUNT}/plan/ask": CHANGE,
    f"{ACCOUNT}/plans/<int:plan_id>": LOOK,
    f"{ACCOUNT}/plans/<int:plan_id>/agreement": LOOK,
    f"{ACCOUNT}/plans/<int:plan_id>/autopay": LOOK,
    f"{ACCOUNT}/plans/<int:plan_id>/autopay/card": LOOK,
    f"{ACCOUNT}/plans/<int:plan_id>/autopay/start": CHANGE,
    f"{ACCOUNT}/plans/<int:plan_id>/autopay/stop": CHANGE,
    f"{ACCOUNT}/plans/<int:plan_id>/decline": CHANGE,
    f"{ACCOUNT}/plans/<int:plan_id>/sign": CHANGE,
    f"{ACCOUNT}/preferences": LOOK,
    f"{ACCOUNT}/preferences/channel": CHANGE,
    f"{ACCOUNT}/preferences/contact": CHANGE,
    f"{ACCOUNT}/preferences/save": CHANGE,
    f"{ACCOUNT}/promise": LOOK | CHANGE,
    f"{ACCOUNT}/promises/<int:promise_id>/back": CHANGE,
}
#: Those before somebody showed who they are.
UNPROVEN = {each for each in ROUTES if each.startswith(f"{ACCOUNT}/check")}
#: Every other route of the addon, with its methods and who comes in.
OUTSIDE = {
    "/my/debts": (LOOK, "public"),
    "/my/invoices/overdue": (LOOK, "public"),
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


class TestPortalSecurity(SeesRows, PortalCommon):
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
        """Return {path: {method: what answers there}} of the addon."""
        http, found = self.env["ir.http"], {}
        rules = http._generate_routing_rules(
            sorted(self.env.registry._init_modules), converters=http._get_converters()
        )
        for path, endpoint in rules:
            if endpoint.original_endpoint.__module__.startswith(ADDON):
                methods = endpoint.routing["methods"] or ["GET", "POST"]
                if endpoint.routing["type"] == "jsonrpc":
                    methods = ["JSON"]
                for method in methods:
                    found.setdefault(path, {})[method] = endpoint
        return found

    def ways(self, *methods):
        """Return [(path, method)] below an account, of some methods."""
        return [
            (path, method)
            for path, known in sorted(ROUTES.items())
            for method in sorted(known)
            if not methods or method in methods
        ]

    def url(self, path, case=None, child=None):
        """Return the address of a route: of a case, and of something of another one.

        Without another one, of something that nobody has.
        """

        def fill(match):
            return str(self.child_of(match[1], child) if child else 2**31 - 1)

        path = path.replace("<int:case_id>", str(getattr(case, "id", case)))
        return re.sub(r"<int:(\w+)>", fill, path)

    def child_of(self, name, case):
        """Return the id of something of a case."""
        case = case.sudo()
        item = case.item_ids[:1]
        common = {"case_id": case.id, "item_ids": [Command.set(item.ids)]}
        common["currency_id"] = item.currency_id.id
        day = case.company_id._debt_today() + timedelta(days=3)
        if name == "file_id":
            dispute = case.env["debt.dispute"].browse(self.child_of("dispute_id", case))
            return (
                case.env["ir.attachment"]
                .create({"name": "x", "res_model": dispute._name, "res_id": dispute.id})
                .id
            )
        if name == "dispute_id":
            reason = case.env["debt.dispute.reason"].search([], limit=1)
            values = {**common, "amount": 7, "reason_id": reason.id}
            return case.env["debt.dispute"].create(values).id
        if name == "notice_id":
            values = {**common, "amount": 7, "date": day}
            return case.env["debt.payment.notice"].create(values).id
        if name == "promise_id":
            values = {**common, "amount": 7, "date": day}
            return case.env["debt.promise"].create(values).id
        if name == "plan_id":
            return case.env["debt.plan"].create(common).id
        if name == "transaction_id":
            return self.transaction_of(case).id
        raise NotImplementedError(f"say here what {name} is")

    def transaction_of(self, case):
        provider = self.env["payment.provider"].create({"name": "Mine"})
        method = self.env["payment.method"].search([], limit=1)
        values = {"amount": 7, "currency_id": case.currency_id.id}
        return self.env["payment.transaction"].create(
            {
                **values,
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": case.partner_id.id,
                "debt_case_id": case.id,
            }
        )

    def ask(self, method, url, **values):
        """Ask as a browser does, without going on where it is sent."""
        if method == "JSON":
            return self.url_open(url, json={"jsonrpc": "2.0", "params": values})
        data = {"csrf_token": self.csrf(), **values} if method == "POST" else None
        return self.url_open(url, data=data, allow_redirects=False)

    def plain(self, page):
        """Return a page without what is of the session."""
        return [line for line in page.text.splitlines() if "csrf_token" not in line]

    def assertRefused(self, pages):
        """All pages say the same, and that there is nothing."""
        for page in pages:
            self.assertEqual(page.status_code, 404, page.url)
            self.assertEqual(self.plain(page), self.plain(pages[0]), page.url)
            self.assertNotIn("Andina", page.text)
            self.assertNotIn("1,234", page.text)

    def assertRefusedCalls(self, answers):
        """All calls are told the same, and that there is nothing."""
        for answer in answers:
            found = answer.json()
            self.assertNotIn("result", found)
            self.assertEqual(found["error"]["code"], 404)
            found["error"]["data"].pop("debug")
            self.assertEqual(found, {**answers[0].json(), "error": found["error"]})
            self.assertNotIn("Andina", str(found))

    # === THE TABLE === #

    def test_every_route_is_in_the_table(self):
        found = self.rules()
        self.assertEqual(found.keys(), ROUTES.keys() | OUTSIDE.keys())
        for path, by_method in found.items():
            with self.subTest(path=path):
                methods, auth = OUTSIDE.get(path) or (ROUTES[path], "public")
                self.assertEqual(by_method.keys(), methods)
                for endpoint in by_method.values():
                    routing = endpoint.routing
                    self.assertEqual(routing["auth"], auth)
                    self.assertTrue(routing.get("website"))
                    self.assertFalse(routing.get("cors"))
                    if routing["type"] == "http":
                        self.assertTrue(routing.get("csrf", True))

    def test_what_changes_something_wants_a_form_of_ours(self):
        self.open_link(self.case)
        before = self.written()
        for path, method in self.ways():
            url = self.url(path, self.case)
            with self.subTest(path=path, method=method):
                if method == "POST":
                    page = self.url_open(url, data={"x": "1"})
                    self.assertEqual(page.status_code, 400)
                elif method == "JSON":
                    self.assertIn("error", self.ask(method, url).json())
                if "GET" not in ROUTES[path]:
                    self.assertEqual(self.url_open(url).status_code, 405)
                if "POST" not in ROUTES[path]:
                    data = {"csrf_token": self.csrf()}
                    page = self.url_open(url, data=data)
                    self.assertIn(page.status_code, (400, 405))
        self.assertFalse(self.newly(before))

    # === WHOEVER COMES === #

    def sweep(self):
        """Ask for everything of a case and of nobody: all answers have to be alike."""
        before = self.written()
        cases = (self.case, 2_000_000_000, 2**40, 0)
        pages = [
            self.ask(method, self.url(path, case))
            for path, method in self.ways("GET", "POST")
            for case in (cases if path == ACCOUNT else cases[:2])
        ]
        self.assertRefused(pages)
        for path, method in self.ways("JSON"):
            self.assertRefusedCalls(
                [self.ask(method, self.url(path, case)) for case in cases]
            )
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
        for path, method in self.ways("POST", "JSON"):
            if path in UNPROVEN:
                continue  # there is nothing to show
            with self.subTest(path=path):
                page = self.ask(method, self.url(path, self.case))
                if method == "JSON":
                    self.assertIn("error", page.json())
                else:
                    self.assertEqual(page.status_code, 403)
        self.assertFalse(self.newly(before))

    def test_before_somebody_showed_who_they_are(self):
        self.company.debt_portal_check = "tax"
        self.debtor.vat = "213123432"
        self.open_link(self.case)
        before = self.written()
        check = f"/my/debts/{self.case.id}/check"
        for path, method in self.ways():
            if path in UNPROVEN:
                continue
            with self.subTest(path=path):
                page = self.ask(method, self.url(path, self.case))
                self.assertNotIn("Andina", page.text)
                if method == "JSON":
                    self.assertNotIn("result", page.json())
                    continue
                self.assertEqual(page.status_code, 303)
                self.assertTrue(page.headers["Location"].endswith(check))
        self.assertFalse(self.newly(before))

    def test_what_belongs_to_another_account_is_not_found_below_this_one(self):
        self.log_in()
        for path, method in self.ways("GET", "POST"):
            if path.count("<int:") < 2:
                continue
            with self.subTest(path=path):
                theirs = self.url(path, self.case, self.other)
                nobodys = self.url(path, self.case)
                before = self.written()
                large = nobodys.replace(str(2**31 - 1), "9" * 12)
                pages = [self.ask(method, url) for url in (theirs, nobodys, large)]
                self.assertRefused(pages)
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
        for path, method in self.ways("POST", "JSON"):
            with self.subTest(path=path):
                page = self.ask(method, self.url(path, self.case), **junk)
                self.assertLess(page.status_code, 500)
        self.assertFalse(set(self.newly(before)) & set(UNTOUCHED))
        self.assertEqual(self.guarded(), guarded)

    def test_anything_in_a_form_is_answered(self):
        """Whatever is sent in the fields of the forms, nothing breaks."""
        rules = self.rules()
        self.log_in()
        for path, method in self.ways():
            names = signature(rules[path][method].original_endpoint).parameters
            names = [name for name in names if name not in ("self", "case_id")]
            if method == "JSON" or not names:
                continue
            url = self.url(path, self.case)
            for text in ODD:
                values = dict.fromkeys([*names, "items"], text)
                with self.subTest(path=path, method=method, text=text[:9]):
                    if method == "GET":
                        page = self.url_open(url, params=values)
                    else:
                        page = self.ask(method, url, **values)
                    self.assertLess(page.status_code, 500)
            if method == "POST":
                files = {name: ("a.txt", b"x") for name in [*names, "files", "receipt"]}
                token = {"csrf_token": self.csrf()}
                page = self.url_open(url, data=token, files=files)
                self.assertEqual(page.status_code, 400)
