from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("phone"):
            # a call that had no number can be made now
            self.env["debt.action"]._contact_fixed(self._debt_debtors())
        return result
