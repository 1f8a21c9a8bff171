from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...logic.plan import Limit

#: Groups of the roles, the highest first; of customers by themselves none.
ROLES = [
    ("manager", "Manager", "debt_collection.group_debt_manager"),
    ("supervisor", "Supervisor", "debt_collection.group_debt_supervisor"),
    ("agent", "Agent", "debt_collection.group_debt_agent"),
    ("customer", "Customer by Themselves", None),
]


class DebtPlanLimit(models.Model):
    """What a role may agree on in a payment plan, everywhere or in one segment."""

    _name = "debt.plan.limit"
    _description = "Limit of Payment Plans"
    _order = "role, segment_id, id"

    role = fields.Selection([role[:2] for role in ROLES[::-1]], required=True)
    segment_id = fields.Many2one(
        "debt.segment",
        ondelete="cascade",
        help="Empty: every segment that has no limit of its own.",
    )
    company_id = fields.Many2one(
        "res.company", help="Empty: every company that has no limit of its own."
    )
    down_percent = fields.Float(
        string="Least Down Payment (%)", help="Of what is owed.", digits=(5, 2)
    )
    instalments = fields.Integer(string="Most Instalments", required=True, default=3)
    days = fields.Integer(
        string="Most Days",
        required=True,
        default=60,
        help="From the agreement to the last instalment.",
    )
    discount_percent = fields.Float(
        string="Most Discount (%)",
        digits=(5, 2),
        help="What may be waived of the debt when all is paid in time.",
    )
    discount_payments = fields.Integer(
        string="Most Payments with a Discount",
        required=True,
        default=1,
        help="One: paid at once. A down payment counts.",
    )
    interest_percent = fields.Float(
        string="Least Interest (% a Year)",
        digits=(6, 2),
        help="For the time that a plan takes; new plans begin with it. Settlement "
        "offers need none.",
    )
    min_age = fields.Integer(
        string="From Days Past Due",
        help="Plans are for debts that are at least so many days past due.",
    )

    _numbers = models.Constraint(
        "CHECK(down_percent >= 0 AND down_percent < 100 AND instalments > 0"
        " AND days >= 0 AND min_age >= 0 AND COALESCE(interest_percent, 0) >= 0)",
        "A limit needs at least one instalment, and a down payment from 0 to 99 %.",
    )
    _discount = models.Constraint(
        "CHECK(discount_percent >= 0 AND discount_percent < 100"
        " AND discount_payments > 0)",
        "A discount is from 0 to 99 %, in at least one payment.",
    )

    @api.depends("role", "segment_id")
    def _compute_display_name(self):
        names = dict(self._fields["role"]._description_selection(self.env))
        for limit in self:
            parts = (names.get(limit.role), limit.segment_id.name)
            limit.display_name = " · ".join(filter(None, parts))

    @api.constrains("role", "segment_id", "company_id")
    def _check_once(self):
        for limit in self:
            twins = self.search_count(
                [
                    ("role", "=", limit.role),
                    ("segment_id", "=", limit.segment_id.id),
                    ("company_id", "=", limit.company_id.id),
                ]
            )
            if twins > 1:
                raise ValidationError(
                    self.env._("There is already a limit for %s.", limit.display_name)
                )

    @api.model
    def _of_user(self, case, user):
        """Return the limit that holds for a user and a case; empty: none may be agreed.

        :param case: a ``debt.case``
        :param user: a ``res.users``
        """
        roles = (
            code for code, _name, group in ROLES if group and user.has_group(group)
        )
        return self._of_role(case, next(roles, None))

    @api.model
    def _of_role(self, case, role):
        """Return the limit that holds for a role and a case; empty: none may be agreed.

        That of the segment goes before the general one, that of the company before
        that of all.

        :param case: a ``debt.case``
        :param role: a value of ``role``
        """
        limits = self.sudo().search(  # sudo: limits are for everybody who agrees
            [
                ("role", "=", role),
                ("segment_id", "in", [case.segment_id.id, False]),
                ("company_id", "in", [case.company_id.id, False]),
            ]
        )
        return limits.sorted(
            lambda limit: (not limit.segment_id, not limit.company_id)
        )[:1]

    def _terms(self):
        """Return the limit as ``logic.plan`` knows it."""
        self.ensure_one()
        return Limit(
            Decimal(str(self.down_percent)),
            self.instalments,
            self.days,
            Decimal(str(self.discount_percent)),
            self.discount_payments,
            Decimal(str(self.interest_percent)),
        )
