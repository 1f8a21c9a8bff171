from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date

from ...fields import LooseMany2one
from ...logic.plan import discount_of, percent_of
from .debt_notice_match_mixin import exact


class DebtPlanOfferMixin(models.AbstractModel):
    """A settlement offer: a payment plan of which a part is waived.

    The discount is credited when every instalment was kept, never before; until then
    the debt stands, and it stands again when the plan is broken.
    """

    _name = "debt.plan.offer.mixin"
    _description = "Settlement Offer"
    _inherit = ["debt.cover.desk.mixin", "debt.entry.mixin", "debt.turn.mixin"]

    amount = fields.Monetary()
    amount_cover = fields.Monetary()
    amount_discount = fields.Monetary(
        string="Discount",
        compute="_compute_amount_discount",
        inverse="_inverse_amount_discount",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Waived when every payment is made in time. Until then the debt stands.",
    )
    discount_percent = fields.Float(
        string="Discount (%)", help="The discount in percent of what is owed."
    )
    amount_total = fields.Monetary(
        string="To Pay",
        compute="_compute_amount_total",
        store=True,
        precompute=True,
        help="The sum of the instalments: what is owed less the discount, and the "
        "interest.",
    )
    date_expiry = fields.Date(
        string="Valid until",
        compute="_compute_date_expiry",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="The last day on which the customer can accept the discount.",
    )
    written_off_id = LooseMany2one(
        "debt.write.off",
        string="Written-Off Debt",
        index="btree_not_null",
        readonly=True,
        help="The plan is about a debt that is written off already: what is paid is "
        "a recovery.",
    )
    credit_move_ids = fields.Many2many(
        "account.move",
        "debt_plan_credit_rel",
        string="Credited by",
        readonly=True,
        copy=False,
        help="The credit notes or entries of the discount.",
    )
    to_credit = fields.Boolean(
        string="Discount to Credit",
        compute="_compute_to_credit",
        search="_search_to_credit",
        help="Everything was paid in time: the discount waits for accounting.",
    )

    # === COMPUTE METHODS === #

    @api.depends("amount", "discount_percent")
    def _compute_amount_discount(self):
        for plan in self:
            plan.amount_discount = float(
                discount_of(
                    exact(plan.amount, plan.currency_id),
                    Decimal(str(plan.discount_percent)),
                    plan.currency_id.decimal_places,
                )
            )

    @api.onchange("amount_discount")
    def _inverse_amount_discount(self):
        for plan in self:
            plan.discount_percent = float(
                percent_of(
                    exact(plan.amount, plan.currency_id),
                    exact(plan.amount_discount, plan.currency_id),
                )
            )

    @api.depends("amount", "amount_discount", "amount_interest")
    def _compute_amount_total(self):
        for plan in self:
            plan.amount_total = (
                plan.amount - plan.amount_discount + plan.amount_interest
            )

    @api.depends("amount_discount")
    def _compute_date_expiry(self):
        for plan in self:
            if not plan.amount_discount:
                plan.date_expiry = False
            elif not plan.date_expiry:
                company = plan.company_id or self.env.company
                # sudo: settings of the company decide
                days = company.sudo().debt_settlement_days
                plan.date_expiry = fields.Date.add(company._debt_today(), days=days)

    @api.depends("state", "amount_cover", "amount_discount")
    def _compute_to_credit(self):
        for plan in self:
            plan.to_credit = (
                plan.state == "done"
                and plan.amount_discount > 0
                and plan.amount_cover > 0
            )

    def _search_to_credit(self, operator, value):
        if operator != "in":
            return NotImplemented
        waits = (
            Domain("state", "=", "done")
            & Domain("amount_discount", ">", 0)
            & Domain("amount_cover", ">", 0)
        )
        return waits if True in value else ~waits

    # === CONSTRAINTS === #

    @api.constrains("amount_discount", "amount", "date_expiry")
    def _check_discount(self):
        for plan in self:
            if not 0 <= plan.amount_discount < plan.amount:
                raise ValidationError(
                    self.env._("The discount is a part of what is owed.")
                )
            if plan.amount_discount and not plan.date_expiry:
                raise ValidationError(
                    self.env._("Say until when the customer can accept the discount.")
                )

    def _check_still_valid(self):
        """Refuse to accept an offer after its last day."""
        for plan in self:
            if plan.date_expiry and plan.date_expiry < plan.company_id._debt_today():
                raise UserError(
                    self.env._(
                        "The offer was valid until %(date)s. Make another one.",
                        date=format_date(self.env, plan.date_expiry),
                    )
                )

    @api.model
    def _expire(self, company, day):
        """Cancel the offers that nobody accepted until their last day.

        :param company: the company of the offers
        :param day: the first day on which they no longer hold
        """
        offers = self.sudo().search(  # sudo: the daily run, for everybody
            [
                ("company_id", "=", company.id),
                ("state", "in", ("draft", "offered")),
                ("amount_discount", ">", 0),
                ("date_expiry", "<", day),
            ]
        )
        for offer in offers:
            agent = offer.user_id
            told = offer.with_context(lang=agent.lang or self.env.lang)
            told.write(
                {
                    "state": "cancelled",
                    "approval": False,
                    "close_reason": told.env._(
                        "Expired: nobody accepted it until %s",
                        format_date(told.env, offer.date_expiry),
                    ),
                }
            )
            told._message_log(body=told.close_reason)
            told.activity_ids.unlink()
        self.env.flush_all()  # judging reads and forgets

    # === THE DISCOUNT IS CREDITED === #

    def _turn(self):
        if not self.to_credit:
            return None
        company = self.company_id
        user = company.debt_credit_note_user_id or company._debt_write_off_users()[:1]
        return (
            user,
            company._debt_today(),
            lambda plan: plan.env._(
                "Credit the discount: %s", plan._money(plan.amount_cover)
            ),
        )

    def action_credit(self):
        """Credit the discounts of plans that were kept, exactly.

        By credit notes of the invoices, or by an entry, as the company chose; posted
        and reconciled under the user's own rights in accounting.

        :raise UserError: where none waits for it, or the books are closed
        """
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Accounting credits discounts."))
        self.check_access("read")
        waiting = self._locked()
        waiting.case_id.action_refresh()
        waiting = waiting.filtered("to_credit").sudo(self.env.su)
        if not waiting:
            raise UserError(
                self.env._(
                    "No discount waits here: it is credited once, when everything was "
                    "paid in time."
                )
            )
        for plan in waiting:
            moves = plan.with_company(plan.company_id)._credit_discount()
            # sudo: guarded field
            plan.sudo().credit_move_ids = [Command.link(move.id) for move in moves]
            for move in moves:
                move._message_log(
                    body=self.env._(
                        "Discount of a settlement: %s", plan._get_html_link()
                    )
                )
                plan.sudo()._message_log(
                    body=self.env._(
                        "Discount credited: %s", move.sudo()._get_html_link()
                    )
                )
        self._look_again(waiting.case_id)
        waiting._renew_activity()

    def _credit_discount(self):
        """Post what credits the discount of a plan, and return these entries."""
        self.ensure_one()
        company = self.company_id.sudo()  # sudo: settings of the company
        shares = self._shares()
        moves = self.env["account.move"]
        if company.debt_settlement_booking == "credit_note":
            invoices = {}
            for item, share, _value in shares:
                if item.move_id.move_type in ("out_invoice", "out_receipt"):
                    of_invoice = invoices.setdefault(item.move_id, [])
                    of_invoice.append((item, share))
            for invoice, parts in invoices.items():
                moves += self._credit_note(invoice.sudo(False), parts)
            shares = [each for each in shares if each[0].move_id not in invoices]
        if shares:
            account = company.debt_settlement_account_id
            if not account:
                raise UserError(
                    self.env._(
                        "Choose the account of settlement discounts in the settings."
                    )
                )
            name = self.env._("Settlement discount")
            moves += self._post_entry(shares, account, name, f"{name} · {self.id}")
        return moves

    def _credit_note(self, invoice, parts):
        """Post a credit note of an invoice over exactly an amount; reconcile it.

        Odoo's own reversal, with lines that its tax engine reduces to the amount: each
        tax takes its part, and rounding is spread as for a down payment.

        :param invoice: the invoice
        :param parts: (item of the invoice, what of it is credited)
        :return: the credit note
        """
        amount = float(sum(share for _item, share in parts))
        today = self.company_id._debt_today()
        note = invoice._reverse_moves(
            [
                {
                    "date": today,
                    "invoice_date": today,
                    "invoice_date_due": today,
                    "invoice_payment_term_id": False,
                    # as the invoice stands in the books
                    "invoice_currency_rate": invoice.invoice_currency_rate,
                    "ref": self.env._("Settlement discount of %s", invoice.name),
                }
            ]
        )
        name = self.env._("Settlement discount")
        note.write(
            {
                "invoice_line_ids": [
                    Command.clear(),
                    *map(Command.create, self._lines_over(invoice, amount, name)),
                ]
            }
        )
        if invoice.currency_id.compare_amounts(note.amount_total, amount):
            raise UserError(
                self.env._(
                    "The taxes of %(invoice)s do not let it be credited by exactly "
                    "%(amount)s. Choose an entry instead, in the settings.",
                    invoice=invoice.name,
                    amount=self._money(amount),
                )
            )
        self._check_books_are_open(note)
        note.action_post()
        own = note.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines = own.browse([item.move_line_id.id for item, _share in parts])
        if own.matched_debit_ids.debit_move_id - lines:
            own.remove_move_reconcile()  # not with other instalments of the invoice
        (own | lines).filtered(lambda line: not line.reconciled).reconcile()
        return note

    def _lines_over(self, invoice, amount, name, **values):
        """Return lines as those of an invoice, over an amount, tax included.

        Odoo's tax engine reduces them, so that the total is exact.

        :param name: what they say
        :param values: what else is on each line
        """
        taxes = self.env["account.tax"]
        base_lines, _tax_lines = invoice._get_rounded_base_and_tax_lines()
        reduced = taxes._prepare_down_payment_lines(
            base_lines=base_lines,
            company=invoice.company_id,
            amount_type="fixed",
            amount=amount,
            computation_key=f"debt_plan,{self.id}",
            grouping_function=lambda line: {"account_id": line["account_id"]},
        )
        return [
            {
                "name": name,
                "quantity": line["quantity"],
                "price_unit": line["price_unit"],
                "tax_ids": [Command.set(line["tax_ids"].ids)],
                "account_id": line["account_id"].id,
                "analytic_distribution": line["analytic_distribution"],
                "extra_tax_data": taxes._export_base_line_extra_tax_data(line),
                **values,
            }
            for line in reduced
        ]

    @api.model
    def _wake_settled_losses(self, company):
        """Let the run look at closed cases whose written-off debt is being paid."""
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case SET judged_day = NULL
             WHERE judged_day IS NOT NULL AND state = 'closed'
               AND id IN (SELECT case_id FROM debt_plan
                           WHERE company_id = %s AND state = 'active'
                             AND written_off_id IS NOT NULL)
                """,
                company.id,
            )
        )
