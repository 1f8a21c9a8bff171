from odoo import models

TEMPLATES = {
    "autopay_notice": "debt_collection_portal.mail_template_autopay_notice",
    "autopay_refused": "debt_collection_portal.mail_template_autopay_refused",
    "autopay_done": "debt_collection_portal.mail_template_autopay_done",
}


class DebtChannelEmail(models.AbstractModel):
    _inherit = "debt.channel.email"

    def _template(self, action):
        if name := TEMPLATES.get(action.purpose):
            return self.env.ref(name)
        return super()._template(action)
