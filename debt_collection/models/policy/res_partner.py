from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

#: What only managers decide on.
OFF = {"debt_policy_off", "debt_policy_off_reason"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    debt_micro = fields.Boolean(
        string="Micro-Company",
        help="The law treats it as a consumer: hours and limits of persons hold.",
    )
    debt_consumer = fields.Boolean(
        compute="_compute_debt_consumer", string="Protected as Consumer"
    )
    debt_policy_off = fields.Boolean(
        string="No Consumer Rules",
        copy=False,
        help="The rules of consumers do not hold for this customer, for a reason. "
        "Courteous hours and what the customer does not want still do.",
    )
    debt_policy_off_reason = fields.Char(string="Why No Consumer Rules", copy=False)
    debt_hours_from = fields.Float(
        string="Not before",
        help="Local hour before which this person does not want to be contacted.",
    )
    debt_hours_to = fields.Float(
        string="Not after",
        help="Local hour from which on this person does not want to be contacted. 0: "
        "no such hour.",
    )
    debt_days = fields.Selection(
        [("weekdays", "Monday to Friday"), ("saturdays", "Monday to Saturday")],
        string="Days of Contact",
        help="On which days this person wants to be contacted. Empty: on any that the "
        "contact policies allow.",
    )
    debt_hours_agreed = fields.Boolean(
        string="Agreed in Writing",
        copy=False,
        help="The customer asked for these hours in a document of its own: they "
        "replace those of the policies, also where they are wider. Days without "
        "contact stay.",
    )
    debt_hours_document = fields.Binary(
        string="Document of the Hours", attachment=True, copy=False
    )
    debt_hours_document_name = fields.Char(
        string="Name of the Document of the Hours", copy=False
    )
    debt_hours_document_date = fields.Date(
        string="Date of the Document of the Hours", copy=False
    )
    debt_consent_ids = fields.One2many(
        "debt.contact.consent", "partner_id", string="Consents"
    )

    @api.depends("commercial_partner_id.is_company", "commercial_partner_id.debt_micro")
    def _compute_debt_consumer(self):
        for partner in self:
            company = partner.commercial_partner_id or partner
            partner.debt_consumer = not company.is_company or company.debt_micro

    def _debt_visit_place(self):
        """Return where this contact is visited: a person at home, whoever belongs to a
        company at work."""
        company = self.commercial_partner_id or self
        return "work" if company.is_company else "home"

    def _debt_addresses(self):
        """Return the addresses at which this contact is reached, as they were typed."""
        self.ensure_one()
        return [address for address in (self.email, self.phone) if address]

    @api.constrains("debt_hours_from", "debt_hours_to")
    def _check_debt_hours(self):
        for partner in self:
            start, end = partner.debt_hours_from or 0, partner.debt_hours_to or 24
            if not 0 <= start < end <= 24:
                raise ValidationError(
                    self.env._("Hours of contact begin and end on the same day.")
                )

    @api.constrains("debt_hours_agreed", "debt_hours_document_date")
    def _check_debt_hours_agreed(self):
        for partner in self:
            if partner.debt_hours_agreed and not (
                partner.debt_hours_document and partner.debt_hours_document_date
            ):
                raise ValidationError(
                    self.env._("Hours that were agreed need the document and its date.")
                )

    @api.constrains("debt_policy_off", "debt_policy_off_reason")
    def _check_debt_policy_off(self):
        for partner in self:
            if partner.debt_policy_off and not partner.debt_policy_off_reason:
                raise ValidationError(
                    self.env._("Say why the rules of consumers do not hold.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_debt_policy_right(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_debt_policy_right([vals])
        return super().write(vals)

    def _check_debt_policy_right(self, vals_list):
        """Refuse to let anybody but managers take consumer rules away."""
        if (
            any(vals.get(name) for vals in vals_list for name in OFF)
            and not self.env.su
            and not self.env.user.has_group("debt_collection.group_debt_manager")
        ):
            raise AccessError(
                self.env._("Only managers decide that consumer rules do not hold.")
            )
