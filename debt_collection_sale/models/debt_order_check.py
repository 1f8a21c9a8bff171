from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from odoo import api, models
from odoo.tools import format_amount

from ..logic.order_check import (
    FREE,
    HOLD,
    WARN,
    Overdue,
    Owed,
    Rule,
    Verdict,
    judge,
    overdue,
)

#: Of what is not chased, these are still owed: the money did not come.
STILL_OWED = ("promised", "noticed")
#: Taken out of collection by the accountant.
LEFT_OUT = ("no_followup", "blocked")


@dataclass
class Customer:
    """What is known of a customer when their orders are judged."""

    rule: Rule = Rule()
    owes: Overdue = Overdue()
    stage: str = ""
    step: str = ""
    limit: Decimal = Decimal(0)
    exposure: Decimal = Decimal(0)
    #: ``debt.group`` with a limit, in company currency, and what its debtors owe.
    group: object = None
    group_limit: Decimal = Decimal(0)
    group_exposure: Decimal = Decimal(0)
    exceptions: list = field(default_factory=list)
    #: Of what is owed, paid with documents that have not cleared yet.
    documented: Decimal = Decimal(0)


@dataclass(frozen=True)
class Result:
    """What happens to one order, and why."""

    verdict: Verdict = Verdict()
    customer: Customer = field(default_factory=Customer)
    excess: Decimal = Decimal(0)
    group_excess: Decimal = Decimal(0)
    #: The exception of the customer that lets it pass, or None.
    exception: object = None

    @property
    def level(self):
        if self.exception and self.verdict.level == HOLD:
            return WARN
        return self.verdict.level


