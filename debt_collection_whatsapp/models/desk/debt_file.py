from odoo import models


class DebtFile(models.AbstractModel):
    _inherit = "debt.file"

    def _person(self, person, company, cases):
        account = self.env["debt.case"]._whatsapp_account(company)
        # from here instead of the agent's own telephone
        return {**super()._person(person, company, cases), "composer": bool(account)}
