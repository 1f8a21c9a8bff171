from odoo.http import request

from odoo.addons.debt_collection.controllers.pay import DebtPay

from .door import DebtDoor

#: Pages of an account to which a link may lead, beside what is owed.
PAGES = ("messages", "disputes")


class DebtPayLink(DebtPay):
    def _show(self, case_sudo, secret):
        """Open the account itself behind the link of a message."""
        if not case_sudo:
            return super()._show(case_sudo, secret)
        DebtDoor()._keep_link(case_sudo, secret)
        to = request.params.get("to")
        path = f"/{to}" if to in PAGES else ""
        response = request.redirect(f"/my/debts/{case_sudo.id}{path}", code=303)
        # the language of the customer, until they choose another one
        lang = case_sudo.partner_id.lang
        if lang in request.env["res.lang"]._get_frontend():
            response.set_cookie("frontend_lang", lang)
        return response
