from odoo import api, fields, models


class DebtStage(models.Model):
    _inherit = "debt.stage"

    no_whatsapp = fields.Boolean(
        string="No Reminders by WhatsApp",
        help="What comes before a lawyer is written by e-mail or letter: steps through "
        "WhatsApp go through their next channel.",
    )

    def _forbids_whatsapp(self):
        """Return whether customers in this stage get no reminders by WhatsApp."""
        return any(stage.no_whatsapp or stage.stop_contact for stage in self)

    @api.model
    def _whatsapp_defaults(self):
        """Mark the shipped stages that come before a lawyer, once, when installed."""
        for name in ("prelegal", "legal"):
            stage = self.env.ref(
                f"debt_collection.debt_stage_{name}", raise_if_not_found=False
            )
            if stage:
                stage.no_whatsapp = True
