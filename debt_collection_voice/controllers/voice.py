from lxml import etree

from odoo import SUPERUSER_ID, fields, http
from odoo.http import request

from ..logic.twilio import CALL_SID, is_signed

#: No request of the provider is longer, in bytes and parameters.
MAX_BODY = 16_384
MAX_PARAMS = 100


class DebtVoice(http.Controller):
    """What the telephone provider asks and tells about automatic calls.

    Two proofs are needed, each sufficient to refuse: the token in the address, which
    names one call, and the signature with the auth token of that call's company.
    """

    @http.route(
        "/debt/voice/<string:token>/twiml",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def twiml(self, token, **_kwargs):
        """Say what the call says when somebody answers."""
        call, number, params = self._proven(token)
        if not call:
            return self._refused()
        return self._xml(
            call._on_answer(params["CallSid"], number, params, fields.Datetime.now())
        )

    @http.route(
        "/debt/voice/<string:token>/menu",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def menu(self, token, **_kwargs):
        """Do what a key asks for, and say what follows."""
        call, number, params = self._proven(token)
        if not call:
            return self._refused()
        step = request.httprequest.args.get("step", "")
        return self._xml(
            call._on_key(params["CallSid"], number, step, params, fields.Datetime.now())
        )

    @http.route(
        "/debt/voice/<string:token>/status",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def status(self, token, **_kwargs):
        """Take in how the call goes."""
        call, number, params = self._proven(token)
        if not call:
            return self._refused()
        call._on_status(params["CallSid"], number, params, fields.Datetime.now())
        return self._xml(etree.Element("Response"))

    def _proven(self, token):
        """Return (call, its number, parameters) of a request that proves who sent it.

        An empty call where anything is missing or wrong.
        """
        # not the public user: what follows is written in the name of the system
        calls = request.env(user=SUPERUSER_ID)["debt.voice.call"]
        nothing = calls.browse(), 0, {}
        pairs = list(request.httprequest.form.items(multi=True))
        params = dict(pairs)
        if not 0 < len(pairs) <= MAX_PARAMS or request.httprequest.files:
            return nothing
        if not CALL_SID.fullmatch(params.get("CallSid", "")):
            return nothing
        call, number = calls._of_token(token)
        if not call:
            return nothing
        company = call.company_id
        path = request.httprequest.full_path.rstrip("?")
        signed = is_signed(
            company.debt_voice_secret,
            company._debt_voice_url(path),
            pairs,
            request.httprequest.headers.get("X-Twilio-Signature"),
        )
        if not signed or params.get("AccountSid") != company.debt_voice_account:
            return nothing
        return call, number, params

    def _refused(self):
        # the same whatever is wrong
        return request.make_response("", status=403)

    def _xml(self, response):
        return request.make_response(
            etree.tostring(response, encoding="UTF-8", xml_declaration=True),
            [("Content-Type", "text/xml; charset=utf-8")],
        )
