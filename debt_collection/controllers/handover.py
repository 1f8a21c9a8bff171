import base64

from odoo import fields, http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

#: Hand-overs on a page.
PAGE = 20
#: Larger files are no document of a case.
MAX_BYTES = 10 * 1024 * 1024
#: How outsiders reach a customer.
CHANNELS = ("call", "visit", "email", "whatsapp", "other")


class DebtHandoverPortal(CustomerPortal):
    """What lawyers and agencies see of the cases that were handed over to them.

    They have no right on any model. Each page looks for the record among those of their
    own office that are handed over now; whatever else is asked for is not found.
    """

    def _my_handovers(self):
        return request.env["debt.handover"]._of_outsider(request.env.user)

    def _my_handover(self, handover_id):
        """Return the hand-over, with superuser rights.

        :raise NotFound: where it is not one of theirs
        """
        handover = self._my_handovers().filtered(lambda h: h.id == handover_id)
        if not handover:
            raise request.not_found()
        return handover

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "debt_handover_count" in counters:
            values["debt_handover_count"] = len(self._my_handovers())
        return values

    @http.route(
        ["/my/handovers", "/my/handovers/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def handovers(self, page=1, **_kwargs):
        """List the cases that the office of the user has now."""
        handovers = self._my_handovers()
        pages = pager("/my/handovers", total=len(handovers), page=page, step=PAGE)
        first = pages["offset"]
        return request.render(
            "debt_collection.portal_handovers",
            {
                **self._prepare_portal_layout_values(),
                "handovers": handovers[first : first + PAGE],
                "page_name": "debt_handover",
                "pager": pages,
                "default_url": "/my/handovers",
            },
        )

    @http.route(
        "/my/handovers/<int:handover_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def handover(self, handover_id, done=None, **_kwargs):
        """Show one case: what is owed, the procedure, and what can be reported."""
        return self._page(self._my_handover(handover_id), done=done)

    def _page(self, handover, done=None, error=None):
        outcomes = request.env["debt.outcome"].sudo()  # sudo: names to choose from
        channels = dict(request.env["debt.action"].sudo()._channels())
        return request.render(
            "debt_collection.portal_handover",
            {
                **self._prepare_portal_layout_values(),
                "handover": handover,
                "page_name": "debt_handover",
                "channels": [(code, channels[code]) for code in CHANNELS],
                "outcomes": outcomes.search([("code", "!=", "bounced")]),
                "today": handover.company_id._debt_today(),
                "done": done,
                "error": error,
            },
        )

    @http.route(
        "/my/handovers/<int:handover_id>/dossier",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def my_dossier(self, handover_id, **_kwargs):
        """Download the dossier of one of their cases."""
        return self._download(self._my_handover(handover_id))

    @http.route(
        "/debt/handover/<int:handover_id>/dossier",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def dossier(self, handover_id, **_kwargs):
        """Download the dossier of a hand-over that the user may read."""
        handover = request.env["debt.handover"].browse(handover_id).exists()
        if not handover or not handover.has_access("read"):
            raise request.not_found()
        return self._download(handover)

    def _download(self, handover):
        name, content = handover._dossier()
        return request.make_response(
            content,
            [
                ("Content-Type", "application/zip"),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )

    # === WHAT THEY REPORT === #

    def _thank(self, handover, what):
        """Show the case again, with thanks for what was reported."""
        return request.redirect(f"/my/handovers/{handover.id}?done={what}")

    @http.route(
        "/my/handovers/<int:handover_id>/contact",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def contact(self, handover_id, channel="other", outcome="", note="", **_kwargs):
        """Log a contact with the customer, or a note."""
        handover = self._my_handover(handover_id)
        if not note.strip():
            return self._page(handover, error=request.env._("Say what happened."))
        outcomes = request.env["debt.outcome"].sudo()  # sudo: see ``_page``
        chosen = outcomes.browse(int(outcome) if outcome.isdecimal() else []).exists()
        handover._log_from_outside(
            request.env.user.partner_id,
            channel if channel in CHANNELS else "other",
            chosen,
            note.strip(),
        )
        return self._thank(handover, "contact")

    @http.route(
        "/my/handovers/<int:handover_id>/payment",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def payment(
        self, handover_id, amount="", day="", reference="", receipt=None, **_kwargs
    ):
        """Report a payment of the customer."""
        handover = self._my_handover(handover_id)
        try:
            values = float(amount), fields.Date.to_date(day)
        except ValueError:
            values = 0, None
        if not all(values) or not 0 < values[0] < 1e15:
            message = request.env._("Enter an amount and the day of the payment.")
            return self._page(handover, error=message)
        try:
            name, content = self._read_file(receipt)
            with request.env.cr.savepoint():
                handover._report_payment_from_outside(
                    request.env.user.partner_id,
                    *values,
                    reference.strip(),
                    content and (name, base64.b64encode(content)),
                )
        except (AccessError, UserError, ValidationError) as error:
            return self._page(handover, error=error.args[0])
        return self._thank(handover, "payment")

    @http.route(
        "/my/handovers/<int:handover_id>/document",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def document(self, handover_id, file=None, note="", **_kwargs):
        """Add a document: a ruling, a receipt, a letter."""
        handover = self._my_handover(handover_id)
        try:
            name, content = self._read_file(file)
        except UserError as error:
            return self._page(handover, error=error.args[0])
        if not content:
            return self._page(handover, error=request.env._("Choose a file."))
        handover._tell_responsible(
            request.env.user.partner_id,
            note.strip() or request.env._("Document: %s", name),
            [(name, content)],
        )
        return self._thank(handover, "document")

    @http.route(
        "/my/handovers/<int:handover_id>/back",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def give_back(self, handover_id, reason="", **_kwargs):
        """Ask whoever is responsible to take the case back."""
        handover = self._my_handover(handover_id)
        if not reason.strip():
            return self._page(handover, error=request.env._("Say why."))
        handover._ask_back_from_outside(request.env.user.partner_id, reason.strip())
        return self._thank(handover, "back")

    def _read_file(self, file):
        """Return (name, content) of an upload; nothing where there is none.

        :raise UserError: where it is too big
        """
        if not file or not getattr(file, "filename", None):
            return None, None
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise UserError(request.env._("A file can have 10 MB at most."))
        name = request.env["debt.handover"]._safe_name(file.filename)
        return name, content
