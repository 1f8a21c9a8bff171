from odoo import http
from odoo.http import request

from .dispute import PAGE
from .files import DebtFiles


class DebtTalk(DebtFiles):
    """Messages to the agent and their answers; who that is, and how to pay."""

    def _tabs(self, visit):
        path = f"{visit.url}/messages"
        return [
            *super()._tabs(visit),
            (50, "messages", request.env._("Messages"), path),
        ]

    @http.route("/my/debts/<int:case_id>/messages", methods=["GET"], **PAGE)
    def messages(self, case_id, **_kwargs):
        """Show the conversation."""
        return self._messages_page(self._visit(case_id))

    def _messages_page(self, visit, text=None, error=None):
        case = visit.case
        return self._page(
            visit,
            "messages",
            "messages",
            thread=case._portal_thread(case),
            banks=case.company_id.partner_id.bank_ids,
            reference=case.partner_id._debt_reference(),
            text=text,
            error=error,
        )

    @http.route("/my/debts/<int:case_id>/messages/write", methods=["POST"], **PAGE)
    def message_write(self, case_id, text=None, **_kwargs):
        """Take a message to the agent."""
        visit = self._visit(case_id, change=True)
        case = visit.case
        _action, error = self._attempt(
            lambda: case._portal_write(visit, case._portal_text(text))
        )
        if error:
            return self._messages_page(visit, text, error)
        return self._done(visit, "message", "/messages")

    @http.route(
        "/my/debts/<int:case_id>/messages/file/<int:file_id>", methods=["GET"], **PAGE
    )
    def message_file(self, case_id, file_id, **_kwargs):
        """Download a file of the conversation."""
        visit = self._visit(case_id)
        files = visit.case._portal_messages(visit.case).attachment_ids
        if not (file := files.filtered(lambda each: each.id == file_id)):
            raise request.not_found()
        return self._download(file)

    @http.route("/my/debts/<int:case_id>/agent", methods=["GET"], **PAGE)
    def agent_photo(self, case_id, **_kwargs):
        """Return the photo of the agent, where the company shows it."""
        photo = self._visit(case_id).case._portal_photo()
        if not photo:
            raise request.not_found()
        content, media = photo
        return request.make_response(
            content,
            headers=[
                ("Content-Type", media),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, max-age=3600"),
            ],
        )
