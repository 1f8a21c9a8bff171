from odoo import api, fields, models

from ..logic.template_text import Draft


class DebtMessageWizard(models.TransientModel):
    _inherit = "debt.message.wizard"

    bubble = fields.Html(
        compute="_compute_bubble", sanitize=False, string="On the Phone"
    )

    @api.depends("body")
    def _compute_bubble(self):
        bubble = self.env["debt.whatsapp.bubble"]
        for wizard in self:
            wizard.bubble = wizard.body and bubble._draw(Draft("", wizard.body))
