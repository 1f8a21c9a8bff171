from odoo import fields, http
from odoo.http import request
from odoo.tools.misc import verify_hash_signed


class DebtPay(http.Controller):
    @http.route("/debt/pay/<string:token>", type="http", auth="public", methods=["GET"])
    def pay(self, token, **_kwargs):
        """Show what one debtor owes to one company, each with its page to pay.

        The token of a message names the case, is signed and expires; any other gets the
        same answer.
        """
        return self._show(self._case(token))

    @http.route("/d/<string:secret>", type="http", auth="public", methods=["GET"])
    def short(self, secret, **_kwargs):
        """Show the same behind the short link of an SMS; reading it changes nothing."""
        # sudo: the secret is the right to see this one case
        links_sudo = request.env["debt.link"].sudo()
        return self._show(links_sudo._find(secret, fields.Datetime.now()))

    def _show(self, case_sudo):
        """Return the page of a case; empty: that the link is no longer valid."""
        if not case_sudo:
            return request.render("debt_collection.pay_link_expired", status=404)
        lang = case_sudo.partner_id.lang
        if lang and request.env["res.lang"]._get_data(code=lang):
            request.update_context(lang=lang)
            case_sudo = case_sudo.with_context(lang=lang)
        items = case_sudo.item_ids.filtered(
            lambda item: item.state == "open" and item.amount_residual > 0
        )
        moves = items.move_id
        pages = {move.id: move.get_portal_url() for move in moves}
        return request.render(
            "debt_collection.pay_page",
            {"case": case_sudo, "items": items, "pages": pages},
        )

    def _case(self, token):
        """Return the case that a token names, or None."""
        # sudo: the signed token is the right to see this one case
        env = request.env(su=True)
        try:
            values = verify_hash_signed(env, "debt_collection.pay", token)
        except (ValueError, IndexError):
            return None
        if not values:
            return None
        return env["debt.case"].browse(values[0]).exists() or None
