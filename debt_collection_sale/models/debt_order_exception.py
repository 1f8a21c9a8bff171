from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DebtOrderException(models.Model):
    """A customer who may buy until a day, whatever they owe."""

    _name = "debt.order.exception"
    _description = "Exception for New Orders"
    _inherit = ["mail.thread"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        domain="['|', ('parent_id', '=', False), '|', ('is_company', '=', True),"
        " ('debt_pays_separately', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_to = fields.Date(
        string="Until",
        required=True,
        tracking=True,
        default=lambda self: fields.Date.add(
            self.env.company._debt_today(), days=self.env.company.debt_sale_release_days
        ),
    )
    max_amount = fields.Monetary(
        string="Up to",
        tracking=True,
        help="Total of the orders confirmed under this exception, in company currency. "
        "0: without limit.",
    )
    reason = fields.Char(required=True, tracking=True)
    user_id = fields.Many2one(
        "res.users",
        string="Granted by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    revoked = fields.Boolean(readonly=True, tracking=True)
    state = fields.Selection(
        [("active", "In Force"), ("expired", "Expired"), ("revoked", "Revoked")],
        compute="_compute_state",
        search="_search_state",
    )
    order_ids = fields.One2many(
        "sale.order", "debt_exception_id", string="Orders", readonly=True
    )
    amount_used = fields.Monetary(string="Used", compute="_compute_amount_used")

    _max_amount_not_negative = models.Constraint(
        "CHECK(max_amount >= 0)", "The amount cannot be negative."
    )

    @api.depends("partner_id", "date_to")
    def _compute_display_name(self):
        for exception in self:
            exception.display_name = self.env._(
                "%(customer)s until %(date)s",
                customer=exception.partner_id.display_name or "",
                date=fields.Date.to_string(exception.date_to) or "",
            )

    @api.depends("date_to", "revoked")
    def _compute_state(self):
        for exception in self:
            today = exception.company_id._debt_today()
            exception.state = (
                "revoked"
                if exception.revoked
                else "active"
                if exception.date_to and exception.date_to >= today
                else "expired"
            )

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._debt_today()
        domains = {
            "revoked": [("revoked", "=", True)],
            "active": [("revoked", "=", False), ("date_to", ">=", today)],
            "expired": [("revoked", "=", False), ("date_to", "<", today)],
        }
        return fields.Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("order_ids.state", "order_ids.amount_total")
    def _compute_amount_used(self):
        for exception in self:
            # sudo: orders of every salesperson count
            orders = exception.sudo().order_ids.filtered(lambda o: o.state == "sale")
            exception.amount_used = sum(float(o._debt_amount()) for o in orders)

    @api.constrains("partner_id")
    def _check_partner(self):
        for exception in self:
            if exception.partner_id._debt_debtors() != exception.partner_id:
                raise ValidationError(
                    self.env._("Choose the customer who is invoiced, not a contact.")
                )

    @api.constrains("date_to")
    def _check_date_to(self):
        for exception in self:
            if exception.date_to < exception.company_id._debt_today():
                raise ValidationError(self.env._("Choose a day from today on."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An exception is evidence. Revoke it instead."))

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # whoever grants it signs it
            vals_list = [{**vals, "user_id": self.env.uid} for vals in vals_list]
        exceptions = super().create(vals_list)
        for exception in exceptions:
            exception._log_on_case(
                self.env._(
                    "New orders are released until %(date)s: %(reason)s",
                    date=exception.date_to,
                    reason=exception.reason,
                )
            )
        return exceptions

    def action_revoke(self):
        """End an exception now."""
        self.check_access("write")
        for exception in self.filtered(lambda e: e.state == "active"):
            exception.revoked = True
            exception._log_on_case(self.env._("New orders are checked again."))

    def _allows(self, amount):
        """Return whether an order of this amount may pass.

        :param Decimal amount: in company currency, with the orders before it
        """
        self.ensure_one()
        if not self.max_amount:
            return True
        total = self.amount_used + float(amount)
        return self.currency_id.compare_amounts(total, self.max_amount) <= 0

    def _log_on_case(self, text):
        # sudo: the case keeps the evidence, whoever may read it
        case = (
            self.env["debt.case"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )
        if case:
            case._message_log(body=text, author_id=self.env.user.partner_id.id)
