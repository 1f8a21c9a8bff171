from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools.amount import format_short_amount


class DebtGroup(models.Model):
    """Several debtors who belong together: one view, one agent, one limit.

    Their cases stay apart: each keeps its own items, strategy and messages.
    """

    _name = "debt.group"
    _description = "Economic Group"
    _inherit = ["mail.thread"]
    _mail_post_access = "read"
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        help="Empty: the cases of every company belong to the group.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Of the limit; what is owed to several companies is compared in it, at "
        "the rates of today.",
    )
    agent_id = fields.Many2one(
        "res.users",
        domain=[("share", "=", False)],
        tracking=True,
        help="Works the cases of all its debtors. Empty: a new case goes to whoever "
        "works the others of the group.",
    )
    team_id = fields.Many2one(
        "debt.team",
        tracking=True,
        help="Gets the cases of the group that have no agent, before any assignment "
        "rule.",
    )
    credit_limit = fields.Monetary(
        tracking=True,
        help="How much all debtors of the group may owe together. 0: no limit.",
    )
    partner_ids = fields.One2many("res.partner", "debt_group_id", string="Customers")
    # a debtor belongs to one group: picked here by whoever maintains groups, without
    # the right to edit contacts
    member_ids = fields.Many2many(
        "res.partner",
        string="Debtors",
        compute="_compute_member_ids",
        inverse="_inverse_member_ids",
        domain="['|', ('parent_id', '=', False), '|', ('is_company', '=', True),"
        " ('debt_pays_separately', '=', True)]",
    )
    contact_ids = fields.Many2many(
        "res.partner", string="Contacts", compute="_compute_contact_ids"
    )
    case_ids = fields.One2many("debt.case", "group_id", string="Cases")
    item_ids = fields.Many2many("debt.item", compute="_compute_records")
    promise_ids = fields.Many2many("debt.promise", compute="_compute_records")
    notice_ids = fields.Many2many("debt.payment.notice", compute="_compute_records")
    dispute_ids = fields.Many2many("debt.dispute", compute="_compute_records")
    difference_ids = fields.Many2many("debt.difference", compute="_compute_records")

    case_count = fields.Integer(string="Open Cases", compute="_compute_figures")
    amount_total = fields.Monetary(
        string="Balance",
        compute="_compute_figures",
        help="What all debtors of the group owe, in the companies that you work in.",
    )
    amount_overdue = fields.Monetary(string="Overdue", compute="_compute_figures")
    amount_chaseable = fields.Monetary(string="To Chase", compute="_compute_figures")
    days_past_due = fields.Integer(
        string="Oldest Days",
        compute="_compute_figures",
        help="Days of the oldest overdue item of any of its debtors.",
    )
    stage_id = fields.Many2one(
        "debt.stage",
        string="Worst Stage",
        compute="_compute_figures",
        help="The highest stage that a case of the group is in.",
    )
    amount_left = fields.Monetary(string="Left of the Limit", compute="_compute_limit")
    limit_used = fields.Float(
        string="Limit Used (%)", compute="_compute_limit", digits=(16, 0)
    )
    over_limit = fields.Boolean(
        compute="_compute_limit",
        search="_search_over_limit",
        help="Its debtors owe more than the limit.",
    )
    summary = fields.Html(string="Owed Now", compute="_compute_summary", sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends("company_id")
    def _compute_currency_id(self):
        for group in self:
            group.currency_id = (
                group.company_id.currency_id
                or group.currency_id
                or self.env.company.currency_id
            )

    @api.depends("partner_ids")
    def _compute_member_ids(self):
        for group in self:
            group.member_ids = group.partner_ids

    def _inverse_member_ids(self):
        for group in self:
            group.check_access("write")
            members = group.member_ids._origin
            # sudo: the group of a customer is the group's affair, see ``member_ids``
            (group.partner_ids - members).sudo().debt_group_id = False
            (members - group.partner_ids).sudo().debt_group_id = group

    @api.depends("partner_ids.child_ids")
    def _compute_contact_ids(self):
        for group in self:
            people = group.partner_ids.child_ids.filtered(
                lambda partner: not partner.is_company and partner.type != "delivery"
            )
            group.contact_ids = group.partner_ids | people

    @api.depends("case_ids")
    def _compute_records(self):
        for group in self:
            cases = group.case_ids
            group.item_ids = cases.item_ids
            group.promise_ids = cases.promise_ids
            group.notice_ids = cases.notice_ids
            group.dispute_ids = cases.dispute_ids
            group.difference_ids = cases.difference_ids

    def _open_cases(self):
        """Return {group: its cases that the user sees in the chosen companies}."""
        cases = self.env["debt.case"].search(
            [
                ("group_id", "in", self.ids),
                ("company_id", "in", self.env.companies.ids),
                ("state", "!=", "closed"),
            ]
        )
        return cases.grouped("group_id")

    @api.depends("case_ids", "currency_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_figures(self):
        by_group = self._open_cases()
        today = fields.Date.context_today(self)
        for group in self:
            cases = by_group.get(group._origin, self.env["debt.case"])
            group.case_count = len(cases)
            group.days_past_due = max(cases.mapped("days_past_due"), default=0)
            group.stage_id = cases.stage_id.sorted(lambda s: (s.sequence, s.id))[-1:]
            for name in ("amount_total", "amount_overdue", "amount_chaseable"):
                group[name] = sum(
                    company.currency_id._convert(
                        sum(own.mapped(name)), group.currency_id, company, today
                    )
                    for company, own in cases.grouped("company_id").items()
                )

    def _exposures(self):
        """Return {group: what counts against its limit}, in its currency.

        The balance, and what was paid with documents that have not cleared yet.
        """
        exposures = {group: group.amount_total for group in self}
        groups = {group._origin.id: group for group in self}
        cases = self.env["debt.case"].search(
            [
                ("group_id", "in", list(groups)),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        today = fields.Date.context_today(self)
        for case, debts in cases._documented().items():
            group = groups[case.group_id.id]
            exposures[group] += case.currency_id._convert(
                float(sum(amount for _day, amount in debts)),
                group.currency_id,
                case.company_id,
                today,
            )
        return exposures

    @api.depends("amount_total", "credit_limit")
    def _compute_limit(self):
        exposures = self._exposures()
        for group in self:
            limit, owed = group.credit_limit, exposures[group]
            group.amount_left = limit and limit - owed
            group.limit_used = 100 * max(0, owed) / limit if limit else 0
            group.over_limit = bool(limit) and (
                group.currency_id.compare_amounts(owed, limit) > 0
            )

    @api.model
    def _search_over_limit(self, operator, value):
        if operator != "in":
            return NotImplemented
        limited = self.search([("credit_limit", ">", 0)])
        over = Domain("id", "in", limited.filtered("over_limit").ids)
        return over if True in value else ~over

    @api.depends("case_ids")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_summary(self):
        by_group = self._open_cases()
        every = self.env["debt.case"].union(*by_group.values())
        rows = every._age_rows()
        for group in self:
            cases = by_group.get(group._origin, self.env["debt.case"])
            totals = {}
            for case in cases:
                for currency_id, amounts in rows.get(case.id, ()):
                    key = (case.company_id, currency_id)
                    known = totals.setdefault(key, [0] * len(amounts))
                    totals[key] = [
                        (a or 0) + (b or 0) for a, b in zip(known, amounts, strict=True)
                    ]
            several = len(cases.company_id) > 1
            group.summary = cases._age_table(
                [
                    (
                        f"{company.name} · {self._currency(currency_id).name}"
                        if several
                        else self._currency(currency_id).name,
                        self._currency(currency_id),
                        amounts,
                    )
                    for (company, currency_id), amounts in totals.items()
                ]
            )

    def _currency(self, currency_id):
        return self.env["res.currency"].browse(currency_id)

    # === CONSTRAINTS AND CRUD === #

    @api.constrains("credit_limit")
    def _check_credit_limit(self):
        if any(group.credit_limit < 0 for group in self):
            raise ValidationError(self.env._("A limit cannot be negative."))

    @api.constrains("company_id", "team_id")
    def _check_team(self):
        for group in self:
            companies = group.company_id | group.team_id.company_id
            if group.company_id and len(companies) > 1:
                raise ValidationError(
                    self.env._(
                        "%(team)s is a team of another company.",
                        team=group.team_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        groups._hand_over()
        return groups

    def write(self, vals):
        result = super().write(vals)
        if {"agent_id", "team_id"} & vals.keys():
            self._hand_over()
        if {"active", "company_id", "agent_id"} & vals.keys():
            # segments and rules may ask for the group
            self.partner_ids._debt_mark()
        return result

    # === ONE AGENT === #

    def _hand_over(self, partners=None):
        """Give the cases of these groups to their agent, at once.

        Cases that a person gives to somebody else later stay there.

        :param partners: only the cases of these customers
        """
        for group in self.filtered("agent_id"):
            cases = group.case_ids.filtered(
                lambda case, group=group: (
                    case.agent_id != group.agent_id
                    and case.company_id in group.agent_id.sudo().company_ids
                    and (partners is None or case.partner_id in partners)
                )
            )
            for company, own in cases.grouped("company_id").items():
                values = {"agent_id": group.agent_id.id}
                if group.team_id.company_id == company:
                    values["team_id"] = group.team_id.id
                own.write(values)

    # === BUTTONS === #

    def action_debt_file(self):
        """Open the file of all debtors of the group."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "debt_collection.debt_group_file_action"
        )
        action["context"] = {"active_id": self.id, "active_model": self._name}
        return action

    def action_open_cases(self):
        """Open the cases of the group, open and closed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_case_action"
        )
        action["domain"] = [("group_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_open_items(self):
        """Open the items of the group."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_item_action"
        )
        action["domain"] = [("case_id.group_id", "=", self.id)]
        return action

    def action_open_promises(self):
        """Open the promises of the group."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_promise_action"
        )
        action["domain"] = [("case_id.group_id", "=", self.id)]
        action["context"] = {}
        return action

    def _limit_text(self):
        """Return in words how much of the limit is used, or False."""
        self.ensure_one()
        if not self.credit_limit:
            return False
        owed, limit = (
            format_short_amount(self.env, amount, self.currency_id)
            for amount in (self._exposures()[self], self.credit_limit)
        )
        return self.env._("%(owed)s of %(limit)s", owed=owed, limit=limit)
