from odoo import http
from odoo.http import request

from ..logic.contact_wish import FIRST_HOUR, LAST_HOUR, masked
from .dispute import PAGE
from .files import DebtFiles

#: What a form of a contact may say.
DATA = ("name", "function", "email", "phone", "street", "city", "zip")


class DebtPreferences(DebtFiles):
    """How customers want to be contacted, and who of them."""

    def _tabs(self, visit):
        path = f"{visit.url}/preferences"
        name = request.env._("Preferences")
        return [*super()._tabs(visit), (70, "preferences", name, path)]

    @http.route("/my/debts/<int:case_id>/preferences", methods=["GET"], **PAGE)
    def preferences(self, case_id, **_kwargs):
        """Show the preferences."""
        return self._preferences_page(self._visit(case_id))

    def _preferences_page(self, visit, error=None):
        case = visit.case
        # behind a link an address is recognised by who knows it
        shown = masked if visit.way == "link" else lambda text: text or ""
        wisher = case._portal_wishers(visit)[:1]
        channels = case._portal_channels()
        return self._page(
            visit,
            "preferences",
            "preferences",
            langs=request.env["res.lang"].sudo().get_installed(),
            lang=wisher.lang or request.env.lang,
            wisher=wisher,
            choices=case._portal_choices("debt_channel"),
            days=case._portal_choices("debt_days"),
            hours=range(FIRST_HOUR, LAST_HOUR + 1),
            channels=channels,
            wordings={
                code: self._wording(visit, name, closed)
                for code, name, closed in channels
            },
            people=case._portal_people(),
            payer=case.partner_id._debt_payer(),
            shown=shown,
            requests=case.change_request_ids[:10],
            error=error,
        )

    def _wording(self, visit, channel, agrees):
        """Return the words to which a customer agrees, or with which they stop us."""
        case = visit.case
        words = {
            "channel": channel,
            "company": case.company_id.name,
            "customer": case.partner_id.commercial_partner_id.name,
        }
        if agrees:
            return request.env._(
                "%(company)s may send %(customer)s messages about this account by: "
                "%(channel)s.",
                **words,
            )
        return request.env._(
            "%(company)s sends %(customer)s no more automatic messages by: "
            "%(channel)s. The debt stays, and people may still call or write letters.",
            **words,
        )

    @http.route("/my/debts/<int:case_id>/preferences/save", methods=["POST"], **PAGE)
    def preferences_save(
        self,
        case_id,
        lang=None,
        channel=None,
        start=None,
        end=None,
        days=None,
        **_kwargs,
    ):
        """Keep language, hours and the preferred channel."""
        visit = self._visit(case_id, change=True)
        values = {
            "lang": lang,
            "channel": channel,
            "start": self._hour(start),
            "end": self._hour(end),
            "days": days,
        }
        _nothing, error = self._attempt(
            lambda: visit.case._portal_prefer(visit, values)
        )
        if error:
            return self._preferences_page(visit, error)
        response = self._done(visit, "preferences", "/preferences")
        if lang in request.env["res.lang"]._get_frontend():
            response.set_cookie("frontend_lang", lang)
        return response

    def _hour(self, text):
        """Return an hour of a list, 0 for none."""
        return int(text) if (text or "").isdecimal() and len(text) < 3 else 0

    @http.route("/my/debts/<int:case_id>/preferences/channel", methods=["POST"], **PAGE)
    def preferences_channel(self, case_id, channel=None, wanted=None, **_kwargs):
        """Stop the messages of a channel, or let them come again."""
        visit = self._visit(case_id, change=True)
        case, agrees = visit.case, wanted == "1"
        names = {code: name for code, name, _closed in case._portal_channels()}
        wording = self._wording(visit, names.get(channel, ""), agrees)
        _nothing, error = self._attempt(
            lambda: case._portal_wish(visit, channel, agrees, wording)
        )
        if error:
            return self._preferences_page(visit, error)
        done = "channel_open" if agrees else "channel_closed"
        return self._done(visit, done, "/preferences")

    @http.route("/my/debts/<int:case_id>/preferences/contact", methods=["POST"], **PAGE)
    def preferences_contact(self, case_id, kind=None, contact=None, **data):
        """Ask to add, correct or remove somebody of the customer."""
        visit = self._visit(case_id, change=True)
        case = visit.case
        people = case._portal_people()
        who = people.filtered(lambda person: str(person.id) == contact)
        if kind not in ("add", "change", "remove") or bool(who) == (kind == "add"):
            raise request.not_found()
        values = {name: data[name] for name in DATA if isinstance(data.get(name), str)}
        _request, error = self._attempt(
            lambda: case._portal_request(visit, kind, who, values)
        )
        if error:
            return self._preferences_page(visit, error)
        return self._done(visit, "contact", "/preferences")
