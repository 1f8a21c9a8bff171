from odoo import http
from odoo.http import request
from odoo.tools.mail import email_anonymize, email_normalize
from odoo.tools.misc import verify_hash_signed


class DebtUnsubscribe(http.Controller):
    # csrf: mail programs post without a session (RFC 8058); the signed token is what
    # they cannot forge, and all that it allows is to get fewer messages
    @http.route(
        "/debt/unsubscribe/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
    )
    def unsubscribe(self, token, **_kwargs):
        """Let the customer stop the automatic e-mails to the address of one message.

        Looking at the page stops nothing: programs that check links only look. A mail
        program posts here at once when its reader presses its own button.
        """
        action_sudo = self._action(token)
        if not action_sudo:
            return request.render("debt_collection.pay_link_expired", status=404)
        case_sudo = action_sudo.case_id
        lang = case_sudo.partner_id.lang
        if lang and request.env["res.lang"]._get_data(code=lang):
            request.update_context(lang=lang)
            case_sudo = case_sudo.with_context(lang=lang)
        done = request.httprequest.method == "POST"
        if done:
            company = case_sudo.company_id.partner_id
            words = request.env(
                context={"lang": action_sudo.user_id.lang or company.lang}
            )
            action_sudo._opt_out(words._("The link of a message."))
        return request.render(
            "debt_collection.unsubscribe_page",
            {
                "case": case_sudo,
                "done": done,
                "address": email_anonymize(email_normalize(action_sudo.address) or ""),
            },
        )

    def _action(self, token):
        """Return the message that a token names, or None."""
        # sudo: the signed token is the right to answer this one message
        env = request.env(su=True)
        try:
            values = verify_hash_signed(env, "debt_collection.unsubscribe", token)
        except (ValueError, IndexError):
            return None
        if not values:
            return None
        action = env["debt.action"].browse(values[0]).exists()
        return action if action.address else None
