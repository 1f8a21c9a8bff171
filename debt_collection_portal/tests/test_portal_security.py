import re
from datetime import timedelta

from odoo import fields
from odoo.http import root

from ..controllers.door import LINKS, MOST_LINKS
from .routes import ACCOUNT, NOBODY, OUTSIDE, PLAIN, ROUTES, UNPROVEN, RoutesCommon

#: The figures of an account may be brought up to date by whoever may see it.
FRESH = {"debt_case", "debt_item", "debt_mark", "ir_cron_trigger"}


class TestPortalSecurity(RoutesCommon):
    """Every route, whoever comes: the same refusal, nothing told, nothing written."""

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
                    self.assertIn(page.status_code, (400, 405, 415))
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
                    self.assertNotIn('"result"', page.text)
                    continue
                self.assertEqual(page.status_code, 303)
                self.assertTrue(page.headers["Location"].endswith(check))
        self.assertFalse(self.newly(before))

    def test_what_belongs_to_another_account_is_not_found_below_this_one(self):
        self.log_in()
        for path, method in self.ways("GET", "POST"):
            if not set(re.findall(r"<\w+:(\w+)>", path)) - {"case_id", *PLAIN}:
                continue
            with self.subTest(path=path):
                theirs = self.url(path, self.case, self.other)
                nobodys = self.url(path, self.case)
                self.cr.precommit.run()
                before = self.written()
                large = nobodys.replace(str(NOBODY), "9" * 12)
                pages = [self.ask(method, url) for url in (theirs, nobodys, large)]
                self.assertRefused(pages)
                self.assertFalse(set(self.newly(before)) - FRESH)

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
        root.session_store.save(session)
        self.open_link(self.case)
        links = root.session_store.get(self.opener.cookies["session_id"])[LINKS]
        self.assertEqual(len(links), MOST_LINKS)
        self.assertEqual([*links][-1], str(self.case.id))
        self.assertEqual(self.url_open(f"/my/debts/{self.case.id}").status_code, 200)
