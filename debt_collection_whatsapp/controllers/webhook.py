import re
from hmac import compare_digest

from odoo import fields, http
from odoo.http import request

from ..logic.signature import is_signed
from ..tools.refusals import Refusals

#: Meta tells at most 3 MB at once.
MAX_BODY = 4 * 1024 * 1024
URL_KEY = re.compile(r"[\w-]{16,128}", re.ASCII)
CHALLENGE = re.compile(r"[\w-]{1,128}", re.ASCII)
refusals = Refusals()


class DebtWhatsapp(http.Controller):
    """Where Meta tells what happened.

    It is only kept here: a job reads it. Whatever takes longer, or fails, would make
    Meta tell it again, for a week.
    """

    # csrf: Meta has no session; its signature is what nobody can forge
    @http.route(
        "/debt_whatsapp/<string:url_key>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def webhook(self, url_key, **kwargs):
        """Answer Meta's question whether this is the right place, or keep what it
        tells."""
        if not URL_KEY.fullmatch(url_key):
            return request.not_found()
        # sudo: an address that nobody can guess, and the secrets behind it
        app = request.env["debt.whatsapp.app"].sudo()._by_url_key(url_key)
        if not app:
            return request.not_found()
        if request.httprequest.method == "GET":
            return self._shake_hands(app, kwargs)
        if (request.httprequest.content_length or 0) > MAX_BODY:
            return self._refuse(413)
        # kept by the request: Odoo may run this method again
        raw = request.httprequest.get_data()
        header = request.httprequest.headers.get("X-Hub-Signature-256")
        if not is_signed(raw, header, app._secrets()):
            refusals.count(app.app_id, request.httprequest.remote_addr)
            return self._refuse(403)
        # sudo: what is signed is kept, whoever brings it
        events = request.env["debt.whatsapp.event"].sudo()
        events._store(app, raw, fields.Datetime.now())
        return request.make_response("")

    def _shake_hands(self, app, told):
        """Give the challenge back to who knows the verify token of an app."""
        challenge = told.get("hub.challenge", "")
        expected = app.verify_token or ""
        known = expected and compare_digest(
            told.get("hub.verify_token", "").encode(), expected.encode()
        )
        if (
            known
            and told.get("hub.mode") == "subscribe"
            and CHALLENGE.fullmatch(challenge)
        ):
            return request.make_response(challenge, [("Content-Type", "text/plain")])
        return self._refuse(403)

    def _refuse(self, status):
        return request.make_response("", status=status)
