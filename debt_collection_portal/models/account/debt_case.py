from odoo import models


class DebtCase(models.Model):
    _inherit = "debt.case"

    def _portal_items(self):
        """Return what is open of the account, as the books have it now.

        With superuser rights; by currency and due date, credits too.

        :return: ``debt.item`` records
        """
        self.ensure_one()
        case = self.sudo()  # sudo: the customer's own documents
        case.env["debt.mark"]._catch_up(case)
        return case.item_ids.filtered(lambda item: item.state == "open").sorted(
            lambda item: (item.currency_id.name, item.date_due, item.id)
        )
