from odoo import api, fields, models


class DebtPromise(models.Model):
    _inherit = "debt.promise"

    source = fields.Selection(
        selection_add=[("voice", "Automatic Call")], ondelete={"voice": "set default"}
    )

    @api.model
    def _self_service_sources(self):
        return (*super()._self_service_sources(), "voice")
