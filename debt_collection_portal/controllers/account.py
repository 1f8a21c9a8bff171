from functools import partial

from odoo import http
from odoo.http import content_disposition, request
from odoo.tools import format_amount

from odoo.addons.portal.controllers.portal import pager

from ..models.account.debt_case_history import PAGE
from .door import LINKS, DebtDoor

#: Open documents on a page: a phone shows no thousand.
LISTED = 100
KINDS = {
    "pdf": "application/pdf",
    "xml": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class DebtAccount(DebtDoor):
    """What a customer owes, by company: the account, its documents, its history."""

    @http.route("/my/debts", type="http", auth="public", website=True, methods=["GET"])
    def accounts(self, **_kwargs):
        """Go to the account of the user, or list them where there are several."""
        cases = self._my_cases()
        if len(cases) == 1:
            return request.redirect(f"/my/debts/{cases.id}")
        if not cases and request.env.user._is_public():
            return request.redirect("/web/login?redirect=/my/debts")
        return request.render(
            "debt_collection_portal.accounts",
            {
                "page_name": "debt",
                "cases": cases,
                "sums": cases._portal_sums(),
                "money": partial(format_amount, request.env),
            },
        )

    def _my_cases(self):
        """Return the accounts that this session may see, with superuser rights.

        By company; what is owed first.
        """
        # sudo: what they are is found out here
        cases_sudo = request.env["debt.case"].sudo()
        found = cases_sudo
        if not request.env.user._is_public():
            found = cases_sudo.search(self._own_domain())
        for case_id in request.session.get(LINKS, {}):
            case = self._case_of_link(int(case_id))
            # what is behind the check of the company is not listed before
            found |= case.filtered(self._is_proven)
        return found.sorted(
            lambda case: (case.company_id.name, case.state == "closed", case.id)
        )

    @http.route(
        ["/my/debts/<int:case_id>", "/my/debts/<int:case_id>/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def account(self, case_id, page=1, **_kwargs):
        """Show what is owed: each open document, and what there is to pay."""
        visit = self._visit(case_id)
        case = visit.case
        items = case._portal_items()
        pages = pager(visit.url, len(items), page=page, step=LISTED)
        shown = items[pages["offset"] :][:LISTED]
        parts = case._portal_account(items, case.company_id._debt_today(), shown)
        for part in parts:
            part["pay_url"] = case._portal_pay_url(currency=part["currency"])
        return self._page(
            visit,
            "account",
            "account",
            parts=parts,
            pager=pages,
            listed=request.env._(
                "Documents %(first)s to %(last)s of %(count)s. An amount pays the "
                "oldest ones first, on whichever page they are.",
                first=pages["offset"] + 1,
                last=pages["offset"] + len(shown),
                count=len(items),
            ),
            money=partial(format_amount, request.env),
            handed=case._portal_handed(),
            several=len(self._my_cases()) > 1,
        )

    @http.route(
        "/my/debts/<int:case_id>/documents/<int:item_id>/<string:kind>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def account_document(self, case_id, item_id, kind, **_kwargs):
        """Download the PDF of a document of the account, or its legal XML."""
        visit = self._visit(case_id)
        document = kind in ("pdf", "xml") and visit.case._portal_document(item_id, kind)
        if not document:
            raise request.not_found()
        return self._account_file(*document, kind)

    @http.route(
        "/my/debts/<int:case_id>/statement/<string:kind>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def account_statement(self, case_id, kind, **_kwargs):
        """Download the statement of account, to print or as a spreadsheet."""
        visit = self._visit(case_id)
        case = visit.case
        items = case._portal_items()
        today = case.company_id._debt_today()
        if kind == "pdf":
            return self._account_file(*case._statement_file(today), kind)
        if kind == "xlsx":
            sheet = case._statement_workbook(items, today)
            return self._account_file(*sheet, kind)
        raise request.not_found()

    @http.route(
        [
            "/my/debts/<int:case_id>/history",
            "/my/debts/<int:case_id>/history/page/<int:page>",
        ],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def account_history(self, case_id, page=1, **_kwargs):
        """Show what was paid, agreed, reported and sent, the latest first."""
        visit = self._visit(case_id)
        page = page if isinstance(page, int) else 1  # a text of the query string
        entries, count = visit.case._portal_history(page)
        url = f"{visit.url}/history"
        return self._page(
            visit,
            "history",
            "history",
            entries=entries,
            pager=pager(url, count, page=page, step=PAGE),
        )

    def _tabs(self, visit):
        history = (80, "history", request.env._("History"), f"{visit.url}/history")
        return [*super()._tabs(visit), history]

    def _account_file(self, name, content, kind):
        """Return the answer that downloads a file of the account."""
        return request.make_response(
            content,
            [
                ("Content-Type", KINDS[kind]),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )
