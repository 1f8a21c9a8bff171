from odoo import fields, http
from odoo.http import request


class DebtPay(http.Controller):
    @http.route(
        ["/debt/pay/<string:secret>", "/d/<string:secret>"],
        type="http",
        auth="public",
        methods=["GET"],
    )
    def pay(self, secret, **_kwargs):
        """Show what one debtor owes to one company, each with its page to pay.

        The long link of a message or the short one of an SMS names the case; it expires
        and can be revoked. Any other gets the same answer. Reading changes nothing.
        """
        # sudo: the secret is the right to see this one case
        links_sudo = request.env["debt.link"].sudo()
        return self._show(links_sudo._case_of(secret, fields.Datetime.now()), secret)

    def _show(self, case_sudo, _secret):
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
