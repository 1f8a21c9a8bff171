from odoo import fields, http
from odoo.http import request

from ..logic.check import TRUST
from .door import LINKS, DebtDoor


class DebtCheck(DebtDoor):
    """Before amounts, whoever opened a link shows who they are, if the company wants.

    The page names the company and nobody else.
    """

    def _is_proven(self, case):
        if case.company_id.debt_portal_check == "none":
            return True
        until = request.session[LINKS][str(case.id)].get("until") or ""
        return until > fields.Datetime.to_string(fields.Datetime.now())

    def _trust_link(self, case):
        """Remember for some hours that whoever opened this link is the customer."""
        links = request.session[LINKS]
        until = fields.Datetime.to_string(fields.Datetime.now() + TRUST)
        link = {**links[str(case.id)], "until": until}
        request.session[LINKS] = {**links, str(case.id): link}

    @http.route(
        "/my/debts/<int:case_id>/check",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def check(self, case_id, **_kwargs):
        """Ask who the visitor is."""
        visit = self._visit(case_id, unproven=True)
        if visit.proven:
            return request.redirect(visit.url)
        return self._check_page(visit)

    @http.route(
        "/my/debts/<int:case_id>/check/answer",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def check_answer(self, case_id, answer="", **_kwargs):
        """Take digits of the tax number, or the code; what is wrong is told alike."""
        visit = self._visit(case_id, unproven=True)
        if visit.proven:
            return request.redirect(visit.url)
        text = answer if isinstance(answer, str) else ""
        checks = visit.case.env["debt.portal.check"]
        if checks._answer(visit.case, text, visit.ip, fields.Datetime.now()):
            self._trust_link(visit.case)
            return self._done(visit, "check")
        return self._check_page(
            visit,
            error=request.env._(
                "That is not right, came too late, or was tried too often: after five "
                "wrong answers it takes an hour to go on."
            ),
        )

    @http.route(
        "/my/debts/<int:case_id>/check/code",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def check_code(self, case_id, place="", **_kwargs):
        """Send a code to an address of the customer that we know."""
        visit = self._visit(case_id, unproven=True)
        if visit.proven:
            return request.redirect(visit.url)
        key = place if isinstance(place, str) else ""
        checks = visit.case.env["debt.portal.check"]
        if checks._send_code(visit.case, key, visit.ip, fields.Datetime.now()):
            return self._done(visit, "code", "/check")
        return self._check_page(
            visit,
            error=request.env._(
                "No code leaves at the moment: there is a minute between two, and "
                "three in an hour at most."
            ),
        )

    def _check_page(self, visit, **values):
        checks = visit.case.env["debt.portal.check"]
        way = checks._way(visit.case)
        return self._page(
            visit,
            "check",
            "check",
            way=way,
            places=checks._places(visit.case) if way == "code" else {},
            has_code=way == "code"
            and checks._has_code(visit.case, fields.Datetime.now()),
            **values,
        )
