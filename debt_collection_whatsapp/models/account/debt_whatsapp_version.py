from odoo import api, fields, models


class DebtWhatsappVersion(models.Model):
    """A version of Meta's API, and the day on which it ends."""

    _name = "debt.whatsapp.version"
    _description = "Version of the WhatsApp API"
    _order = "name desc"

    name = fields.Char(required=True)
    end = fields.Date(help="Meta answers it until then. Empty: not announced.")

    _name_uniq = models.Constraint("UNIQUE(name)", "This version is here already.")

    @api.model
    def _end_of(self, name):
        """Return the day on which a version ends, None where it is not known."""
        return self.search([("name", "=", name)]).end or None
