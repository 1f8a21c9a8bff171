from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.sql import column_exists, create_column

from ...fields import LooseMany2one
from ...logic.contact_fix import FIXES
from ...tools.phone import normalise

#: A change of these may change the segment, the chase dates or the debtor himself.
WATCHED = {
    "active",
    "category_id",
    "country_id",
    "debt_group_id",
    "debt_pay_calendar_id",
    "debt_pays_separately",
    "email",
    "is_company",
    "parent_id",
    "trust",
    "type",
    "user_id",
}


class ResPartner(models.Model):
    _inherit = "res.partner"

    debt_case_ids = fields.One2many(
        "debt.case", "partner_id", string="Collection Cases"
    )
    debt_case_count = fields.Integer(
        compute="_compute_debt_case", string="Collection Cases Count"
    )
    debt_stage_id = fields.Many2one(
        "debt.stage", compute="_compute_debt_case", string="Collection Stage"
    )
    debt_last_action = fields.Char(
        compute="_compute_debt_case", string="Last Collection Action"
    )
    debt_next_action_date = fields.Date(
        compute="_compute_debt_case", string="Next Collection Action"
    )
    debt_group_id = fields.Many2one(
        "debt.group",
        string="Economic Group",
        index="btree_not_null",
        groups="debt_collection.group_debt_agent,account.group_account_invoice,"
        "account.group_account_readonly",
        help="Debtors who belong together: one view, one agent, one limit.",
    )
    debt_pay_calendar_id = fields.Many2one(
        "debt.pay.calendar",
        string="Payment Days",
        index="btree_not_null",
        help="The customer's days of revision and payment. Steps count from the day on "
        "which the money can really come.",
    )

    debt_pays_separately = fields.Boolean(
        string="Pays Separately",
        help="The invoices addressed to this branch are a case of their own, with its "
        "own messages, promises and agent, apart from the rest of its company.",
    )
    debt_branch_id = fields.Many2one(
        "res.partner",
        string="Branch That Pays",
        compute="_compute_debt_branch_id",
        store=True,
        recursive=True,
        index="btree_not_null",
        ondelete="set null",
        help="The branch that pays separately to which this contact belongs; empty for "
        "nearly everybody, whose debtor is the company itself.",
    )

    debt_role = fields.Selection(
        [
            ("payer", "Pays"),
            ("approver", "Approves Payments"),
            ("guarantor", "Guarantor"),
            ("reference", "Reference"),
            ("branch", "Branch"),
        ],
        string="Role in Collection",
        help="Messages go to who pays. A reference is nobody to speak to about debts.",
    )
    debt_channel = fields.Selection(
        [
            ("call", "Call"),
            ("whatsapp", "WhatsApp"),
            ("email", "Email"),
            ("visit", "Visit"),
        ],
        string="Preferred Channel",
    )
    debt_hours = fields.Char(
        string="Best Hours", help="When to reach this person, such as 9 to 11."
    )
    debt_import_id = LooseMany2one(
        "debt.import", string="Imported with", readonly=True, copy=False
    )
    debt_phone = fields.Char(
        string="Number for Messages",
        compute="_compute_debt_phone",
        help="The phone number with its country, as messages and calls use it. What "
        "was typed stays as it is.",
    )
    debt_phone_state = fields.Selection(
        [("valid", "Reached"), ("wrong", "Wrong Number")],
        string="Phone Checked",
        readonly=True,
        copy=False,
    )
    debt_phone_checked = fields.Date(
        string="Phone Checked on", readonly=True, copy=False
    )

    debt_bureau_consent = fields.Date(
        string="Authorised Credit Bureau Report on",
        copy=False,
        groups="debt_collection.group_debt_agent,account.group_account_invoice",
        help="Only persons who authorised it are reported to a credit bureau.",
    )
    debt_bureau_consent_file = fields.Binary(
        string="Authorisation",
        attachment=True,
        copy=False,
        groups="debt_collection.group_debt_agent,account.group_account_invoice",
    )
    debt_bureau_consent_name = fields.Char(
        string="Name of the Authorisation",
        copy=False,
        groups="debt_collection.group_debt_agent,account.group_account_invoice",
    )

    def _auto_init(self):
        # nobody pays separately yet: no need to compute it for every contact
        if not column_exists(self.env.cr, self._table, "debt_branch_id"):
            create_column(self.env.cr, self._table, "debt_branch_id", "int4")
        return super()._auto_init()

    @api.depends(
        "debt_pays_separately", "is_company", "parent_id", "parent_id.debt_branch_id"
    )
    def _compute_debt_branch_id(self):
        for partner in self:
            if partner.is_company or not partner.parent_id:
                partner.debt_branch_id = False
            elif partner.debt_pays_separately:
                partner.debt_branch_id = partner
            else:
                partner.debt_branch_id = partner.parent_id.debt_branch_id

    @api.depends("phone", "country_id", "commercial_partner_id.country_id")
    @api.depends_context("company")
    def _compute_debt_phone(self):
        for partner in self:
            company = partner.company_id or self.env.company
            partner.debt_phone = partner._debt_number(company)

    def _debt_debtors(self):
        """Return whose cases the debts of these contacts belong to.

        The branch that pays separately, else the commercial partner.
        """
        return self.browse().union(
            *(
                partner.debt_branch_id or partner.commercial_partner_id
                for partner in self
            )
        )

    @api.depends_context("company")
    def _compute_debt_case(self):
        # sudo: whoever reads the customer may see where collection stands
        cases = (
            self.env["debt.case"]
            .sudo()
            .search(
                [
                    (
                        "partner_id.commercial_partner_id",
                        "in",
                        self.commercial_partner_id.ids,
                    ),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
        )
        by_debtor = cases.grouped("partner_id")
        by_company = cases.grouped(lambda case: case.partner_id.commercial_partner_id)
        for partner in self:
            debtor = partner._debt_debtors()
            own = by_debtor.get(debtor, cases.browse())
            if not own and debtor == debtor.commercial_partner_id:
                # only its branches owe
                own = by_company.get(debtor, own)
            case = (
                own.filtered(lambda c: c.company_id == self.env.company)[:1] or own[:1]
            )
            partner.debt_case_count = len(own)
            partner.debt_stage_id = case.stage_id if case.state != "closed" else False
            partner.debt_next_action_date = case.next_action_date
            partner.debt_last_action = case.last_action

    def action_debt_cases(self):
        """Open the case of the customer, or the list where there are several."""
        cases = self.env["debt.case"].search(
            [("partner_id", "in", self._debt_debtors().ids)]
        )
        return cases._debt_open()

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        joined = partners.sudo().filtered("debt_group_id")  # sudo: to check the right
        if joined:
            self._check_debt_group()
            joined._debt_join_group()
        for datum in FIXES:
            people = partners.filtered(lambda p, datum=datum: p.parent_id and p[datum])
            if people:
                self.env["debt.action"]._contact_fixed(people, datum)
        return partners

    def action_debt_file(self):
        """Open the debtor's file."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "debt_collection.debt_file_action"
        )
        action["context"] = {"active_id": self.id, "active_model": self._name}
        return action

    def _debt_reference(self):
        """Return what a customer quotes when paying, the same wherever it is told."""
        self.ensure_one()
        return self.ref or f"C{self.id:06d}"

    def _debt_payer(self):
        """Return who of a debtor pays, else the debtor."""
        self.ensure_one()
        people = self.child_ids.filtered(
            lambda person: (
                person.debt_role == "payer" and person._debt_debtors() == self
            )
        )
        return people[:1] or self

    def _debt_calendars(self):
        """Return the payment days of these debtors; a branch has its company's."""
        return self.env["debt.pay.calendar"].union(
            *(
                partner.debt_pay_calendar_id
                or partner.commercial_partner_id.debt_pay_calendar_id
                for partner in self
            )
        )

    def _debt_group_seen(self):
        """Return the economic group of the debtor, where the user may read it."""
        self.ensure_one()
        # sudo: to find it; whether it is shown is asked below
        partner = self.sudo()
        group = partner.debt_group_id or partner.commercial_partner_id.debt_group_id
        group = self.env["debt.group"].browse(group.id)
        return group.filtered("active") if group.has_access("read") else group.browse()

    def write(self, vals):
        joins = "debt_group_id" in vals
        if joins:
            group_id = vals["debt_group_id"] or False
            # sudo: only to see who changes
            joining = self.sudo().filtered(lambda p: p.debt_group_id.id != group_id)
            if joining:
                self._check_debt_group()
        watched = WATCHED & vals.keys()
        if watched:
            self._debt_mark()
        result = super().write(vals)
        if joins:
            joining._debt_join_group()
        if watched:
            self._debt_mark()
        if "phone" in vals:
            self._debt_phone(False)
        for datum in FIXES:
            if vals.get(datum):
                self.env["debt.action"]._contact_fixed(self, datum)
        return result

    def _check_debt_group(self):
        """Refuse to let anybody but supervisors say who belongs together."""
        group = "debt_collection.group_debt_supervisor"
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(self.env._("Only supervisors maintain economic groups."))

    def _debt_join_group(self):
        """Give the cases of who joined a group to the agent of the group."""
        for group, partners in self.grouped("debt_group_id").items():
            # sudo: the agent of the group works them, whoever let the customer join
            group.sudo()._hand_over(partners)

    def _debt_mark(self):
        """Let the refreshing job look at the debtors again."""
        if not self:
            return
        # sudo: any user who edits a contact makes news for its case
        cases = (
            self.env["debt.case"]
            .sudo()
            .search([("partner_id", "in", (self | self.commercial_partner_id).ids)])
        )
        self.env["debt.mark"]._add((c.partner_id.id, c.company_id.id) for c in cases)

    def _debt_whatsapp(self, company, mobile=False):
        """Return the phone number as WhatsApp wants it, False where it is none.

        :param company: in whose country a number without one is
        :param mobile: leave out what is known to be a landline
        """
        number = self._debt_number(company, mobile)
        return number and number.removeprefix("+")

    def _debt_number(self, company, mobile=False):
        """Return the phone number in E.164, False where it is none.

        :param company: in whose country a number is that neither says its own nor has
            one from the contact
        :param mobile: leave out what is known to be a landline
        """
        self.ensure_one()
        country = (
            self.country_id
            or self.commercial_partner_id.country_id
            or company.country_id
        )
        return normalise(self.phone, country.code, mobile) or False

    def _debt_phone(self, state, day=False):
        """Remember whether somebody was reached at the phone number.

        :param state: "valid", "wrong" or False
        :param day: the local day
        """
        changed = self.filtered(
            lambda partner: (
                partner.debt_phone_state != state or partner.debt_phone_checked != day
            )
        )
        changed.write({"debt_phone_state": state, "debt_phone_checked": day})
