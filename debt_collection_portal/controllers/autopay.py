from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.payment import utils as payment_utils

from .door import DebtDoor

PAGE = "/my/debts/<int:case_id>/plans/<int:plan_id>/autopay"


class DebtAutopayDoor(DebtDoor):
    """The customer lets the instalments of a plan be charged to a saved card."""

    @http.route(PAGE, type="http", auth="public", website=True, methods=["GET"])
    def autopay(self, case_id, plan_id, **_kwargs):
        """Show how a plan is paid, and offer to let it be paid automatically."""
        return self._autopay_page(*self._plan_of(case_id, plan_id))

    def _autopay_page(self, visit, plan, **values):
        autopays = request.env["debt.autopay"].sudo()  # sudo: behind the door
        cards = request.env["payment.token"]
        if visit.way == "login":
            cards = autopays._cards(plan, visit.person)
        return self._page(
            visit,
            "autopay",
            "agreements",
            plan=plan,
            autopay=plan.autopay_id,
            cards=cards,
            card_name=autopays._card_name,
            why_not=autopays._why_not(plan),
            consent=autopays._consent(plan),
            **values,
        )

    @http.route(
        f"{PAGE}/start", type="http", auth="public", website=True, methods=["POST"]
    )
    def autopay_start(
        self, case_id, plan_id, card=None, agree=None, consent=None, **_kwargs
    ):
        """Keep the consent of the customer."""
        visit, plan = self._plan_of(case_id, plan_id, change=True)
        autopays = request.env["debt.autopay"].sudo()  # sudo: behind the door
        text = autopays._consent(plan)
        # a link can be passed on, a card cannot
        cards = autopays.env["payment.token"]
        if visit.way == "login":
            cards = autopays._cards(plan, visit.person)
        token = cards.filtered(lambda token: str(token.id) == card)
        error = None
        if not token:
            error = request.env._("Choose one of your saved cards.")
        elif not agree:
            error = request.env._("Please read the text and agree to it.")
        elif (consent or "").split() != text.split():
            error = request.env._("The text changed meanwhile. Please read it again.")
        if not error:
            try:
                with request.env.cr.savepoint():
                    autopays._begin(plan, token, visit, text)
                return self._autopay_done(visit, plan, "autopay_on")
            except UserError as refused:
                error = str(refused)
        return self._autopay_page(visit, plan, error=error, chosen=card)

    @http.route(
        f"{PAGE}/stop", type="http", auth="public", website=True, methods=["POST"]
    )
    def autopay_stop(self, case_id, plan_id, **_kwargs):
        """Stop it; also by link, since nothing is taken from anybody."""
        visit, plan = self._plan_of(case_id, plan_id, change=True)
        try:
            plan.autopay_ids._end_by(visit)
        except UserError as refused:  # it is being charged at this moment
            return self._autopay_page(visit, plan, error=str(refused))
        return self._autopay_done(visit, plan, "autopay_off")

    def _autopay_done(self, visit, plan, code):
        return self._done(visit, code, f"/plans/{plan.id}/autopay")

    @http.route(
        f"{PAGE}/card", type="http", auth="public", website=True, methods=["GET"]
    )
    def autopay_card(self, case_id, plan_id, **_kwargs):
        """Show the form of Odoo with which a user saves a card."""
        visit, plan = self._plan_of(case_id, plan_id)
        back = f"{visit.url}/plans/{plan.id}/autopay"
        if visit.way != "login":
            return request.redirect(back)
        return self._page(
            visit,
            "autopay_card",
            "agreements",
            plan=plan,
            back=back,
            **self._autopay_form(visit, plan, back),
        )

    def _autopay_form(self, visit, plan, back):
        """Return what Odoo's payment form needs to save a card, as
        ``PaymentPortal.payment_method`` gives it; it comes back to our page."""
        report = {}
        person = visit.person
        # sudo: fields of providers, as Odoo reads them
        providers = request.env["payment.provider"].sudo()
        providers = providers._get_compatible_providers(
            plan.company_id.id,
            person.id,
            0.0,
            force_tokenization=True,
            is_validation=True,
            report=report,
        )
        methods = request.env["payment.method"].sudo()  # sudo: see above
        methods = methods._get_compatible_payment_methods(
            providers.ids, person.id, force_tokenization=True, report=report
        )
        prefix = payment_utils.singularize_reference_prefix(prefix="V")
        return {
            "mode": "validation",
            "allow_token_selection": False,
            "allow_token_deletion": True,
            "reference_prefix": prefix,
            "partner_id": person.id,
            "providers_sudo": providers,
            "payment_methods_sudo": methods,
            "tokens_sudo": request.env["debt.autopay"].sudo()._cards(plan, person),
            "availability_report": report,
            "transaction_route": "/payment/transaction",
            "landing_route": back,
            "access_token": payment_utils.generate_access_token(person.id, None, None),
        }
