from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_wait_days = fields.Integer(related="company_id.debt_wait_days", readonly=False)
    debt_courteous = fields.Boolean(
        string="Courteous Hours",
        help="Automatic messages leave from Monday to Friday, 9:00 to 18:00 of the "
        "customer's time, not on holidays, and not from 24 December to 1 January. "
        "For every company of this database.",
    )

    @api.model
    def _debt_courteous_policy(self):
        """Return the policy that is shipped, in the archive or not."""
        policy = self.env.ref(
            "debt_collection.debt_contact_policy_courteous", raise_if_not_found=False
        )
        return policy or self.env["debt.contact.policy"]

    @api.model
    def get_values(self):
        values = super().get_values()
        # sudo: what the settings say, for whoever may read them
        values["debt_courteous"] = self._debt_courteous_policy().sudo().active
        return values

    def set_values(self):
        result = super().set_values()
        policy = self._debt_courteous_policy()
        # sudo: whoever may change the settings; only where it differs
        if policy and policy.sudo().active != self.debt_courteous:
            policy.sudo().active = self.debt_courteous
        return result
