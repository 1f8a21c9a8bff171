from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtAnonymiseWizard(models.TransientModel):
    _name = "debt.anonymise.wizard"
    _description = "Anonymise a Customer"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    people = fields.Char(compute="_compute_what", string="Who")
    case_count = fields.Integer(compute="_compute_what", string="Cases")
    problems = fields.Html(compute="_compute_what", sanitize=False)
    contact_problems = fields.Html(compute="_compute_what", sanitize=False)
    sure = fields.Boolean(string="I know that this cannot be undone")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        if (
            "partner_id" in fields
            and not values.get("partner_id")
            and context.get("active_model") == "res.partner"
        ):
            partner = self.env["res.partner"].browse(context.get("active_id"))
            values["partner_id"] = partner._debt_debtors()[:1].id
        return values

    @api.model
    def _open(self, partner):
        """Return the action that asks whether to anonymise a customer."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_anonymise_wizard_action"
        )
        return {**action, "context": {"default_partner_id": partner.id}}

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_what(self):
        evidence = self.env["debt.evidence"]
        for wizard in self:
            wizard.people, wizard.case_count = "", 0
            wizard.problems = wizard.contact_problems = ""
            partner = wizard.partner_id
            if not partner:
                continue
            _debtor, people, cases = evidence._anonymise_who(partner)
            wizard.people = ", ".join(people.mapped("display_name"))
            wizard.case_count = len(cases)
            wizard.problems = self._list(evidence._anonymise_problems(partner))
            day = self.env.company._debt_today()
            wizard.contact_problems = self._list(
                evidence._anonymise_contact_problems(partner, day)
            )

    def _list(self, lines):
        return Markup().join(Markup("<div>%s</div>") % line for line in lines)

    def action_anonymise(self):
        """Make the customer unrecognisable, and show what was done.

        :raise UserError: without the tick, or while it may not be done
        """
        self.ensure_one()
        self.env["debt.retention.rule"].check_access("write")
        if not self.sure:
            raise UserError(
                self.env._("Tick that you know that this cannot be undone.")
            )
        report = self.env["debt.evidence"]._anonymise(
            self.partner_id, self.env.company._debt_today()
        )
        return report._open()
