from decimal import Decimal

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools.misc import hash_sign, verify_hash_signed

from odoo.addons.payment.controllers.portal import PaymentPortal

from .door import DebtDoor
from .parse import _debt_amount

_SCOPE = "debt_collection_portal.pay"
#: How long what a page showed can be paid.
PAGE_HOURS = 1


class DebtPayPage(DebtDoor):
    """The customer chooses what to pay, sees it, pays it and learns what became of it.

    The form is Odoo's own, and so is whatever providers do. What the money is for is
    signed by the page that showed it, and compared with the books when it is paid.
    """

    # === CHOOSING === #

    @http.route(
        "/my/debts/<int:case_id>/pay",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def pay(self, case_id, amount=None, currency=None, promise=None, **_kwargs):
        """Show what will be paid, and with what.

        :param amount: as typed, in ``currency``: for the oldest documents
        :param currency: its name; without an amount all that is overdue in it
        :param promise: id of a promise or an instalment
        """
        visit = self._visit(case_id)
        payable = visit.case._portal_pay_amounts()
        values = {"typed": amount}
        try:
            choice = self._pay_choice(visit, payable, amount, currency, promise)
        except UserError as error:
            values["error"] = str(error)
            values["pay_currency"] = self._pay_currency(visit, payable, currency)
        else:
            values |= self._pay_values(visit, choice)
            values["pay_currency"] = choice.currency
        owed = [item for item, left in payable.items() if left > 0]
        others = visit.case.env["debt.item"].union(*owed).currency_id
        values["pay_others"] = others - values["pay_currency"]
        return self._page(visit, "pay", "account", **values)

    def _pay_choice(self, visit, payable, amount, currency, promise):
        """Return what the parameters of the page choose, a ``PayChoice``.

        :raise NotFound: for what is not of this account
        :raise UserError: for what cannot be paid
        """
        case = visit.case
        ids = request.httprequest.args.getlist("items")
        items = case.item_ids.filtered(lambda item: str(item.id) in ids)
        if len(items) != len(set(ids)):
            raise request.not_found()
        if promise:
            found = case.promise_ids.filtered(lambda p: str(p.id) == promise)
            if not found:
                raise request.not_found()
            return case._portal_choice(promise=found, payable=payable)
        chosen = self._pay_currency(visit, payable, currency)
        if amount:
            wanted = _debt_amount(amount, chosen)
            if not wanted:
                raise UserError(
                    request.env._(
                        "Write an amount of more than zero, such as %s.",
                        request.env["res.lang"]
                        ._lang_get(request.env.lang)
                        .format(f"%.{chosen.decimal_places}f", 1500, grouping=True),
                    )
                )
            wanted = Decimal(str(wanted))
            return case._portal_choice(currency=chosen, amount=wanted, payable=payable)
        return case._portal_choice(items=items, currency=chosen, payable=payable)

    def _pay_currency(self, visit, payable, currency):
        """Return one of the currencies of the account.

        :raise NotFound: for another one
        """
        own = visit.case.item_ids.currency_id | visit.case.currency_id
        if not currency:
            return visit.case._portal_oldest_currency(payable)
        found = own.filtered(lambda each: each.name == currency)
        if not found:
            raise request.not_found()
        return found

    # === PAYING === #

    def _pay_values(self, visit, choice):
        """Return the values of Odoo's payment form for a choice."""
        case, company = visit.case, visit.case.company_id
        partner = visit.person if visit.way == "login" else case.partner_id
        report = {}
        offer = self._pay_offer(visit, choice.currency, float(choice.amount), report)
        providers, methods, tokens = offer
        return {
            "choice": choice,
            "amount": float(choice.amount),
            "currency": choice.currency,
            "partner_id": partner.id,
            "providers_sudo": providers,
            "payment_methods_sudo": methods,
            "tokens_sudo": tokens,
            "availability_report": report,
            "show_tokenize_input_mapping": self._pay_tokenize(visit, providers),
            "company_mismatch": not PaymentPortal._can_partner_pay_in_company(
                partner, company
            ),
            "expected_company": company,
            "transaction_route": f"{visit.url}/pay/transaction",
            "landing_route": visit.url,
            "access_token": self._pay_sign(case, choice),
        }

    def _pay_offer(self, visit, currency, amount, report=None):
        """Return (providers, methods, saved cards) that can pay, as Odoo finds them.

        Only users see and save cards: whoever has a link need not be their owner.
        """
        company = visit.case.company_id
        logged_in = visit.way == "login"
        partner = visit.person if logged_in else visit.case.partner_id
        # sudo: as Odoo's own pages, for visitors who may not read providers
        providers = (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                company.id, partner.id, amount, currency_id=currency.id, report=report
            )
        )
        methods = (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers.ids, partner.id, currency_id=currency.id, report=report
            )
        )
        tokens = request.env["payment.token"].sudo()
        if logged_in:
            tokens = tokens._get_available_tokens(providers.ids, partner.id)
        return providers, methods, tokens

    def _pay_tokenize(self, visit, providers):
        if visit.way != "login":
            return dict.fromkeys(providers.ids, False)
        return PaymentPortal._compute_show_tokenize_input_mapping(providers)

    def _pay_sign(self, case, choice):
        """Return a text that says what a page showed, and that we said it."""
        promise = choice.promise.id if choice.promise else 0
        parts = [[item.id, str(amount)] for item, amount in choice.parts.items()]
        return hash_sign(
            request.env(su=True),  # sudo: the secret of the database signs it
            _SCOPE,
            [case.id, choice.currency.id, promise, parts, str(choice.advance)],
            expiration_hours=PAGE_HOURS,
        )

    def _pay_signed(self, case, token):
        """Return the (currency id, promise id, parts, advance) that a page showed.

        :raise UserError: where it was another account's, is old, or nobody said it
        """
        try:
            signed = verify_hash_signed(request.env(su=True), _SCOPE, str(token))
        except (ValueError, IndexError):
            signed = None
        if not signed or signed[0] != case.id:
            raise UserError(
                request.env._(
                    "This page is old. Open your account again, and pay there."
                )
            )
        return signed[1:]

    @http.route(
        "/my/debts/<int:case_id>/pay/transaction",
        type="jsonrpc",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def pay_transaction(self, case_id, access_token=None, amount=None, **kwargs):
        """Create the transaction that pays what the page showed; called by Odoo's form.

        :param access_token: what the page showed, signed
        :param amount: as the browser has it: it has to be that of the page
        :return: the processing values of the transaction
        :raise UserError: where it cannot be paid any more, with why
        """
        visit = self._visit(case_id, change=True)
        PaymentPortal._validate_transaction_kwargs(
            kwargs, additional_allowed_keys=("payment_reference",)
        )
        if not request.validate_csrf(str(kwargs.get("csrf_token"))):
            raise UserError(
                request.env._("Your session has expired. Load the page again.")
            )
        case = visit.case
        signed = self._pay_signed(case, access_token)
        case._portal_lock_paying()
        currency, parts, promise, advance = self._pay_again(case, *signed)
        values = case._debt_transaction_vals(parts, currency, promise, advance)
        shown = amount if isinstance(amount, int | float) else 0
        if currency.compare_amounts(shown, values["amount"]):
            raise self._pay_changed()
        transaction = self._pay_create(visit, values, **kwargs)
        case._portal_contact(
            visit,
            text=request.env._(
                "Starts a payment of %(amount)s: %(reference)s",
                amount=currency.format(transaction.amount),
                reference=transaction.reference,
            ),
        )
        return transaction._get_processing_values()

    def _pay_again(self, case, currency_id, promise_id, parts, advance):
        """Compare what a page showed with what the books say now.

        :return: (currency, {item: Decimal}, promise, advance)
        :raise UserError: where less is open of a document, or the promise is over
        """
        payable = {
            item.id: (item, left) for item, left in case._portal_pay_amounts().items()
        }
        found = {}
        for item_id, text in parts:
            item, left = payable.get(item_id, (None, Decimal(0)))
            part = Decimal(text)
            if not item or abs(part) > abs(left) or part * left < 0:
                raise self._pay_changed()
            found[item] = part
        promise = case.promise_ids.filtered(lambda p: p.id == promise_id)
        if promise_id and promise.state != "open":
            raise self._pay_changed()
        currency = request.env["res.currency"].browse(currency_id)
        return currency, found, promise, Decimal(advance)

    def _pay_changed(self):
        return UserError(
            request.env._(
                "Your account has changed meanwhile. Open it again, and pay what is "
                "open now."
            )
        )

    def _pay_create(
        self,
        visit,
        values,
        provider_id=None,
        payment_method_id=None,
        token_id=None,
        flow=None,
        tokenization_requested=False,
        is_validation=False,
        **_kwargs,
    ):
        """Create the transaction, if the provider, method and card can pay it.

        :raise UserError: where one of them cannot
        """
        currency = request.env["res.currency"].browse(values["currency_id"])
        offer = self._pay_offer(visit, currency, values["amount"])
        providers, methods, tokens = (records.ids for records in offer)
        by_token = flow == "token"
        allowed = provider_id in providers and (
            token_id in tokens if by_token else payment_method_id in methods
        )
        if not allowed or flow not in ("redirect", "direct", "token") or is_validation:
            raise UserError(
                request.env._("This cannot be paid in that way. Choose another one.")
            )
        partner = visit.person if visit.way == "login" else visit.case.partner_id
        transaction = PaymentPortal()._create_transaction(
            provider_id=provider_id,
            payment_method_id=payment_method_id,
            token_id=token_id,
            amount=values.pop("amount"),
            currency_id=values.pop("currency_id"),
            partner_id=partner.id,
            flow=flow,
            tokenization_requested=tokenization_requested and visit.way == "login",
            landing_route=visit.url,
            custom_create_values={**values, "partner_id": partner.id},
        )
        transaction.landing_route = transaction._portal_url()
        return transaction

    # === WHAT BECAME OF IT === #

    @http.route(
        "/my/debts/<int:case_id>/pay/<int:transaction_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def pay_result(self, case_id, transaction_id, **_kwargs):
        """Say what became of a payment, what it paid and what is left."""
        visit = self._visit(case_id)
        transaction = self._pay_transaction_of(visit, transaction_id)
        applied, rest = transaction._debt_applied()
        # by the books: the items may learn of the payment a moment later
        left = {}
        for line in visit.case._portal_items().move_line_id.exists():
            owed = left.get(line.currency_id, 0)
            left[line.currency_id] = owed + line.amount_residual_currency
        return self._page(
            visit,
            "pay_result",
            "account",
            tx=transaction,
            applied=applied,
            rest=rest,
            left=left,
            transfer=transaction._portal_transfer(),
        )

    @http.route(
        "/my/debts/<int:case_id>/pay/<int:transaction_id>/receipt",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def pay_receipt(self, case_id, transaction_id, **_kwargs):
        """Download the receipt of a payment that was booked."""
        visit = self._visit(case_id)
        payment = self._pay_transaction_of(visit, transaction_id).payment_id
        if not payment:
            raise request.not_found()
        # sudo: the customer's own receipt
        report = request.env["ir.actions.report"].sudo()
        content, _kind = report._render_qweb_pdf(
            "account.action_report_payment_receipt", payment.ids
        )
        return request.make_response(
            content,
            [
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(content)),
                ("Cache-Control", "no-store"),
                (
                    "Content-Disposition",
                    http.content_disposition(
                        f"{(payment.name or str(payment.id)).replace('/', '-')}.pdf"
                    ),
                ),
            ],
        )

    def _pay_transaction_of(self, visit, transaction_id):
        """Return a transaction of the account.

        :raise NotFound: for any other
        """
        # sudo: the customer's own payment, looked up among those of the account
        found = request.env["payment.transaction"].sudo()
        found = found.search(
            [("id", "=", transaction_id), ("debt_case_id", "=", visit.case.id)]
        )
        if not found:
            raise request.not_found()
        return found
