from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...logic.charge import fee
from ...logic.interest import Cap, Debt, Rates, interest, periods
from ..agreements.debt_notice_match_mixin import exact
from .debt_interest_reference import exact_percent, number_text

KINDS = [("interest", "Interest"), ("fee", "Fee")]


class DebtChargeRule(models.Model):
    """What is charged for late payment: an interest or a fee, and of whom."""

    _name = "debt.charge.rule"
    _description = "Rule of Late Charges"
    _inherit = ["debt.config.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, required=True, default="interest")
    company_id = fields.Many2one(
        "res.company", help="Empty: every company that has no rule of its own."
    )
    segment_id = fields.Many2one(
        "debt.segment",
        ondelete="cascade",
        help="Empty: every segment that has no rule of its own. A rule of zero lets a "
        "segment off.",
    )
    businesses_only = fields.Boolean(
        help="Not for people: the statutory rates hold between businesses.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        help="Only for documents in this currency. Empty: for all; amounts are read in "
        "the currency of each document.",
    )

    rate_kind = fields.Selection(
        [("fixed", "Fixed Rate"), ("reference", "Published Rate plus a Margin")],
        string="Rate",
        default="fixed",
    )
    percent = fields.Float(string="Annual Rate (%)", digits=(7, 4))
    reference_id = fields.Many2one("debt.interest.reference", ondelete="restrict")
    margin = fields.Float(digits=(7, 4), help="Percentage points above it.")
    cap_percent = fields.Float(
        string="At Most (%)",
        digits=(7, 2),
        help="Of what the document was for, in all. 0: no limit.",
    )
    cap_amount = fields.Float(
        string="At Most", digits=(16, 2), help="On a document, in all. 0: no limit."
    )

    fee_kind = fields.Selection(
        [
            ("fixed", "Fixed Amount"),
            ("percent", "Part of the Document"),
            ("tiers", "By Amount of the Document"),
        ],
        default="fixed",
    )
    fee_amount = fields.Float(digits=(16, 2))
    fee_percent = fields.Float(string="Part (%)", digits=(7, 4))
    tier_ids = fields.One2many("debt.charge.tier", "rule_id", string="Amounts")
    each_step = fields.Boolean(
        string="At Each Step",
        help="Again at each step that charges fees. Else once for each document, as "
        "the law has it for its fixed amounts.",
    )

    grace_days = fields.Integer(
        string="Days of Grace",
        help="Days after the due date that bear no interest, or until the fee is due.",
    )
    min_amount = fields.Float(
        string="Least Amount",
        digits=(16, 2),
        help="Less is not claimed: the days of interest wait for the next time.",
    )

    posting = fields.Selection(
        [
            ("claim", "Claimed Only"),
            ("post", "Invoiced by Accounting"),
        ],
        required=True,
        default="claim",
        help="What is only claimed stands beside the balance, in messages. What is "
        "invoiced becomes a document like others; a person posts it.",
    )
    product_id = fields.Many2one(
        "product.product",
        domain="[('sale_ok', '=', True), ('company_id', 'in', (company_id, False))]",
        help="Of the invoice line; gives account and taxes unless chosen below.",
    )
    account_id = fields.Many2one(
        "account.account",
        domain="[('account_type', 'in', ('income', 'income_other')),"
        " ('company_ids', 'parent_of', company_id)]",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', 'parent_of',"
        " company_id)]",
        help="Empty: those of the product, else none.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'sale'), ('company_id', 'parent_of', company_id)]",
        help="Empty: the usual one of sales.",
    )
    source = fields.Char(help="The law or the contract that allows it.")
    checked_on = fields.Date(string="Last Checked on")
    missing = fields.Char(compute="_compute_missing")

    _numbers = models.Constraint(
        "CHECK(percent >= 0 AND margin >= 0 AND cap_percent >= 0 AND cap_amount >= 0"
        " AND fee_amount >= 0 AND fee_percent >= 0 AND grace_days >= 0"
        " AND min_amount >= 0)",
        "Rates, amounts and days cannot be negative.",
    )

    @api.depends("reference_id.missing", "kind", "rate_kind")
    def _compute_missing(self):
        for rule in self:
            published = rule.kind == "interest" and rule.rate_kind == "reference"
            rule.missing = published and rule.reference_id.missing

    @api.constrains("kind", "rate_kind", "reference_id", "fee_kind", "tier_ids")
    def _check_terms(self):
        for rule in self:
            if rule.kind == "interest":
                if rule.rate_kind == "reference" and not rule.reference_id:
                    raise ValidationError(
                        self.env._("Choose the published rate of %s.", rule.name)
                    )
            elif rule.fee_kind == "tiers" and not rule.tier_ids:
                raise ValidationError(
                    self.env._("Say from which amounts on %s is how much.", rule.name)
                )

    @api.constrains("company_id", "account_id", "tax_ids", "journal_id", "product_id")
    def _check_books(self):
        for rule in self:
            bound = rule.account_id or rule.tax_ids or rule.journal_id
            if bound and not rule.company_id:
                raise ValidationError(
                    self.env._(
                        "Accounts, taxes and journals belong to a company: choose the "
                        "company of %s, or leave them to its product.",
                        rule.name,
                    )
                )
            owners = rule.tax_ids.company_id | rule.journal_id.company_id
            if (owners - rule.company_id.parent_ids) or (
                rule.account_id
                and not rule.account_id.company_ids & rule.company_id.parent_ids
            ):
                raise ValidationError(
                    self.env._("Account, taxes and journal are of another company.")
                )

    # === WHICH RULE === #

    @api.model
    def _rules_in_use(self):
        """Return the rules in the order in which they are tried.

        Those of a segment before the general ones, then those of a company, then those
        of a currency.
        """
        # sudo: they hold for everybody
        rules = self.sudo().search([("active", "=", True)])
        return rules.sorted(
            lambda rule: (
                not rule.segment_id,
                not rule.company_id,
                not rule.currency_id,
                rule.sequence,
                rule.id,
            )
        )

    def _fits(self, kind, fact):
        """Return whether the rule holds for a document.

        :param kind: interest or fee
        :param fact: what is known of it, see ``debt.charge._facts``
        """
        self.ensure_one()
        return (
            self.kind == kind
            and self.company_id.id in (False, fact["company_id"])
            and self.segment_id.id in (False, fact["segment_id"])
            and self.currency_id.id in (False, fact["currency_id"])
            and (fact["is_company"] or not self.businesses_only)
        )

    # === HOW MUCH === #

    def _rates(self):
        """Return the rates of an interest."""
        self.ensure_one()
        if self.rate_kind == "reference":
            return self.reference_id._rates(self.margin)
        return Rates.fixed(exact_percent(self.percent))

    def _interest(self, fact, day):
        """Return the interest of a document until a day, as ``logic.interest``."""
        self.ensure_one()
        currency = self.env["res.currency"].browse(fact["currency_id"])
        debt = Debt(fact["amount"], fact["date_due"], tuple(fact["payments"]))
        found = periods(debt, day, self._rates(), self.grace_days, fact["charged_to"])
        cap = Cap(exact_percent(self.cap_percent), exact(self.cap_amount, currency))
        return interest(
            found, exact_step(currency), fact["amount"], cap, fact["charged"]
        )

    def _fee(self, fact):
        """Return the fee of a document, rounded."""
        self.ensure_one()
        currency = self.env["res.currency"].browse(fact["currency_id"])
        percent = self.fee_kind == "percent"
        return fee(
            self.fee_kind,
            fact["amount"],
            exact_step(currency),
            exact_percent(self.fee_percent)
            if percent
            else exact(self.fee_amount, currency),
            tuple(
                (exact(tier.from_amount, currency), exact(tier.amount, currency))
                for tier in self.tier_ids
            ),
        )

    def _in_words(self):
        """Return what is charged in a few words, for whoever reads the arithmetic."""
        self.ensure_one()
        if self.kind == "interest" and self.rate_kind == "reference":
            return self.env._(
                "%(rate)s + %(margin)s points",
                rate=self.reference_id.name,
                margin=number_text(self.env, exact_percent(self.margin)),
            )
        return self.name


class DebtChargeTier(models.Model):
    """The fee from an amount of the document on."""

    _name = "debt.charge.tier"
    _description = "Amount of a Fee"
    _inherit = ["debt.config.mixin"]
    _order = "from_amount, id"

    rule_id = fields.Many2one(
        "debt.charge.rule", required=True, ondelete="cascade", index=True
    )
    from_amount = fields.Float(string="Documents from", digits=(16, 2), required=True)
    amount = fields.Float(string="Fee", digits=(16, 2), required=True)

    _not_negative = models.Constraint(
        "CHECK(from_amount >= 0 AND amount >= 0)", "Amounts cannot be negative."
    )


def exact_step(currency):
    """Return the step in which a currency is rounded, as a Decimal."""
    return Decimal(f"{currency.rounding:.6f}").normalize()
