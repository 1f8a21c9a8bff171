import binascii
import zoneinfo
from base64 import b64decode
from datetime import date

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request
from odoo.tools.image import binary_to_image

from .door import DebtDoor
from .parse import _debt_amount

ACCOUNT = "/my/debts/<int:case_id>"
PLAN = f"{ACCOUNT}/plans/<int:plan_id>"
#: Kept of what visitors type.
NAME = 100
TEXT = 2000
#: The largest drawn signature, in bytes, and what comes before it.
SIGNATURE = 200_000
PNG = "data:image/png;base64,"
#: How many earlier agreements are shown.
PAST = 50
#: The most instalments that can be asked for.
MOST = 60


def _agreements_day(text):
    """Return the day of a date input, None where it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _agreements_signature(text):
    """Return a drawn signature as base64, None where none was drawn.

    :raise UserError: where it is no small image
    """
    if not text:
        return None
    try:
        raw = b64decode(text.removeprefix(PNG), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or len(raw) > SIGNATURE:
        raise UserError(request.env._("Draw your signature again, please."))
    if binary_to_image(raw).format != "PNG":
        raise UserError(request.env._("Draw your signature again, please."))
    return text.removeprefix(PNG)


class DebtAgreements(DebtDoor):
    """What customers promise, agree on and sign."""

    def _tabs(self, visit):
        tab = (30, "agreements", request.env._("Agreements"), f"{visit.url}/agreements")
        return [*super()._tabs(visit), tab]

    @http.route(
        f"{ACCOUNT}/agreements",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def agreements(self, case_id, **_kwargs):
        """Show what is promised and agreed, and what can be."""
        return self._agreements_page(self._visit(case_id))

    def _agreements_page(self, visit, **values):
        case = visit.case
        plans = case._portal_plans()
        promises = case.promise_ids.filtered(lambda promise: not promise.plan_id)
        return self._page(
            visit,
            "agreements",
            "agreements",
            offers=plans.filtered(
                lambda plan: plan.state == "offered" and not plan._portal_obstacle()
            ),
            running=plans.filtered(lambda plan: plan.state == "active"),
            promises=promises.filtered(lambda p: p.state == "open").sorted("date"),
            past_plans=plans.filtered(
                lambda plan: (
                    plan.state != "active"
                    and (plan.state != "offered" or plan._portal_obstacle())
                )
            )[:PAST],
            past_promises=promises.filtered(lambda p: p.state != "open")[:PAST],
            overdue=case._portal_overdue(),
            **values,
        )

    # === PROMISES === #

    @http.route(
        f"{ACCOUNT}/promise",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def promise(self, case_id, move="", currency="", **_kwargs):
        """Show the form of a promise, of one that is moved filled in."""
        visit = self._visit(case_id)
        asked = self._ids("items")
        typed = {"currency": currency, "items": asked}
        if move:
            own = visit.case.promise_ids._portal_own()
            moved = own.filtered(lambda promise: str(promise.id) == move)
            typed = {
                "currency": str(moved.currency_id.id or ""),
                "items": moved.item_ids.ids,
            }
        if typed["items"]:
            typed["what"] = "some"
        return self._promise_page(visit, typed)

    @http.route(
        f"{ACCOUNT}/promise",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def promise_make(
        self, case_id, what="all", day="", currency="", amount="", **_kwargs
    ):
        """Enter a promise."""
        visit = self._visit(case_id, change=True)
        typed = {
            "what": what,
            "day": day,
            "currency": currency,
            "amount": amount,
            "items": self._ids("items"),
        }
        case = visit.case
        try:
            chosen, items = self._agreements_chosen(case, typed)
            terms = {"currency": chosen}
            if what == "some":
                picked = items.filtered(lambda item: item.id in typed["items"])
                terms = {"items": picked}
            elif what == "part":
                terms["amount"] = _debt_amount(amount, chosen)
                if terms["amount"] is None:
                    raise UserError(request.env._("Enter the amount as a number."))
            when = _agreements_day(day)
            if not when:
                raise UserError(request.env._("Choose the day on which you pay."))
            with request.env.cr.savepoint():
                case._portal_promise(visit, when, **terms)
        except UserError as error:
            return self._promise_page(visit, typed, error=str(error))
        return self._done(visit, "promise", "/agreements")

    @http.route(
        f"{ACCOUNT}/promises/<int:promise_id>/back",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def promise_take_back(self, case_id, promise_id, **_kwargs):
        """Take a promise back."""
        visit = self._visit(case_id, change=True)
        promise = visit.case.promise_ids.filtered(lambda p: p.id == promise_id)
        if not promise:
            raise request.not_found()
        try:
            with request.env.cr.savepoint():
                visit.case._portal_take_back(visit, promise)
        except UserError as error:
            return self._agreements_page(visit, error=str(error))
        return self._done(visit, "promise_back", "/agreements")

    def _promise_page(self, visit, typed, **values):
        case = visit.case
        currency, items = self._agreements_chosen(case, typed)
        promises = case.env["debt.promise"]
        about = None
        if typed.get("what") == "some":
            about = items.filtered(lambda item: item.id in typed["items"]) or None
        last, code = promises._self_service_limits(case, about)
        today = case.company_id._debt_today()
        return self._page(
            visit,
            "promise",
            "agreements",
            overdue=case._portal_overdue(),
            currency=currency,
            items=items,
            owed=promises._self_service_amount(items),
            least=items and promises._self_service_least(items),
            last=last,
            pay_day=last and self._agreements_pay_day(case, last),
            refused=code and promises._portal_refusal(code, case, items),
            typed={"what": "all", "items": [], **typed},
            promises=case.promise_ids._portal_own(),
            first=today,
            **values,
        )

    def _agreements_pay_day(self, case, last):
        """Return a day to begin with: the customer's next one, from tomorrow on."""
        plan = case.env["debt.plan"].new({"case_id": case.id})
        today = case.company_id._debt_today()
        return min(last, plan._pay_day(today.fromordinal(today.toordinal() + 1)))

    def _agreements_chosen(self, case, typed):
        """Return (currency, what is overdue in it) of what was chosen.

        The currency of the oldest document where none was.
        """
        overdue = case._portal_overdue()
        for currency, items in overdue.items():
            if str(currency.id) == typed.get("currency"):
                return currency, items
            if typed.get("items") and items.filtered(
                lambda item: item.id in typed["items"]
            ):
                return currency, items
        if overdue:
            return next(iter(overdue.items()))
        return case.currency_id, case.env["debt.item"]

    # === PLANS === #

    @http.route(
        f"{ACCOUNT}/plan",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def plan(
        self,
        case_id,
        count="",
        frequency="",
        down="",
        first="",
        currency="",
        **_kwargs,
    ):
        """Show what paying in instalments looks like."""
        visit = self._visit(case_id)
        typed = dict(
            count=count,
            frequency=frequency,
            down=down,
            first=first,
            currency=currency,
        )
        return self._plan_simulator(visit, typed)

    @http.route(
        f"{ACCOUNT}/plan",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def plan_propose(
        self,
        case_id,
        count="",
        frequency="",
        down="",
        first="",
        currency="",
        **_kwargs,
    ):
        """Keep what was chosen, and go on to read and sign it."""
        visit = self._visit(case_id, change=True)
        typed = dict(
            count=count,
            frequency=frequency,
            down=down,
            first=first,
            currency=currency,
        )
        try:
            chosen, items = self._agreements_chosen(visit.case, typed)
            today = visit.case.company_id._debt_today()
            terms = self._plan_terms(typed, chosen, today)
            if not items or not terms.get("count"):
                raise UserError(request.env._("Choose how often you pay."))
            with request.env.cr.savepoint():
                plan = visit.case._portal_propose(visit, items, **terms)
        except UserError as error:
            return self._plan_simulator(visit, typed, error=str(error))
        return request.redirect(plan._portal_url, code=303)

    @http.route(
        f"{ACCOUNT}/plan/ask",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def plan_ask(self, case_id, text="", **_kwargs):
        """Ask the agent for a plan, with a proposal."""
        visit = self._visit(case_id, change=True)
        text = text.strip()[:TEXT]
        if not text:
            error = request.env._("Say how you can pay: how much, and on which days.")
            return self._plan_simulator(visit, {}, error=error)
        visit.case._portal_ask_plan(visit, text)
        return self._done(visit, "plan_ask", "/agreements")

    def _plan_terms(self, typed, currency, today):
        """Return the terms that were typed.

        :param today: no instalment is for a day before
        :raise UserError: where something is no number or day
        """
        terms, env = {}, request.env
        if typed.get("count"):
            count = typed["count"]
            if not count.isdecimal() or not 0 < int(count[:4]) <= MOST:
                raise UserError(env._("Choose how often you pay."))
            terms["count"] = int(count)
        if typed.get("frequency"):
            known = dict(env["debt.plan"]._fields["frequency"].selection)
            if typed["frequency"] not in known:
                raise UserError(env._("Choose how often you pay."))
            terms["frequency"] = typed["frequency"]
        if (typed.get("down") or "").strip(" 0.,"):
            terms["down"] = _debt_amount(typed["down"], currency)
            if terms["down"] is None:
                raise UserError(env._("Enter the down payment as a number."))
        elif typed.get("down"):
            terms["down"] = 0.0
        if typed.get("first"):
            terms["first"] = _agreements_day(typed["first"])
            if not terms["first"] or terms["first"] < today:
                raise UserError(env._("Choose the day of the first instalment."))
        return terms

    def _plan_simulator(self, visit, typed, error=None):
        case = visit.case
        code = case._portal_plan_refusal()
        values = {
            "overdue": case._portal_overdue(),
            "typed": typed,
            "refused": code and case._portal_plan_words(code),
            "limit": case._portal_plan_limit(),
            "plan": None,
        }
        currency, items = self._agreements_chosen(case, typed)
        if not code and items:
            try:
                today = case.company_id._debt_today()
                terms = self._plan_terms(typed, currency, today)
            except UserError as problem:
                terms, error = {}, error or str(problem)
            plan = case._portal_simulate(items, **terms)
            rows = plan._instalments()
            values.update(
                plan=plan,
                rows=rows,
                least=case._portal_least_down(items),
                beyond=plan._beyond(request.env.user) if rows else [],
            )
            if not rows and not error:
                error = request.env._("The down payment is a part of what is owed.")
        return self._page(
            visit,
            "plan_simulator",
            "agreements",
            currency=currency,
            error=error,
            **values,
        )

    # === WHAT WAS OFFERED === #

    def _plan_of(self, case_id, plan_id, change=False):
        """Return (visit, plan) of an account."""
        visit = self._visit(case_id, change=change)
        visit.case._portal_items()  # what is owed now
        plans = visit.case._portal_plans()
        plan = plans.filtered(lambda plan: plan.id == plan_id)
        if not plan:
            raise request.not_found()
        return visit, plan

    @http.route(PLAN, type="http", auth="public", website=True, methods=["GET"])
    def plan_show(self, case_id, plan_id, **_kwargs):
        """Show a plan or a settlement offer: to sign, or what became of it."""
        return self._plan_page(*self._plan_of(case_id, plan_id))

    def _plan_page(self, visit, plan, typed=None, **values):
        code = plan._portal_obstacle()
        text = plan.accepted_text
        if not text and code != "changing":
            text = plan._agreement_text()
        return self._page(
            visit,
            "plan",
            "agreements",
            plan=plan,
            obstacle=code and plan._portal_obstacle_words(code),
            can_sign=not code,
            text=text,
            fingerprint=text and plan._fingerprint(text),
            typed=typed or {},
            **values,
        )

    @http.route(
        f"{PLAN}/sign", type="http", auth="public", website=True, methods=["POST"]
    )
    def plan_sign(
        self,
        case_id,
        plan_id,
        name="",
        agree="",
        fingerprint="",
        signature="",
        tz="",
        **_kwargs,
    ):
        """Accept a plan, with a name and a signature."""
        visit, plan = self._plan_of(case_id, plan_id, change=True)
        name = " ".join(name.split())[:NAME]
        try:
            if not name:
                raise UserError(request.env._("Enter your name."))
            if not agree:
                raise UserError(request.env._("Say that you agree."))
            drawn = _agreements_signature(signature)
            zone = tz if tz in zoneinfo.available_timezones() else None
            with request.env.cr.savepoint():
                plan._portal_sign(visit, name, fingerprint, drawn, zone)
        except UserError as error:
            return self._plan_page(
                visit, plan, {"name": name, "agree": agree}, error=str(error)
            )
        return self._done(visit, "signed", f"/plans/{plan.id}")

    @http.route(
        f"{PLAN}/decline", type="http", auth="public", website=True, methods=["POST"]
    )
    def plan_decline(self, case_id, plan_id, reason="", **_kwargs):
        """Decline an offer, or drop what was simulated."""
        visit, plan = self._plan_of(case_id, plan_id, change=True)
        try:
            with request.env.cr.savepoint():
                plan._portal_decline(visit, reason.strip()[:TEXT])
        except UserError as error:
            return self._plan_page(visit, plan, error=str(error))
        return self._done(visit, "declined", "/agreements")

    @http.route(
        f"{PLAN}/agreement", type="http", auth="public", website=True, methods=["GET"]
    )
    def plan_file(self, case_id, plan_id, **_kwargs):
        """Download the agreement: the signed one where there is one."""
        _visit, plan = self._plan_of(case_id, plan_id)
        if plan.state == "draft":
            raise request.not_found()
        if plan.signed_file:
            name, content = plan.signed_file_name, plan.signed_file
        else:
            name, content = plan._agreement_file()
        return request.make_response(
            b64decode(content),
            [
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
