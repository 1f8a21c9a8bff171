from odoo import http
from odoo.http import request

from .files import DebtFiles
from .parse import _debt_amount

#: Every route of the page: below an account, for whoever the door lets in.
PAGE = {"type": "http", "auth": "public", "website": True}


class DebtDispute(DebtFiles):
    """Problems with invoices: reported, followed, withdrawn."""

    def _tabs(self, visit):
        path = f"{visit.url}/disputes"
        return [
            *super()._tabs(visit),
            (40, "disputes", request.env._("Problems"), path),
        ]

    @http.route("/my/debts/<int:case_id>/disputes", methods=["GET"], **PAGE)
    def disputes(self, case_id, **_kwargs):
        """List the disputes of an account."""
        visit = self._visit(case_id)
        return self._page(
            visit, "disputes", "disputes", disputes=visit.case.dispute_ids
        )

    @http.route("/my/debts/<int:case_id>/disputes/new", methods=["GET"], **PAGE)
    def dispute_new(self, case_id, **_kwargs):
        """Ask what is wrong with which documents."""
        visit = self._visit(case_id)
        return self._dispute_form(visit, {"items": self._ids("items")})

    def _dispute_form(self, visit, typed, error=None):
        case = visit.case
        return self._page(
            visit,
            "dispute_form",
            "disputes",
            owed=case._portal_owed(),
            reasons=case._portal_dispute_reasons(),
            typed=typed,
            error=error,
        )

    @http.route("/my/debts/<int:case_id>/disputes/open", methods=["POST"], **PAGE)
    def dispute_open(
        self, case_id, reason=None, part=None, amount=None, text=None, **_kwargs
    ):
        """Open a dispute, and go on to it."""
        visit = self._visit(case_id, change=True)
        case, chosen = visit.case, self._ids("items")
        items = case._portal_owed().filtered(lambda item: item.id in chosen)
        reasons = case._portal_dispute_reasons()

        def deed():
            much = None
            if part == "part":
                much = _debt_amount(amount, items.currency_id[:1]) or 0
            return case._portal_dispute(
                visit,
                items,
                reasons.filtered(lambda each: str(each.id) == reason),
                case._portal_text(text),
                much,
                self._uploaded("files"),
            )

        disputes, error = self._attempt(deed)
        if error:
            typed = {
                "items": chosen,
                "reason": reason,
                "part": part,
                "amount": amount,
                "text": text,
            }
            return self._dispute_form(visit, typed, error)
        path = f"/disputes/{disputes.id}" if len(disputes) == 1 else "/disputes"
        return self._done(visit, "dispute", path)

    def _own_dispute(self, visit, dispute_id):
        """Return a dispute of the account.

        :raise NotFound: where it has no such dispute
        """
        found = visit.case.dispute_ids.filtered(lambda each: each.id == dispute_id)
        if not found:
            raise request.not_found()
        return found

    @http.route(
        "/my/debts/<int:case_id>/disputes/<int:dispute_id>", methods=["GET"], **PAGE
    )
    def dispute(self, case_id, dispute_id, **_kwargs):
        """Show a dispute, and what was written about it."""
        visit = self._visit(case_id)
        return self._dispute_page(visit, self._own_dispute(visit, dispute_id))

    def _dispute_page(self, visit, dispute, error=None, text=None):
        thread = visit.case._portal_thread(dispute)
        return self._page(
            visit,
            "dispute",
            "disputes",
            dispute=dispute,
            thread=thread,
            files=self._dispute_files(dispute)
            - dispute.env["ir.attachment"].union(*(each["files"] for each in thread)),
            text=text,
            error=error,
        )

    @http.route(
        "/my/debts/<int:case_id>/disputes/<int:dispute_id>/add",
        methods=["POST"],
        **PAGE,
    )
    def dispute_add(self, case_id, dispute_id, text=None, **_kwargs):
        """Add a message or files to an open dispute."""
        visit = self._visit(case_id, change=True)
        dispute = self._own_dispute(visit, dispute_id)
        if dispute.state != "open":
            return request.redirect(f"{visit.url}/disputes/{dispute.id}", code=303)

        def deed():
            said, files = visit.case._portal_text(text), self._uploaded("files")
            return dispute._portal_add(visit, said, files) if said or files else dispute

        _message, error = self._attempt(deed)
        if error:
            return self._dispute_page(visit, dispute, error, text)
        return self._done(visit, "dispute_added", f"/disputes/{dispute.id}")

    @http.route(
        "/my/debts/<int:case_id>/disputes/<int:dispute_id>/withdraw",
        methods=["POST"],
        **PAGE,
    )
    def dispute_withdraw(self, case_id, dispute_id, **_kwargs):
        """Close a dispute on which the customer does not insist any more."""
        visit = self._visit(case_id, change=True)
        dispute = self._own_dispute(visit, dispute_id)

        def deed():
            if dispute.state == "open":
                name = dispute.display_name
                said = request.env._("No problem any more: %(dispute)s", dispute=name)
                visit.case._portal_said(visit, text=said)
                dispute._withdraw(request.env._("By the customer, on their page"))

        _nothing, error = self._attempt(deed)
        if error:
            return self._dispute_page(visit, dispute, error)
        return self._done(visit, "dispute_withdrawn", f"/disputes/{dispute.id}")

    def _dispute_files(self, dispute):
        """Return the files that the customer sent with a dispute, or was sent."""
        messages = dispute.case_id._portal_messages(dispute)
        sent = dispute.env["ir.attachment"].search(
            [
                ("res_model", "=", dispute._name),
                ("res_id", "=", dispute.id),
                ("res_field", "=", False),
                ("create_uid.share", "=", True),
            ],
            order="id",
        )
        return sent | messages.attachment_ids

    @http.route(
        "/my/debts/<int:case_id>/disputes/<int:dispute_id>/file/<int:file_id>",
        methods=["GET"],
        **PAGE,
    )
    def dispute_file(self, case_id, dispute_id, file_id, **_kwargs):
        """Download a file of a dispute."""
        visit = self._visit(case_id)
        dispute = self._own_dispute(visit, dispute_id)
        file = self._dispute_files(dispute).filtered(lambda each: each.id == file_id)
        if not file:
            raise request.not_found()
        return self._download(file)
