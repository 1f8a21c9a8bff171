from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, format_amount, format_date

from ...fields import LooseMany2one
from ...logic.pay_day import PayCalendar
from ...logic.plan import Terms, beyond, interest, later, schedule
from ...logic.working_days import add_working_days
from ...tools.locks import hold
from ...tools.sql import int_array
from .debt_notice_match_mixin import exact
from .debt_pay_currency_mixin import PAY_TERMS

STATES = [
    ("draft", "Draft"),
    ("offered", "Offered"),
    ("active", "Active"),
    ("done", "Done"),
    ("broken", "Broken"),
    ("cancelled", "Cancelled"),
]
#: What is agreed; it stays once the plan is offered.
TERMS = {
    "amount_discount",
    "amount_down",
    "case_id",
    "currency_id",
    "date_expiry",
    "date_first",
    "date_start",
    "discount_percent",
    "frequency",
    "instalments",
    "interest_percent",
    "item_ids",
    "on_pay_days",
    *PAY_TERMS,
}


class DebtPlan(models.Model):
    """What a debtor owes, agreed to be paid in instalments.

    A simulator while it is a draft. Once the debtor accepts, each instalment is a
    promise; the documents leave the chase until the plan is done or broken. With a
    discount it is a settlement offer.
    """

    _name = "debt.plan"
    _description = "Payment Plan"
    _inherit = [
        "debt.cover.mixin",
        "debt.plan.interest.mixin",
        "debt.plan.offer.mixin",
        "debt.plan.over.mixin",
        "debt.pay.currency.mixin",
    ]
    _order = "id desc"
    _cover_reason = "planned"
    _action_field = "plan_id"
    _over_reason = "plan_over"
    #: Judged by its instalments, so after them.
    _judge_rank = 1
    _guarded = frozenset(
        (
            "accepted_by",
            "accepted_date",
            "accepted_hash",
            "accepted_how",
            "accepted_text",
            "amount_company",
            "amount_cover",
            "approval",
            "approval_user_id",
            "close_reason",
            "credit_move_ids",
            "interest_move_id",
            "offered_date",
            "promise_ids",
            "signature",
            "state",
        )
    )

    item_ids = fields.Many2many(
        help="What the plan pays, in full. Empty: all that is overdue.",
    )
    amount = fields.Monetary(
        string="Owed",
        compute="_compute_amount",
        store=True,
        precompute=True,
        help="What is open of the documents.",
    )
    amount_company = fields.Monetary(help="Worth of the plan when it was agreed.")
    pay_amount = fields.Monetary(
        compute="_compute_pay_amount", store=True, precompute=True
    )
    amount_down = fields.Monetary(
        string="Down Payment",
        compute="_compute_amount_down",
        store=True,
        readonly=False,
        precompute=True,
        help="Paid when the plan begins.",
    )
    down_percent = fields.Float(
        string="Down Payment (%)", compute="_compute_schedule", digits=(5, 1)
    )
    instalments = fields.Integer(
        string="Number of Instalments",
        required=True,
        default=3,
        help="Payments after the down payment.",
    )
    frequency = fields.Selection(
        [
            ("weekly", "Every Week"),
            ("biweekly", "Every Two Weeks"),
            ("monthly", "Every Month"),
        ],
        required=True,
        default="monthly",
    )
    date_start = fields.Date(
        string="Begins on",
        required=True,
        default=lambda self: self.env.company._debt_today(),
        help="The day of the down payment.",
    )
    date_first = fields.Date(
        string="First Instalment",
        compute="_compute_date_first",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    on_pay_days = fields.Boolean(
        string="On the Customer's Pay Days",
        default=True,
        help="Each day moves to the next one on which the customer pays: their payment "
        "days, else the next working day.",
    )
    date_end = fields.Date(string="Last Instalment", compute="_compute_schedule")
    schedule = fields.Html(compute="_compute_schedule", sanitize=False)
    beyond = fields.Text(
        string="Beyond Your Limits",
        compute="_compute_beyond",
        help="Somebody with a higher limit has to approve it.",
    )
    approval = fields.Selection(
        [
            ("asked", "Approval Asked For"),
            ("given", "Approved"),
            ("refused", "Refused"),
        ],
        readonly=True,
        tracking=True,
        copy=False,
    )
    approval_note = fields.Text(
        string="Why", help="What speaks for a plan beyond the limits.", tracking=True
    )
    approval_user_id = LooseMany2one(
        "res.users", string="Decided by", readonly=True, copy=False
    )
    may_approve = fields.Boolean(compute="_compute_beyond")
    state = fields.Selection(
        STATES,
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    offered_date = fields.Date(
        string="Offered on",
        readonly=True,
        copy=False,
        help="Since then the customer can see it where they look at their account.",
    )
    accepted_by = fields.Char(readonly=True, copy=False, tracking=True)
    accepted_date = fields.Date(string="Accepted on", readonly=True, copy=False)
    accepted_how = fields.Selection(
        [
            ("signed", "Signed"),
            ("email", "By E-mail"),
            ("phone", "By Phone"),
        ],
        readonly=True,
        copy=False,
    )
    accepted_text = fields.Html(
        string="Agreed Text",
        readonly=True,
        copy=False,
        sanitize=False,
        help="The agreement word for word as it was accepted.",
    )
    accepted_hash = fields.Char(
        string="Fingerprint of the Text",
        readonly=True,
        copy=False,
        help="SHA-256 of the agreed text: by it one shows that no word changed.",
    )
    signature = fields.Binary(readonly=True, copy=False, attachment=True)
    promise_ids = fields.One2many(
        "debt.promise", "plan_id", string="Instalments", readonly=True
    )
    amount_paid = fields.Monetary(string="Paid", compute="_compute_paid")
    amount_left = fields.Monetary(string="Left to Pay", compute="_compute_paid")
    next_date = fields.Date(string="Next Instalment", compute="_compute_paid")
    close_reason = fields.Char(
        string="Reason", readonly=True, copy=False, tracking=True
    )
    action_ids = fields.One2many("debt.action", "plan_id", string="Actions")

    _open_idx = models.Index("(company_id, case_id) WHERE state = 'active'")
    _cover_idx = models.Index("(case_id) WHERE amount_cover > 0")

    # === COMPUTE METHODS === #

    @api.depends("item_ids", "written_off_id")
    def _compute_amount(self):
        for plan in self:
            plan.amount = plan._books_now()[0]

    @api.depends("amount_total", "pay_currency_id", "pay_rate")
    def _compute_pay_amount(self):
        for plan in self:
            plan.pay_amount = (
                plan._to_pay_currency(plan.amount_total) if plan._is_converted() else 0
            )

    @api.depends("amount", "amount_discount", "case_id")
    def _compute_amount_down(self):
        for plan in self:
            limit = plan._limit(self.env.user)
            # what is settled for less is paid at once
            percent = limit.down_percent if limit and not plan.amount_discount else 0
            currency = plan.currency_id
            down = plan.amount * percent / 100
            if currency:
                down = currency.round(down)
                if currency.compare_amounts(down * 100, plan.amount * percent) < 0:
                    down = currency.round(down + currency.rounding)
            plan.amount_down = down

    @api.depends("date_start", "frequency")
    def _compute_date_first(self):
        for plan in self:
            plan.date_first = (
                plan.date_start
                and plan.frequency
                and later(plan.date_start, plan.frequency, 1)
            )

    @api.depends(
        "amount",
        "amount_discount",
        "amount_down",
        "case_id",
        "currency_id",
        "date_first",
        "date_start",
        "frequency",
        "instalments",
        "interest_percent",
        "on_pay_days",
        "pay_rate",
        "promise_ids.state",
    )
    @api.depends_context("lang")
    def _compute_schedule(self):
        for plan in self:
            rows = plan._rows()
            plan.date_end = rows[-1][0] if rows else False
            plan.down_percent = (
                100 * plan.amount_down / plan.amount_total if plan.amount_total else 0
            )
            plan.schedule = plan._as_table(rows) if rows else False

    @api.depends_context("uid")
    @api.depends(
        "approval",
        "state",
        "amount",
        "amount_discount",
        "amount_down",
        "case_id",
        "date_first",
        "date_start",
        "frequency",
        "instalments",
        "interest_percent",
        "on_pay_days",
    )
    def _compute_beyond(self):
        for plan in self:
            reasons = plan._beyond(self.env.user)
            plan.beyond = "" if plan._was_agreed() else "\n".join(reasons)
            plan.may_approve = not reasons and self.env.user != plan.create_uid

    @api.depends("promise_ids.amount_paid", "promise_ids.state", "amount_total")
    def _compute_paid(self):
        for plan in self:
            promises = plan.promise_ids
            plan.amount_paid = sum(promises.mapped("amount_paid"))
            plan.amount_left = plan.amount_total - plan.amount_paid
            plan.next_date = min(
                promises.filtered(lambda p: p.state == "open").mapped("date"),
                default=False,
            )

    @api.depends("partner_id", "amount", "amount_discount", "instalments")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            # sudo: the name of the debtor is shown wherever the plan is
            customer = plan.partner_id.sudo().display_name or ""
            if plan.amount_discount:
                plan.display_name = self.env._(
                    "%(customer)s: %(amount)s instead of %(owed)s",
                    customer=customer,
                    amount=plan._money(plan.amount_total),
                    owed=plan._money(plan.amount),
                )
                continue
            plan.display_name = self.env._(
                "%(customer)s: %(amount)s in %(count)s instalments",
                customer=customer,
                amount=plan._money(plan.amount),
                count=plan.instalments,
            )

    # === THE SIMULATOR === #

    def _logic_terms(self):
        """Return the terms as ``logic.plan`` knows them, None while one is missing."""
        self.ensure_one()
        if not (self.amount > 0 and self.date_start and self.date_first):
            return None
        return Terms(
            exact(self.amount, self.currency_id),
            exact(self.amount_down, self.currency_id),
            self.instalments,
            self.frequency,
            self.date_start,
            self.date_first,
            self.currency_id.decimal_places,
            exact(self.amount_discount, self.currency_id),
            Decimal(str(self.interest_percent)),
        )

    def _instalments(self):
        """Return what the terms give: a list of (day, amount, interest in it)."""
        self.ensure_one()
        terms = self._logic_terms()
        if not terms or terms.count < 1 or not 0 <= terms.down < terms.to_pay:
            return []
        rows = schedule(terms, self._pay_day if self.on_pay_days else lambda day: day)
        return [
            (day, amount + extra, extra)
            for (day, amount), extra in zip(rows, interest(terms, rows), strict=True)
        ]

    def _pay_day(self, day):
        """Return the first day from a day on, on which the customer can pay."""
        # sudo: the calendar of the customer decides
        partner, company = self.partner_id.sudo(), self.company_id.sudo()
        years = {day.year, day.year + 1}
        if calendar := partner.debt_pay_calendar_id:
            days = calendar._to_logic(years)
            # an instalment needs no revision
            return PayCalendar(pay=days.pay, holidays=days.holidays).next_pay_day(day)
        country = company.country_id
        holidays = country._debt_holidays(years) if country else frozenset()
        return add_working_days(day - timedelta(days=1), 1, holidays)

    def _rows(self):
        """Return the instalments as rows: day, amount, promise or None."""
        self.ensure_one()
        if self.promise_ids:
            return [
                (promise.date, promise.amount, promise)
                for promise in self.promise_ids.sorted(lambda p: (p.date, p.id))
            ]
        return [
            (day, float(amount), None) for day, amount, _extra in self._instalments()
        ]

    def _as_table(self, rows):
        """Return the instalments as a table, with what became of each."""
        states = dict(
            self.env["debt.promise"]._fields["state"]._description_selection(self.env)
        )
        heads = [
            (self.env._("Instalment"), ""),
            (self.env._("Date"), ""),
            (self.env._("Amount"), "text-end"),
            (self.env._("Left"), "text-end text-muted"),
            ("", ""),
        ]
        said = None
        if self._is_converted():  # what the customer pays comes first
            heads.insert(2, (self.env._("To Pay"), "text-end fw-bold"))
            said = self._pay_values([(day, amount, 0) for day, amount, _p in rows])
        left = sum(amount for _day, amount, _promise in rows)
        lines = []
        for number, (day, amount, promise) in enumerate(rows):
            left -= amount
            name = (
                self.env._("Down payment")
                if not number and self.amount_down
                else str(number + (not self.amount_down))
            )
            cells = [
                name,
                format_date(self.env, day),
                self._money(amount),
                self._money(max(0, left)),
                states[promise.state] if promise else "",
            ]
            if said:
                amount = said[number]["pay_amount"]
                cells.insert(2, format_amount(self.env, amount, self.pay_currency_id))
            lines.append(self._row(cells, heads, "td"))
        return Markup(
            "<table class='table table-sm mb-0'><thead>%s</thead><tbody>%s</tbody>"
            "</table>"
        ) % (self._row([name for name, _c in heads], heads, "th"), Markup().join(lines))

    @staticmethod
    def _row(cells, heads, tag):
        """Return a row of a table: texts, with the classes of their columns."""
        cell = Markup("<{0} class='%s'>%s</{0}>").format(tag)
        return Markup("<tr>%s</tr>") % Markup().join(
            cell % (classes, text)
            for text, (_name, classes) in zip(cells, heads, strict=True)
        )

    # === LIMITS AND APPROVAL === #

    def _limit(self, user):
        """Return the limit for the case of the plan: of a user, or of customers for
        what they propose themselves."""
        case = self.case_id.sudo()  # sudo: the segment, for everybody
        limits = self.env["debt.plan.limit"]
        if self.env.su and self._is_by_debtor():
            return limits._of_role(case, "customer")
        return limits._of_user(case, user)

    def _is_by_debtor(self):
        """Return whether its terms are those that the customer chose."""
        return self.source in self.env["debt.promise"]._self_service_sources()

    def _beyond(self, user):
        """Return, in words, what of the terms a user may not agree on alone."""
        self.ensure_one()
        terms, rows = self._logic_terms(), self._instalments()
        if not rows:
            return []
        limit = self._limit(user)
        if not limit:
            return [self.env._("You may not agree on payment plans.")]
        last = rows[-1][0]
        words = {
            "down": self.env._(
                "The down payment is less than %s %% of what is owed.",
                f"{limit.down_percent:g}",
            ),
            "count": self.env._("More than %s instalments.", limit.instalments),
            "days": self.env._("It takes more than %s days.", limit.days),
            "discount": self.env._(
                "The discount is more than %s %% of what is owed.",
                f"{limit.discount_percent:g}",
            ),
            "interest": self.env._(
                "The interest is less than %s %% a year.", f"{limit.interest_percent:g}"
            ),
            "payments": self.env._(
                "With a discount it takes more than %s payments.",
                limit.discount_payments,
            ),
        }
        reasons = [words[name] for name in beyond(terms, last, limit._terms())]
        days = self.case_id.sudo().days_past_due  # sudo: see ``_limit``
        if days < limit.min_age and not self.written_off_id:
            reasons.append(
                self.env._(
                    "The debt is %(days)s days past due; plans are for debts of "
                    "%(least)s days on.",
                    days=days,
                    least=limit.min_age,
                )
            )
        return reasons

    def action_ask_approval(self):
        """Ask who may agree on more to approve the plan."""
        self.ensure_one()
        self.check_access("write")
        if not self.approval_note:
            raise UserError(self.env._("Say what speaks for this plan."))
        user = self.company_id.sudo()._debt_dispute_supervisor()  # sudo: settings
        self.sudo().approval = "asked"  # sudo: guarded field
        if user and user != self.env.user:
            self.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Approve the payment plan"),
                note=self.approval_note,
                user_id=user.id,
            )

    def action_approve(self):
        """Approve a plan beyond the limits of who made it."""
        self._decide("given")

    def action_refuse(self):
        """Refuse a plan beyond the limits."""
        self._decide("refused")

    def _decide(self, decision):
        """Decide on plans of others, inside the own limits.

        :raise AccessError: for the own plan, or beyond the own limits too
        """
        self.check_access("write")
        for plan in self:
            if self.env.user == plan.create_uid:
                raise AccessError(self.env._("Somebody else approves your plan."))
            if decision == "given" and not plan.may_approve:
                raise AccessError(
                    self.env._("It is beyond your limits too:\n%s", plan.beyond)
                )
            # sudo: guarded fields
            plan.sudo().write({"approval": decision, "approval_user_id": self.env.uid})
        self.activity_ids.action_feedback()

    # === CONSTRAINTS === #

    @api.constrains(
        *("amount", "amount_discount", "amount_down"),
        *("instalments", "date_first", "date_start"),
    )
    def _check_terms(self):
        for plan in self:
            if not 1 <= plan.instalments <= 60:
                raise ValidationError(
                    self.env._("A plan has from one to sixty instalments.")
                )
            if not 0 <= plan.amount_down < plan.amount_total:
                raise ValidationError(
                    self.env._("The down payment is a part of what is to be paid.")
                )
            if plan.date_first < plan.date_start:
                raise ValidationError(
                    self.env._("The first instalment comes after the plan begins.")
                )

    # === CRUD === #

    def write(self, vals):
        changes = TERMS & vals.keys()
        if changes and any(plan.state not in ("draft", "offered") for plan in self):
            raise UserError(
                self.env._("This plan is agreed. Cancel it and simulate a new one.")
            )
        result = super().write(vals)
        if changes:
            # sudo: other terms need another approval, and another offer
            self.sudo().write({"approval": False, "state": "draft"})
            if not self.env.su:  # they are no longer those of the customer
                theirs = self.filtered(lambda plan: plan._is_by_debtor())
                theirs.sudo().source = self._source()
        return result

    def _oldest_items(self, amount=None):
        return super()._oldest_items(None)

    def _books_now(self):
        if not self.written_off_id:
            return super()._books_now()
        # sudo: whoever makes the plan may know what is left of the loss
        return self.written_off_id.sudo()._left_now()

    # === AGREEMENT === #

    def _check_agreed(self):
        """Refuse terms that nobody approved who may.

        :raise UserError: with what goes beyond the limits
        """
        for plan in self:
            reasons = plan._beyond(self.env.user)
            if reasons and not plan._was_agreed():
                raise UserError(
                    self.env._(
                        "This plan is beyond your limits; ask for approval:\n%s",
                        "\n".join(reasons),
                    )
                )

    def _was_agreed(self):
        """Return whether somebody who may agreed on the terms: who approved or offered
        them. Other terms begin anew, see ``write``."""
        self.ensure_one()
        return self.approval == "given" or (
            self.state == "offered" and self.approval != "refused"
        )

    def action_offer(self):
        """Note that the customer got the plan, and print it."""
        self.ensure_one()
        self.check_access("write")
        self._check_agreed()
        if self.state == "draft":
            self._offer()
        return self.action_print()

    def _offer(self):
        """Let the customer see the plan and accept it; callers check the limits."""
        today = self.company_id._debt_today()
        # sudo: guarded fields
        self.sudo().write({"state": "offered", "offered_date": today})

    def action_print(self):
        """Print the agreement."""
        return self.env.ref("debt_collection.debt_plan_agreement_report").report_action(
            self
        )

    def _agreement_text(self):
        """Return the text of the agreement as the customer reads it, as HTML."""
        self.ensure_one()
        plan = self.sudo()  # sudo: what it names, for whoever may see the plan
        lang = plan.partner_id.lang or plan.company_id.partner_id.lang
        plan = plan.with_context(lang=lang)
        return plan.env["ir.qweb"]._render(
            "debt_collection.debt_plan_agreement_text",
            {"plan": plan, "company": plan.company_id},
        )

    @staticmethod
    def _fingerprint(text):
        """Return the SHA-256 of a text."""
        return sha256(text.encode()).hexdigest()

    def action_accept(self):
        """Ask how the customer accepted the plan."""
        self.ensure_one()
        self._check_still_valid()
        self._check_agreed()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The Customer Accepts"),
            "res_model": "debt.plan.accept.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_plan_id": self.id},
        }

    def _activate(self, **accepted):
        """Begin the plan: each instalment becomes a promise.

        :param accepted: accepted_by, accepted_how, signature
        :raise UserError: where the books changed since it was simulated
        """
        self.ensure_one()
        self.check_access("write")
        hold(self)
        if self.state not in ("draft", "offered"):
            raise UserError(self.env._("This plan is agreed already."))
        self._check_still_valid()
        self._check_agreed()
        owed, value, _matched = self._books_now()
        if self.currency_id.compare_amounts(owed, self.amount):
            raise UserError(
                self.env._(
                    "The debt changed: %(owed)s is owed of these documents now. "
                    "Choose the documents again.",
                    owed=self._money(owed),
                )
            )
        today = self.company_id._debt_today()
        rows = self._instalments()
        if rows[0][0] < today:
            raise UserError(
                self.env._("The plan begins on a day that is over. Choose another.")
            )
        text = self._agreement_text()
        # sudo: guarded fields, and promises beyond the limits of single ones
        plan = self.sudo()
        plan._end_promises()
        plan.write(
            {
                **accepted,
                "state": "active",
                "accepted_date": today,
                "accepted_text": text,
                "accepted_hash": self._fingerprint(text),
                # what is written off is in no chase
                "amount_cover": 0 if self.written_off_id else owed,
                "amount_company": value,
            }
        )
        self.env["debt.promise"].sudo().create(
            [
                {
                    "plan_id": self.id,
                    "written_off_id": self.written_off_id.id,
                    "case_id": self.case_id.id,
                    "currency_id": self.currency_id.id,
                    "item_ids": self.item_ids.ids,
                    "amount": float(amount),
                    "amount_interest": float(extra),
                    **paid,
                    "made_date": today,
                    "date": day,
                    "confirm": False,
                    "user_id": self.user_id.id,
                }
                for (day, amount, extra), paid in zip(
                    rows, self._pay_values(rows), strict=True
                )
            ]
        )
        self._renew_activity()

    def _pay_values(self, rows):
        """Return what each instalment says of the currency in which it is paid.

        The amounts there add up to what the whole is.
        """
        if not self._is_converted():
            return [{} for _row in rows]
        before, total, result = 0, 0, []
        for _day, amount, _extra in rows:
            total += float(amount)
            said = self._to_pay_currency(total)
            result.append(
                {
                    "pay_currency_id": self.pay_currency_id.id,
                    "pay_rate": self.pay_rate,
                    "pay_amount": self.pay_currency_id.round(said - before),
                }
            )
            before = said
        return result

    def _end_promises(self):
        """The plan takes the place of promises on its documents."""
        promises = self.env["debt.promise"].search(
            [("item_ids", "in", self.item_ids.ids), ("state", "=", "open")]
        )
        promises._close(self.env._("Replaced by a payment plan"))

    def _wants(self, action):
        if action.purpose == "plan_credit":
            return bool(self._to_take_back())
        return self.state == "broken"

    def action_cancel(self):
        """Ask why the plan no longer counts."""
        return self._ask_reason(self.env._("Cancel Payment Plan"))

    def _withdraw(self, reason):
        """Cancel plans for a reason; their documents are chased again."""
        self.check_access("write")
        self._end(reason)
        self._look_again(self.case_id)

    def _end(self, reason):
        """End plans that are not over, with the instalments that are to come."""
        live = self.filtered(lambda plan: plan.state in ("draft", "offered", "active"))
        # sudo: guarded fields; whoever may change the plan may cancel it
        plans = live.sudo()
        plans.promise_ids.filtered(lambda p: p.state == "open")._close(reason)
        plans.write({"state": "cancelled", "close_reason": reason, "amount_cover": 0})
        plans._renew_activity()
        for company, own in plans.grouped("company_id").items():
            own._ask_to_take_back(company._debt_today())

    def unlink(self):
        # sudo: the instalments of a mistake go with it
        self.sudo().promise_ids.unlink()
        return super().unlink()

    # === SET BASED === #

    @api.model
    def _judge(self, company, day, cases):
        """Judge the plans of cases by their instalments; see ``logic.plan``.

        A broken plan ends the instalments that are still to come, and the agent gets a
        task; its documents are chased again from their next step, and its discount is
        void. Accounting gets one where entries have to be taken back. A plan that was
        kept keeps what is waived out of the chase until accounting has credited it.
        """
        rows = self.env.execute_query(
            SQL(
                """
WITH verdict AS MATERIALIZED (
    SELECT n.id, n.case_id, n.state AS was, n.written_off_id,
           COALESCE(n.amount_discount, 0) AS discount,
           CASE WHEN bool_or(p.state IN ('partial', 'broken')) THEN 'broken'
                WHEN bool_or(p.state = 'open') THEN 'active' ELSE 'done' END AS state,
           SUM(p.amount - p.amount_paid) FILTER (WHERE p.state = 'open') AS rest
      FROM debt_plan n
      JOIN debt_case c ON c.id = n.case_id
      JOIN debt_promise p ON p.plan_id = n.id
     WHERE n.company_id = %(company)s AND n.case_id = ANY(%(cases)s) AND %(span_n)s
       AND (n.state = 'active' OR (n.state = 'done' AND c.judged_day IS NULL))
     GROUP BY n.id, n.case_id, n.state, n.written_off_id, n.amount_discount
),
-- of plans that were kept: what is left of their documents, and of the discount
kept AS MATERIALIZED (
    SELECT v.id, i.move_line_id, i.state, i.amount_residual_currency AS owed
      FROM verdict v
      JOIN debt_item_debt_plan_rel r ON r.debt_plan_id = v.id
      JOIN debt_item i ON i.id = r.debt_item_id
     WHERE v.state = 'done' AND v.discount > 0 AND v.written_off_id IS NULL
),
left_over AS (
    SELECT id, SUM(GREATEST(0, owed)) FILTER (WHERE state = 'open') AS owed
      FROM kept
     GROUP BY id
),
credited AS (
    SELECT k.id, SUM(p.debit_amount_currency) AS amount
      FROM kept k
      JOIN debt_plan_credit_rel c ON c.debt_plan_id = k.id
      JOIN account_move_line l ON l.move_id = c.account_move_id
      JOIN account_partial_reconcile p ON p.credit_move_id = l.id
                                      AND p.debit_move_id = k.move_line_id
     GROUP BY k.id
),
fresh AS (
    SELECT v.*, CASE WHEN v.state = 'active' AND v.written_off_id IS NULL
                     THEN COALESCE(v.rest, 0) + v.discount
                     WHEN v.state = 'done'
                     THEN GREATEST(0, LEAST(v.discount - COALESCE(k.amount, 0),
                                            COALESCE(o.owed, 0)))
                     ELSE 0 END AS cover
      FROM verdict v
      LEFT JOIN left_over o ON o.id = v.id
      LEFT JOIN credited k ON k.id = v.id
),
judged AS (
    UPDATE debt_plan n
       SET state = v.state, amount_cover = v.cover,
           close_reason = CASE WHEN v.state = 'broken' AND v.discount > 0
                               THEN %(void)s
                               WHEN v.state = 'broken' THEN %(why)s END
      FROM fresh v
     WHERE n.id = v.id
       AND (n.state, n.amount_cover) IS DISTINCT FROM (v.state, v.cover)
    RETURNING n.id, n.case_id, v.was, n.state, n.user_id, n.amount_company, v.discount
),
ended AS (
    UPDATE debt_promise p
       SET state = 'cancelled', close_reason = %(why)s, judged_date = %(day)s
      FROM judged j
     WHERE p.plan_id = j.id AND j.state = 'broken' AND p.state = 'open'
),
again AS (
    UPDATE debt_case SET judged_day = NULL
     WHERE id IN (SELECT case_id FROM judged) AND judged_day IS NOT NULL
),
task AS (
    INSERT INTO debt_action (
        case_id, company_id, debtor_id, partner_id, plan_id, channel, track, purpose,
        state, user_id, planned_date, contact_day, amount, item_refs)
    SELECT c.id, c.company_id, c.partner_id, c.partner_id, j.id, 'call', 'task',
           'plan_broken', 'planned', COALESCE(c.agent_id, j.user_id, %(agent)s),
           %(day)s, %(day)s, j.amount_company,
           (SELECT array_agg(r.debt_item_id) FROM debt_item_debt_plan_rel r
             WHERE r.debt_plan_id = j.id)
      FROM judged j
      JOIN debt_case c ON c.id = j.case_id
     WHERE j.state = 'broken'
    ON CONFLICT DO NOTHING
)
SELECT id, state = 'broken' FROM judged
 WHERE (discount > 0 AND 'done' IN (was, state)) OR state = 'broken'
                """,
                company=company.id,
                cases=int_array(cases.ids),
                day=day,
                why=self.env._("The payment plan was broken"),
                void=self.env._("The settlement was broken: its discount is void"),
                agent=company.debt_agent_id.id or None,
                span_n=cases._span("n", "case_id"),
            )
        )
        self.invalidate_model(flush=False)
        self.env["debt.promise"].invalidate_model(flush=False)
        if rows and not self._is_simulated():
            self.browse([plan_id for plan_id, _broken in rows])._renew_activity()
            over = self.browse([plan_id for plan_id, broken in rows if broken])
            over._ask_to_take_back(day)
