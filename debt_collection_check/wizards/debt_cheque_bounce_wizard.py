from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date


class DebtChequeBounceWizard(models.TransientModel):
    """Asks when and why documents bounced, and shows what follows."""

    _name = "debt.cheque.bounce.wizard"
    _description = "Bounced Cheques"

    check_ids = fields.Many2many("l10n_latam.check", required=True, string="Cheques")
    company_id = fields.Many2one("res.company", compute="_compute_what")
    currency_id = fields.Many2one("res.currency", compute="_compute_what")
    documents = fields.Char(
        compute="_compute_what",
        string="Open Again",
        help="What these cheques had paid, the latest first.",
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._debt_today()
    )
    reason_id = fields.Many2one("debt.cheque.reason", required=True)
    cost = fields.Monetary(
        string="Bank Cost",
        help="What the bank charged for each. It is remembered; its entry comes with "
        "the bank statement.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Comes Back to",
        compute="_compute_journal",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id),"
        " ('inbound_payment_method_line_ids.code', '=', 'in_third_party_checks')]",
        help="Where a cheque that was deposited or passed on is booked meanwhile.",
    )
    fee = fields.Boolean(
        string="Invoice a Fee", help="An invoice to the customer, for each cheque."
    )
    product_id = fields.Many2one(
        "product.product", compute="_compute_product", store=True, readonly=False
    )
    fee_amount = fields.Monetary(compute="_compute_fee", store=True, readonly=False)
    notify = fields.Boolean(
        string="Prepare a Message",
        default=True,
        help="The customer is written to when somebody approves it.",
    )

    # === COMPUTE METHODS === #

    @api.depends("check_ids")
    def _compute_what(self):
        Bounce = self.env["debt.cheque.bounce"]
        for wizard in self:
            company = wizard.check_ids.company_id[:1]
            wizard.company_id = company
            wizard.currency_id = company.currency_id
            lines = self.env["account.move.line"].union(
                *(
                    Bounce._to_free(check)[0].debit_move_id
                    for check in wizard.check_ids._origin
                )
            )
            wizard.documents = ", ".join(
                f"{move.name} ({format_date(self.env, move.invoice_date_due)})"
                if move.invoice_date_due
                else move.name
                for move in lines.move_id
            )

    @api.depends("check_ids")
    def _compute_journal(self):
        for wizard in self:
            company = wizard.check_ids.company_id[:1]
            chart = self.env["account.chart.template"].with_company(company)
            wizard.journal_id = (
                company.debt_cheque_journal_id
                or chart.ref("rejected_third_party_check", raise_if_not_found=False)
                or wizard.check_ids.original_journal_id[:1]
            )

    @api.depends("check_ids")
    def _compute_product(self):
        for wizard in self:
            company = wizard.check_ids.company_id[:1]
            wizard.product_id = company and company._debt_cheque_product()

    @api.depends("product_id", "cost")
    def _compute_fee(self):
        for wizard in self:
            company = wizard.check_ids.company_id[:1]
            price = wizard.product_id.with_company(company).lst_price
            wizard.fee_amount = price or wizard.cost

    # === BOOK === #

    def action_confirm(self):
        """Book that these documents bounced."""
        self.ensure_one()
        checks = self.check_ids
        self.env["debt.cheque.bounce"]._check_may_book(checks)
        for company, own in checks.grouped("company_id").items():
            # sudo: what came a minute ago is to be known here; figures are the system's
            run = self.env["debt.run"].sudo()
            run._refresh_debtors(company.sudo(), own.partner_id)
        self._check(checks)
        Bounce = self.env["debt.cheque.bounce"]
        bounces = Bounce
        for check in checks:
            bounces |= Bounce._bounce(
                check,
                self.date,
                self.reason_id,
                self.journal_id,
                cost=self.cost,
                fee=self._fee_values(check) if self.fee else None,
                notify=self.notify,
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection_check.debt_cheque_bounce_action"
        )
        action["context"] = {}
        if len(bounces) == 1:
            return {**action, "views": [(False, "form")], "res_id": bounces.id}
        return {**action, "domain": [("id", "in", bounces.ids)]}

    def _check(self, checks):
        """Refuse what cannot have bounced.

        :raise UserError: with what is wrong
        """
        if len(checks.company_id) > 1:
            raise UserError(self.env._("Choose cheques of one company."))
        if self.date > checks.company_id._debt_today():
            raise UserError(self.env._("A cheque cannot bounce in the future."))
        if self.fee and (not self.product_id or self.fee_amount <= 0):
            raise UserError(self.env._("Say which product is invoiced, and how much."))
        for check in checks:
            last = check._get_last_operation()
            if check.debt_state in (False, "bounced", "back"):
                raise UserError(
                    self.env._(
                        "%(check)s is not a cheque of a customer that could bounce: it "
                        "was not posted, bounced already, or was given back.",
                        check=check.display_name,
                    )
                )
            if last.date > self.date:
                raise UserError(
                    self.env._(
                        "%(check)s was moved on %(date)s: it cannot have bounced "
                        "before.",
                        check=check.display_name,
                        date=format_date(self.env, last.date),
                    )
                )

    def _fee_values(self, check):
        """Return the invoice of the fee."""
        return {
            "move_type": "out_invoice",
            "partner_id": check.partner_id.id,
            "invoice_date": self.date,
            "invoice_date_due": self.date,
            "invoice_payment_term_id": False,
            "currency_id": self.currency_id.id,
            "ref": check.name,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": self.product_id.id,
                        "name": f"{self.product_id.name}: {check.name or ''}",
                        "price_unit": self.fee_amount,
                    }
                )
            ],
        }
