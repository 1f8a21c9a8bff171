from odoo import http
from odoo.http import request

from .door import LINKS, DebtDoor


class DebtAccount(DebtDoor):
    """What a customer owes, by company."""

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
            },
        )

    def _my_cases(self):
        """Return the accounts that this session may see, with superuser rights."""
        # sudo: what they are is found out here
        cases_sudo = request.env["debt.case"].sudo()
        found = cases_sudo
        if not request.env.user._is_public():
            found = cases_sudo.search(self._own_domain())
        for case_id in request.session.get(LINKS, {}):
            # before somebody showed who they are not even a name is told
            found |= self._case_of_link(int(case_id)).filtered(self._is_proven)
        return found

    @http.route(
        "/my/debts/<int:case_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def account(self, case_id, **_kwargs):
        """Show what is owed."""
        visit = self._visit(case_id)
        return self._page(visit, "account", "account")
