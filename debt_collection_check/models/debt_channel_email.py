from odoo import models


class DebtChannelEmail(models.AbstractModel):
    _inherit = "debt.channel.email"

    def _template(self, action):
        if action.purpose == "cheque_bounced":
            return self.env.ref("debt_collection_check.mail_template_cheque_bounced")
        return super()._template(action)
