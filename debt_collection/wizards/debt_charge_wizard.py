from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount, format_date

from ..models.charges.debt_charge_rule import KINDS


class DebtChargeWizard(models.TransientModel):
    """Shows what could be charged on a case until a day, line by line."""

    _name = "debt.charge.wizard"
    _description = "Preview of Late Charges"

    case_id = fields.Many2one(
        "debt.case", required=True, readonly=True, ondelete="cascade"
    )
    date = fields.Date(
        string="Until",
        required=True,
        default=lambda self: self.env.company._debt_today(),
        help="The last day that bears interest. A later one shows what it will be.",
    )
    line_ids = fields.One2many(
        "debt.charge.wizard.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    total = fields.Char(compute="_compute_total")
    arithmetic = fields.Html(compute="_compute_arithmetic", sanitize=False)
    missing = fields.Text(
        compute="_compute_arithmetic", help="Published rates that are not known yet."
    )
    claimed = fields.Char(related="case_id.charge_text")
    is_future = fields.Boolean(compute="_compute_is_future")
    may_claim = fields.Boolean(compute="_compute_is_future")
    may_post = fields.Boolean(compute="_compute_total")

    @api.depends("case_id", "date")
    @api.depends_context("uid")
    def _compute_is_future(self):
        for wizard in self:
            today = wizard.case_id.company_id._debt_today()
            wizard.is_future = bool(wizard.date) and wizard.date > today
            wizard.may_claim = not wizard.is_future and (
                wizard.case_id._origin.has_access("write")
            )

    @api.depends("case_id", "date")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "item_id": claim["item_id"],
                            "kind": claim["kind"],
                            "rule_id": claim["rule_id"],
                            "currency_id": claim["currency_id"],
                            "amount": float(claim["amount"]),
                            "days": sum(
                                period[2]
                                for period in claim["arithmetic"].get("periods", ())
                            ),
                        }
                    )
                    for claim in wizard._foresee()
                ),
            ]

    @api.depends("line_ids.take", "line_ids.amount")
    @api.depends_context("uid", "lang")
    def _compute_total(self):
        accounting = self.env.user.has_group("account.group_account_invoice")
        for wizard in self:
            taken = wizard.line_ids.filtered("take")
            wizard.total = " · ".join(
                format_amount(self.env, sum(own.mapped("amount")), currency)
                for currency, own in taken.grouped("currency_id").items()
            )
            # sudo: what a rule says
            rules = taken.rule_id.sudo()
            wizard.may_post = (
                bool(rules)
                and accounting
                and all(rule.posting == "post" for rule in rules)
            )

    @api.depends("case_id", "date")
    @api.depends_context("lang")
    def _compute_arithmetic(self):
        Charge = self.env["debt.charge"]
        for wizard in self:
            tables, unknown = [], {}
            for claim in wizard._foresee():
                # sudo: number of the document, name of the rule
                item = self.env["debt.item"].browse(claim["item_id"]).sudo()
                rule = self.env["debt.charge.rule"].browse(claim["rule_id"]).sudo()
                currency = self.env["res.currency"].browse(claim["currency_id"])
                title = Charge._title(
                    claim["kind"],
                    item.display_name,
                    claim.get("date_from"),
                    claim.get("date_to"),
                )
                table = Charge._as_table(
                    claim["arithmetic"], currency, float(claim["amount"])
                )
                tables.append(
                    Markup(
                        "<details class='mb-2' open='open'><summary><b>%s</b> "
                        "<span class='text-muted'>· %s · %s</span></summary>%s"
                        "</details>"
                    )
                    % (
                        title,
                        rule.name,
                        self.env._("due on %s", format_date(self.env, item.date_due)),
                        table,
                    )
                )
                if rule.kind == "interest" and rule.rate_kind == "reference":
                    reference = rule.reference_id
                    unknown[reference] = reference._missing(wizard.date)
            wizard.arithmetic = Markup().join(tables)
            wizard.missing = "\n".join(filter(None, unknown.values()))

    def _foresee(self):
        """Return what could be claimed, as values of charges."""
        self.ensure_one()
        if not self.case_id or not self.date:
            return []
        case = self.case_id._origin
        case.check_access("read")
        # sudo: agents need no right on the books
        company = case.company_id.sudo()
        items = case.sudo().item_ids.filtered(
            lambda item: (
                item.amount_residual >= company.debt_crumb_amount
                and item.amount_chaseable > 0
            )
        )
        return self.env["debt.charge"].sudo()._foresee(items, self.date)

    def action_claim(self):
        """Claim what is ticked."""
        self.ensure_one()
        self._claim()
        return {"type": "ir.actions.act_window_close"}

    def action_claim_and_post(self):
        """Claim what is ticked, and invoice it under the own rights in accounting."""
        self.ensure_one()
        return self._claim().action_post()

    def _claim(self):
        if self.is_future:
            raise UserError(self.env._("A day to come can only be looked at."))
        taken = self.line_ids.filtered("take")
        wanted = {(line.item_id.id, line.kind) for line in taken}
        return self.env["debt.charge"]._claim(self.case_id, self.date, wanted)


class DebtChargeWizardLine(models.TransientModel):
    """What could be charged on one document."""

    _name = "debt.charge.wizard.line"
    _description = "Late Charge of a Document"
    _order = "id"

    wizard_id = fields.Many2one("debt.charge.wizard", required=True, ondelete="cascade")
    take = fields.Boolean(string="Claim", default=True)
    item_id = fields.Many2one("debt.item", string="Document", ondelete="cascade")
    kind = fields.Selection(KINDS)
    rule_id = fields.Many2one("debt.charge.rule", ondelete="cascade")
    currency_id = fields.Many2one("res.currency")
    days = fields.Integer()
    amount = fields.Monetary()
