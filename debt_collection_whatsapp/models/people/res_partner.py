from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from ...logic.wa_phone import FIXED_LINE, OK, normalise


class ResPartner(models.Model):
    _inherit = "res.partner"

    debt_whatsapp = fields.Char(
        string="WhatsApp",
        help="The number on WhatsApp, where it is another than the phone. Invoices "
        "often go to somebody with a landline.",
    )
    debt_whatsapp_number = fields.Char(
        string="WhatsApp Number as Written",
        compute="_compute_debt_whatsapp_number",
        store=True,
        index="btree_not_null",
        help="The number with its country; what was typed stays as it is.",
    )
    debt_whatsapp_shown = fields.Char(
        string="Writes to",
        compute="_compute_debt_whatsapp_shown",
        help="Where WhatsApp messages go.",
    )
    debt_whatsapp_link_ids = fields.One2many(
        "debt.whatsapp.identity.link", "partner_id", string="People on WhatsApp"
    )

    def _auto_init(self):
        # nobody has a number of their own yet: no need to compute it for every contact
        if not column_exists(self.env.cr, self._table, "debt_whatsapp_number"):
            create_column(self.env.cr, self._table, "debt_whatsapp_number", "varchar")
        return super()._auto_init()

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        people = partners.filtered(lambda p: p.parent_id and p.debt_whatsapp)
        if people:
            self.env["debt.action"]._contact_fixed(people, "phone")
        return partners

    def write(self, vals):
        result = super().write(vals)
        if vals.get("debt_whatsapp"):
            self.env["debt.action"]._contact_fixed(self, "phone")
        return result

    @api.depends("debt_whatsapp", "country_id", "commercial_partner_id.country_id")
    def _compute_debt_whatsapp_number(self):
        for partner in self:
            company = partner.company_id or self.env.company
            partner.debt_whatsapp_number = (
                partner._debt_whatsapp_e164(company) if partner.debt_whatsapp else False
            )

    @api.depends("debt_whatsapp", "phone", "country_id")
    @api.depends_context("company")
    def _compute_debt_whatsapp_shown(self):
        for partner in self:
            company = partner.company_id or self.env.company
            partner.debt_whatsapp_shown = partner._debt_whatsapp_e164(company)

    def _debt_whatsapp_e164(self, company, verdicts=(OK, FIXED_LINE)):
        """Return the number on WhatsApp in E.164, False where there is none.

        :param company: in whose country a number is that neither says its own nor has
            one from the contact
        :param verdicts: of ``logic.wa_phone``, that are good enough
        """
        self.ensure_one()
        country = (
            self.country_id
            or self.commercial_partner_id.country_id
            or company.country_id
        )
        number, verdict = normalise(self.debt_whatsapp or self.phone, country.code)
        return number if verdict in verdicts else False

    def _debt_whatsapp(self, company, mobile=False):
        if not self.debt_whatsapp:
            return super()._debt_whatsapp(company, mobile)
        verdicts = (OK,) if mobile else (OK, FIXED_LINE)
        number = self._debt_whatsapp_e164(company, verdicts)
        return number and number.removeprefix("+")

    def _debt_addresses(self):
        typed = [self.debt_whatsapp] if self.debt_whatsapp else []
        return [*super()._debt_addresses(), *typed]
