import re
from datetime import timedelta

from odoo import Command

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
    f"{ACCOUNT}/documents/<int:item_id>/<string:kind>": LOOK,
    f"{ACCOUNT}/history": LOOK,
    f"{ACCOUNT}/history/page/<int:page>": LOOK,
    f"{ACCOUNT}/messages": LOOK,
    f"{ACCOUNT}/messages/file/<int:file_id>": LOOK,
    f"{ACCOUNT}/messages/write": CHANGE,
    f"{ACCOUNT}/page/<int:page>": LOOK,
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
    f"{ACCOUNT}/statement/<string:kind>": LOOK,
}
#: Those before somebody showed who they are.
UNPROVEN = {each for each in ROUTES if each.startswith(f"{ACCOUNT}/check")}
#: Every other route of the addon, with its methods and who comes in.
OUTSIDE = {
    "/my/debts": (LOOK, "public"),
    "/my/invoices/overdue": (LOOK, "public"),
}
#: Parts of addresses that name nothing of anybody, and an id that nothing has.
PLAIN, NOBODY = {"kind": "pdf", "page": "1"}, 2**31 - 1


class RoutesCommon(SeesRows, PortalCommon):
    """All routes of the addon, asked for what is of somebody else."""

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
        self.tokens = {}
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
            if match[1] in PLAIN:
                return PLAIN[match[1]]
            return str(self.child_of(match[1], child) if child else NOBODY)

        path = path.replace("<int:case_id>", str(getattr(case, "id", case)))
        return re.sub(r"<\w+:(\w+)>", fill, path)

    def child_of(self, name, case):
        """Return the id of something of a case."""
        case = case.sudo()
        item = case.item_ids[:1]
        common = {"case_id": case.id, "item_ids": [Command.set(item.ids)]}
        common["currency_id"] = item.currency_id.id
        day = case.company_id._debt_today() + timedelta(days=3)
        if name == "item_id":
            return item.id
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

    def csrf(self):
        """Return the token of this session; it is asked for once."""
        session = self.opener.cookies.get("session_id")
        if session not in self.tokens:
            token = super().csrf()
            self.tokens = {self.opener.cookies.get("session_id"): token}
            return token
        return self.tokens[session]

    def ask(self, method, url, /, **values):
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
