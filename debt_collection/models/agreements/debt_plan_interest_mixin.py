from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date

from ...fields import LooseMany2one
from ...tools.sql import int_array


class DebtPlanInterestMixin(models.AbstractModel):
    """Interest for the time that a payment plan takes.

    Each instalment bears what its days cost on what is left of the debt. Accounting
    invoices it, and the invoice becomes one of the documents that the plan pays.
    """

    _name = "debt.plan.interest.mixin"
    _description = "Interest of a Payment Plan"
    _inherit = ["debt.cover.desk.mixin", "debt.turn.mixin"]

    interest_percent = fields.Float(
        string="Interest (% a Year)",
        compute="_compute_interest_percent",
        store=True,
        readonly=False,
        precompute=True,
        digits=(6, 2),
        tracking=True,
        help="For the time that the plan takes: on what is left of the debt, days × "
        "rate / 365, simple. It is part of the instalments.",
    )
    amount_interest = fields.Monetary(
        string="Interest",
        compute="_compute_amount_interest",
        store=True,
        precompute=True,
        help="The interest of all instalments.",
    )
    interest_move_id = LooseMany2one(
        "account.move",
        string="Invoice of the Interest",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    to_invoice = fields.Boolean(
        string="Interest to Invoice",
        compute="_compute_to_invoice",
        search="_search_to_invoice",
        help="The plan is agreed, and its interest waits for accounting.",
    )

    # === COMPUTE METHODS === #

    @api.depends("case_id", "written_off_id")
    def _compute_interest_percent(self):
        for plan in self:
            limit = plan._limit(self.env.user)
            plan.interest_percent = 0 if plan.written_off_id else limit.interest_percent

    @api.depends(
        *("amount", "amount_discount", "amount_down", "case_id", "currency_id"),
        *("date_first", "date_start", "frequency", "instalments", "on_pay_days"),
        "interest_percent",
    )
    def _compute_amount_interest(self):
        for plan in self:
            plan.amount_interest = float(
                sum(interest for _day, _amount, interest in plan._instalments())
            )

    @api.depends("state", "amount_interest", "interest_move_id")
    def _compute_to_invoice(self):
        for plan in self:
            plan.to_invoice = (
                plan.state in ("active", "done")
                and plan.amount_interest > 0
                and not plan.interest_move_id
            )

    def _search_to_invoice(self, operator, value):
        if operator != "in":
            return NotImplemented
        waits = (
            Domain("state", "in", ("active", "done"))
            & Domain("amount_interest", ">", 0)
            & Domain("interest_move_id", "=", False)
        )
        return waits if True in value else ~waits

    @api.constrains("interest_percent", "written_off_id")
    def _check_interest(self):
        for plan in self:
            if not 0 <= plan.interest_percent <= 1000:
                raise ValidationError(
                    self.env._("The interest of a plan is a percentage a year.")
                )
            if plan.interest_percent and plan.written_off_id:
                raise ValidationError(
                    self.env._("What is written off bears no interest.")
                )

    def _turn(self):
        if not self.to_invoice:
            return super()._turn()
        company = self.company_id
        user = company.debt_credit_note_user_id or company._debt_write_off_users()[:1]
        return (
            user,
            company._debt_today(),
            lambda plan: plan.env._(
                "Invoice the interest of a plan: %s", plan._money(plan.amount_interest)
            ),
        )

    # === THE INTEREST IS INVOICED === #

    def action_invoice_interest(self):
        """Invoice the interest of plans, under the user's own rights in accounting.

        Each invoice is due with the last instalment, and becomes a document of its
        plan: what is paid for it counts for the instalments.

        :raise AccessError: without the right to make invoices
        :raise UserError: where none waits for it, or no product says how
        """
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Accounting invoices the interest of plans."))
        self.check_access("read")
        waiting = self._locked().filtered("to_invoice").sudo(self.env.su)
        if not waiting:
            raise UserError(
                self.env._("No interest waits here: it is invoiced once, when agreed.")
            )
        for plan in waiting:
            plan.with_company(plan.company_id)._invoice_interest()
        waiting._renew_activity()
        moves = waiting.sudo().interest_move_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Interest of Payment Plans"),
            "res_model": "account.move",
            "view_mode": "list,form" if len(moves) > 1 else "form",
            "domain": [("id", "in", moves.ids)],
            "res_id": moves.id if len(moves) == 1 else False,
        }

    def _invoice_interest(self):
        """Post the invoice of the interest, and let the plan pay it too."""
        self.ensure_one()
        company = self.company_id.sudo()  # sudo: settings of the company
        product = company.debt_plan_interest_product_id
        if not product:
            raise UserError(
                self.env._("Choose the product of interest in the settings.")
            )
        move = self._draft_interest(product)
        move.action_post()
        move._message_log(
            body=self.env._("Interest of a payment plan: %s", self._get_html_link())
        )
        # sudo: guarded fields; the product binds what accounting posted
        plan = self.sudo()
        plan.interest_move_id = move
        plan._message_log(
            body=self.env._("Interest invoiced: %s", move.sudo()._get_html_link())
        )
        plan._pay_too(move)

    def _draft_interest(self, product):
        """Return the draft of the invoice: exactly the interest, its taxes inside.

        What was agreed is what the customer pays, whatever the product is taxed with.
        """
        name = self.env._(
            "Interest of the payment plan until %s",
            format_date(self.env, self.date_end),
        )
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner_id.id,
                "currency_id": self.currency_id.id,
                "invoice_date": self.company_id._debt_today(),
                "invoice_date_due": self.date_end,
                "invoice_payment_term_id": False,
                "invoice_origin": ", ".join(
                    self.sudo().item_ids.mapped("display_name")
                ),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "name": name,
                            "price_unit": self.amount_interest,
                        }
                    )
                ],
            }
        )
        if move.invoice_line_ids.tax_ids:
            # of some cents the tax engine could not spread what it rounds
            move.invoice_line_ids.price_unit = 100 * self.amount_interest
            lines = self._lines_over(
                move, self.amount_interest, name, product_id=product.id
            )
            move.invoice_line_ids = [Command.clear(), *map(Command.create, lines)]
        if self.currency_id.compare_amounts(move.amount_total, self.amount_interest):
            raise UserError(
                self.env._(
                    "The taxes of %(product)s do not let exactly %(amount)s be "
                    "invoiced. Choose another product of interest in the settings.",
                    product=product.display_name,
                    amount=self._money(self.amount_interest),
                )
            )
        return move

    def _pay_too(self, move):
        """Let the plan and its instalments pay the items of one more document.

        Its terms do not change by that: what is agreed stays as it was signed.
        """
        self.ensure_one()
        self._look_again(self.case_id)
        items = self.env["debt.item"].search([("move_id", "=", move.id)])
        for agreements in (self, self.promise_ids):
            relation = agreements._fields["item_ids"]
            self.env.cr.execute(
                SQL(
                    """
                INSERT INTO %(relation)s (%(agreement)s, %(item)s)
                SELECT a, i FROM unnest(%(agreements)s) a, unnest(%(items)s) i
                ON CONFLICT DO NOTHING
                    """,
                    relation=SQL.identifier(relation.relation),
                    agreement=SQL.identifier(relation.column1),
                    item=SQL.identifier(relation.column2),
                    agreements=int_array(agreements.ids),
                    items=int_array(items.ids),
                )
            )
            agreements.invalidate_recordset(["item_ids"], flush=False)
        self._look_again(self.case_id)
