from odoo import models
from odoo.exceptions import UserError


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def action_debt_anonymise(self):
        """Anonymise the customer that was looked up in Debt Collection.

        :raise UserError: where the contacts found are not those of one customer
        """
        self.ensure_one()
        if not self.line_ids:
            self.action_lookup()
        ids = self.line_ids.filtered(lambda line: line.res_model == "res.partner")
        partners = self.env["res.partner"].browse(ids.mapped("res_id")).exists()
        debtors = partners._debt_debtors()
        if len(debtors) != 1:
            raise UserError(
                self.env._(
                    "The contacts found belong to %s customers. Open the one that you "
                    "mean and choose Anonymise there.",
                    len(debtors),
                )
            )
        return self.env["debt.anonymise.wizard"]._open(debtors)
