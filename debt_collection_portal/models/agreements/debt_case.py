from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.debt_collection.logic.plan import FREQUENCIES
from odoo.addons.debt_collection.logic.self_service import MEMORY_DAYS
from odoo.addons.debt_collection.tools.locks import hold


class DebtCase(models.Model):
    """What customers promise and propose on their page. Each method is called on the
    case of a ``Visit``, which has superuser rights."""

    _inherit = "debt.case"

    def _portal_person(self, visit):
        """Return the contact who agrees: only people of the customer are on records."""
        person, customer = visit.person, self.partner_id
        same = person.commercial_partner_id == customer.commercial_partner_id
        return person if same else customer

    def _portal_overdue(self):
        """Return what is overdue and can be promised, by currency, the oldest first.

        :return: {currency: items}
        """
        self.ensure_one()
        items = self._portal_items().sorted("date_due")
        promises = self.env["debt.promise"]
        found = {
            currency: promises._self_service_items(self, currency)
            for currency in items.currency_id
        }
        return {currency: owed for currency, owed in found.items() if owed}

    # === PROMISES === #

    def _portal_promise(self, visit, day, items=None, currency=None, amount=None):
        """Enter what a customer promises on their page; the same again is the same.

        :param visit: the ``Visit``
        :param day: when they pay
        :param items: the documents; None: all that are overdue in the currency
        :param currency: that of the promise; None: that of the documents
        :param amount: a part of all that is overdue; None: in full
        :return: the promise
        :raise UserError: with why not, and what to do
        """
        self.ensure_one()
        hold(self)
        promises = self.env["debt.promise"]
        owed = self._portal_overdue()
        if items:
            currency = items[:1].currency_id
        all_items = owed.get(currency, self.env["debt.item"])
        covered = all_items if items is None else items
        said = promises._self_service_amount(covered) if amount is None else amount
        for promise in self.promise_ids._portal_own():
            if (
                promise.date == day
                and promise.item_ids == covered
                and not promise.currency_id.compare_amounts(promise.amount, said)
            ):
                return promise
        code = promises._self_service_refusal(self, day, items, currency, amount)
        if code:
            raise UserError(promises._portal_refusal(code, self, all_items))
        contact = self._portal_contact(visit, outcome="promise")
        promise = promises._promise_by_debtor(
            self,
            day,
            "portal",
            items,
            currency,
            amount=said,
            contact_id=self._portal_person(visit).id,
            contact_action_id=contact.id,
        )
        return self._portal_tell(promise)

    def _portal_take_back(self, visit, promise):
        """Let a customer take back what they promised themselves.

        :raise UserError: where it is over, or not theirs
        """
        self.ensure_one()
        hold(self)
        if not promise._portal_own():
            raise UserError(
                self.env._(
                    "This promise cannot be taken back here. Please speak to us."
                )
            )
        said = self.env._("Taken back by the customer: %s", promise.display_name)
        self._portal_contact(visit, text=said)
        promise._withdraw(self.env._("Taken back by the customer"))

    # === PLANS === #

    def _portal_plan_limit(self):
        """Return what the customer may agree on by themselves; empty: nothing."""
        return self.env["debt.plan.limit"]._of_role(self, "customer")

    def _portal_plan_refusal(self):
        """Return why a customer finds no simulator here, None where they do.

        :return: "broken", "legal", "nothing", "off", "planned" or "young"
        """
        self.ensure_one()
        _last, reason = self.env["debt.promise"]._self_service_limits(self)
        if reason and reason != "changes":
            return reason
        today = self.company_id._debt_today()
        since = fields.Date.subtract(today, days=MEMORY_DAYS)
        broken = self.plan_ids.filtered(lambda plan: plan.state == "broken")
        if any(
            day and day >= since for day in broken.promise_ids.mapped("judged_date")
        ):
            return "broken"
        limit = self._portal_plan_limit()
        if not limit:
            return "off"
        return "young" if self.days_past_due < limit.min_age else None

    def _portal_plan_vals(self, items, count, frequency, down=None, first=None):
        """Return the values of a plan that the customer chooses.

        What is paid in so few payments that the company waives something, has its
        discount; see the limit.

        :param items: what it pays, of one currency
        :param count: instalments after the down payment
        :param frequency: a value of ``frequency``
        :param down: paid at once; None: the least
        :param first: day of the first instalment; None: one period from today
        """
        limit = self._portal_plan_limit()
        vals = {
            "case_id": self.id,
            "source": "portal",
            "currency_id": items.currency_id.id,
            "item_ids": [Command.set(items.ids)],
            "date_start": self.company_id._debt_today(),
            "instalments": count,
            "frequency": frequency,
            "on_pay_days": True,
            "discount_percent": 0,
            "interest_percent": limit.interest_percent,
        }
        if first:
            vals["date_first"] = first
        if down is None:
            down = self.env["debt.plan"].new(vals).amount_down
        vals["amount_down"] = down
        if limit.discount_percent and count + bool(down) <= limit.discount_payments:
            # what is settled for less bears no interest
            vals.update(discount_percent=limit.discount_percent, interest_percent=0)
        return vals

    def _portal_least_down(self, items):
        """Return the least down payment of a plan of these documents."""
        return self._portal_plan_vals(items, 1, "monthly")["amount_down"]

    def _portal_simulate(self, items, **terms):
        """Return a plan as the customer chose it, without a record.

        :param items: see ``_portal_plan_vals``
        :param terms: see there; without ``count`` the longest that is allowed
        :return: a new ``debt.plan``
        """
        plans = self.env["debt.plan"]
        if terms.get("count"):
            terms.setdefault("frequency", "monthly")
            return plans.new(self._portal_plan_vals(items, **terms))
        most = self._portal_plan_limit().instalments
        plan = plans
        for frequency in reversed(FREQUENCIES):
            for count in range(min(most, 12), 0, -1):
                vals = self._portal_plan_vals(items, count, frequency)
                plan = plans.new(vals)
                if not plan._beyond(self.env.user):
                    return plan
        return plan

    def _portal_propose(self, visit, items, **terms):
        """Keep what the customer chose, so that they can read and sign it.

        They have one at a time: another one takes the place of what is not signed.

        :param visit: the ``Visit``
        :param items: see ``_portal_plan_vals``
        :param terms: see there
        :return: the plan, offered
        :raise UserError: beyond the limits of customers
        """
        self.ensure_one()
        hold(self)
        code = self._portal_plan_refusal()
        if code:
            raise UserError(self._portal_plan_words(code))
        vals = self._portal_plan_vals(items, **terms)
        trial = self.env["debt.plan"].new(vals)
        if not trial._instalments():
            raise UserError(
                self.env._("The down payment is a part of what is to be paid.")
            )
        if reasons := trial._beyond(self.env.user):
            raise UserError("\n".join(reasons))
        own = self.plan_ids.filtered(
            lambda plan: (
                plan.state in ("draft", "offered")
                and plan._is_by_debtor()
                and not plan.approval
            )
        )[:1]
        if own:
            own.write(vals)
        else:
            own = own.create({**vals, "user_id": self._debt_agent().id})
            self._portal_tell(own)
        own._offer()
        return own

    def _portal_ask_plan(self, visit, text):
        """Let the agent answer to a customer who asks for a payment plan.

        :param text: what they propose, as text
        """
        self.ensure_one()
        same = self.action_ids.filtered(
            lambda action: (
                action.incoming
                and action.channel == "portal"
                and action.note == text
                and action.contact_day == self.company_id._debt_today()
            )
        )
        if not same:  # twice is once
            contact = self._portal_contact(visit, outcome="wants_plan", text=text)
            contact._ask_to_answer()

    def _portal_plan_words(self, code):
        """Return, in words, why there is no simulator; see ``_portal_plan_refusal``."""
        if code == "off":
            return self.env._("Payment plans are agreed with our people. Ask for one.")
        if code == "young":
            return self.env._(
                "What is overdue is still recent: payment plans are for debts of %s "
                "days on. You can ask for one.",
                self._portal_plan_limit().min_age,
            )
        return self.env["debt.promise"]._portal_refusal(code, self, None)

    def _portal_plans(self):
        """Return the plans that the customer may see: what was offered or agreed."""
        return self.plan_ids.filtered(
            lambda plan: (
                plan.offered_date
                or plan.accepted_date
                or plan.state in ("offered", "active", "done", "broken")
            )
        )
