from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DebtWhatsappApp(models.Model):
    _inherit = "debt.whatsapp.app"

    event_days = fields.Integer(
        string="Keep Events for",
        default=30,
        help="Days after which what Meta told is deleted. The messages stay.",
    )
    event_ids = fields.One2many("debt.whatsapp.event", "app_id")

    @api.model
    def _of_inboxes(self):
        """Return the apps of which anything was told, also those that are archived."""
        return self.with_context(active_test=False).search([("event_ids", "!=", False)])

    @api.constrains("event_days")
    def _check_event_days(self):
        for app in self:
            if app.event_days < 1:
                raise ValidationError(
                    self.env._("What Meta tells is kept for at least one day.")
                )