class DebtOrderCheck(models.AbstractModel):
    """Reads what customers owe, and says what happens to their orders.

    The number of queries does not depend on how many orders or customers there are.
    """

    _name = "debt.order.check"
    _description = "Check of Orders"

    @api.model
    def _check(self, company, orders):
        """Return {order: Result}. Each order also counts those of its customer before.

        :param company: their company
        :param orders: ``sale.order`` records; what is confirmed is in the exposure of
            its customer already
        """
        company = company.sudo()  # sudo: salespeople need no right on the books
        if company.debt_sale_mode == "off":
            return dict.fromkeys(orders, Result())
        debtors = self.env["res.partner"].union(
            *(order._debt_debtor() for order in orders)
        )
        customers = self._customers(company, debtors)
        asked = defaultdict(Decimal)
        results = {}
        for order in orders:
            debtor = order._debt_debtor()
            customer = customers[debtor]
            if order._debt_is_prepaid():
                results[order] = Result(customer=customer)
                continue
            if order.state in ("draft", "sent"):
                asked[debtor] += order._debt_amount()
                asked[customer.group] += order._debt_amount()
            excess = group_excess = Decimal(0)
            if customer.limit:
                excess = customer.exposure + asked[debtor] - customer.limit
            if customer.group:
                owed = customer.group_exposure + asked[customer.group]
                group_excess = owed - customer.group_limit
            verdict = judge(customer.rule, customer.owes, excess, group_excess)
            exception = None
            if verdict.level == HOLD:
                exception = next(
                    (e for e in customer.exceptions if e._allows(asked[debtor])), None
                )
            results[order] = Result(verdict, customer, excess, group_excess, exception)
        return results

    @api.model
    def _customers(self, company, debtors):
        """Return {debtor: Customer}."""
        # sudo: see ``_check``
        cases = (
            self.env["debt.case"]
            .sudo()
            .search(
                [("partner_id", "in", debtors.ids), ("company_id", "=", company.id)]
            )
        )
        by_partner = {case.partner_id.id: case for case in cases}
        items = (
            self.env["debt.item"]
            .sudo()
            .search([("case_id", "in", cases.ids), ("state", "=", "open")])
            .grouped("case_id")
        )
        exceptions = self._exceptions(company, debtors)
        limits = self._limits(company, debtors.commercial_partner_id)
        groups = self._groups(company, debtors)
        documented = cases._documented()
        day = company._debt_today()
        customers = {}
        for debtor in debtors:
            case = by_partner.get(debtor.id, cases.browse())
            own = items.get(case, self.env["debt.item"])
            owed = own.filtered(lambda item: self._is_owed(company, item))
            credit = -sum(
                item.amount_residual
                for item in own
                if item.amount_residual < 0 and not item.no_netting
            )
            # a cheque releases nothing before it clears
            debts = documented.get(case, [])
            credit = Decimal(str(credit)) - sum(a for on, a in debts if not on)
            uncleared = sum((amount for _day, amount in debts), Decimal(0))
            limit, exposure = limits.get(debtor.commercial_partner_id, (0, 0))
            group, group_limit, group_exposure = groups.get(debtor, (None, 0, 0))
            step = self._holding_step(owed)
            customers[debtor] = Customer(
                rule=self._rule(company, debtor, case, bool(step)),
                owes=overdue(
                    [Owed(item.date_chase, self._still_owed(item)) for item in owed]
                    + [Owed(on, amount) for on, amount in debts if on],
                    credit,
                    day,
                ),
                stage=case.stage_id.name or "",
                step=step.name or "",
                limit=Decimal(str(limit)),
                exposure=Decimal(str(exposure)),
                group=group,
                group_limit=Decimal(str(group_limit)),
                group_exposure=Decimal(str(group_exposure)),
                exceptions=exceptions.get(debtor, []),
                documented=uncleared,
            )
        return customers

    @api.model
    def _is_owed(self, company, item):
        """Return whether an open item counts when an order is judged.

        Not what is disputed, in a plan or otherwise settled for now; what was only
        promised does. A pause of the chase changes nothing.
        """
        return (
            item.amount_residual > 0
            and item.amount_residual >= company.debt_crumb_amount
            and item.excluded not in LEFT_OUT
            and (
                not item.covered_by
                or item.covered_by in STILL_OWED
                or item.amount_chaseable > 0
            )
        )

    @api.model
    def _still_owed(self, item):
        """Return what counts of an item, in company currency."""
        amount = item.amount_residual
        if item.covered_by and item.covered_by not in STILL_OWED:
            amount *= item.amount_chaseable / item.amount_residual_currency
        return Decimal(str(amount))

    @api.model
    def _holding_step(self, items):
        """Return the step that these items reached and that holds orders, if any."""
        for item in items:
            holding = item.step_id.strategy_id.step_ids.filtered(
                lambda step, reached=item.step_days: (
                    step.sale_hold and 0 <= step.days <= reached
                )
            )
            if holding:
                return holding[-1:]
        return self.env["debt.strategy.step"].sudo()  # sudo: see ``_check``

    @api.model
    def _rule(self, company, debtor, case, step):
        """Return the rule of a customer: own, of the strategy, of the company."""
        own = debtor.sudo().with_company(company).debt_sale_policy  # sudo: see above
        strategy = case.strategy_id
        days = strategy if strategy.sale_policy == "own" else None
        most = WARN if company.debt_sale_mode == "warn" else HOLD
        if own == "never" or (not own and strategy.sale_policy == "never"):
            most = WARN
        return Rule(
            warn_days=days.sale_warn_days if days else company.debt_sale_warn_days,
            hold_days=days.sale_hold_days if days else company.debt_sale_hold_days,
            stage=case.stage_id.sale_effect if case.state in ("open", "hold") else FREE,
            limit=company.debt_sale_limit,
            step=step,
            prepaid_only=own == "prepaid" or "active" in case.plan_ids.mapped("state"),
            most=most,
        )

    @api.model
    def _limits(self, company, debtors):
        """Return {debtor: (credit limit, exposure)} by Odoo's own figures.

        What was paid with documents that have not cleared yet is owed all the same.
        """
        if not company.account_use_credit_limit or company.debt_sale_limit == FREE:
            return {}
        # sudo: see ``_check``
        debtors = debtors.sudo().with_company(company)
        # an order that was confirmed a moment ago counts too
        debtors.invalidate_recordset(["credit", "credit_to_invoice"], flush=False)
        cases = (
            self.env["debt.case"]
            .sudo()
            .search(
                [
                    ("partner_id.commercial_partner_id", "in", debtors.ids),
                    ("company_id", "=", company.id),
                ]
            )
        )
        documented = defaultdict(float)
        for case, debts in cases._documented().items():
            documented[case.partner_id.commercial_partner_id] += sum(
                float(amount) for _day, amount in debts
            )
        return {
            debtor: (
                debtor.credit_limit,
                debtor.credit + debtor.credit_to_invoice + documented[debtor],
            )
            for debtor in debtors
        }

    @api.model
    def _groups(self, company, debtors):
        """Return {debtor: (group, limit, what it owes)} of groups with a limit."""
        if company.debt_sale_limit == FREE:
            return {}
        day, currency = company._debt_today(), company.currency_id
        found = {}
        # sudo: see ``_check``; what the group owes to this company and its others
        for debtor in debtors.sudo().with_company(company):
            group = debtor.debt_group_id
            if not group.credit_limit:
                continue

            def value(amount, of=group):
                return of.currency_id._convert(amount, currency, company, day)

            found[debtor] = (
                group,
                value(group.credit_limit),
                value(group._exposures()[group]),
            )
        return found

    @api.model
    def _exceptions(self, company, debtors):
        """Return {debtor: exceptions in force}."""
        # sudo: see ``_check``
        exceptions = self.env["debt.order.exception"].sudo()
        found = exceptions.search(
            [
                ("partner_id", "in", debtors.ids),
                ("company_id", "=", company.id),
                ("revoked", "=", False),
                ("date_to", ">=", company._debt_today()),
            ]
        )
        return {
            partner: list(own) for partner, own in found.grouped("partner_id").items()
        }

    # === WORDS === #

    @api.model
    def _words(self, company, result):
        """Return the reasons of a result, one a line, in the language of the reader."""
        customer, owes = result.customer, result.customer.owes
        currency = company.sudo().currency_id

        def money(amount):
            return format_amount(self.env, float(amount), currency)

        lines = []
        for code in result.verdict.reasons:
            if code == "overdue" and owes.documents == 1:
                words = self.env._(
                    "1 document, %(amount)s, overdue for %(days)s days.",
                    amount=money(owes.amount),
                    days=owes.days,
                )
            elif code == "overdue":
                words = self.env._(
                    "%(count)s documents, %(amount)s overdue, the oldest for %(days)s "
                    "days.",
                    count=owes.documents,
                    amount=money(owes.amount),
                    days=owes.days,
                )
            elif code == "limit":
                words = self.env._(
                    "The credit limit of %(limit)s is exceeded by %(excess)s, orders "
                    "not invoiced yet included.",
                    limit=money(customer.limit),
                    excess=money(result.excess),
                )
            elif code == "group":
                words = self.env._(
                    "The limit of the group %(group)s, %(limit)s, is exceeded by "
                    "%(excess)s.",
                    group=customer.group.name,
                    limit=money(customer.group_limit),
                    excess=money(result.group_excess),
                )
            elif code == "stage":
                words = self.env._("Stage of collection: %s.", customer.stage)
            elif code == "step":
                words = self.env._("Step of collection reached: %s.", customer.step)
            else:
                words = self.env._("This customer buys against prepayment only.")
            lines.append(words)
        if customer.documented and {"overdue", "limit"} & {*result.verdict.reasons}:
            lines.append(
                self.env._(
                    "%(amount)s of it was paid with documents that have not cleared "
                    "yet.",
                    amount=money(customer.documented),
                )
            )
        return "\n".join(lines)
