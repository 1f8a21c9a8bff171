from odoo import api, models


class DebtCase(models.Model):
    _inherit = "debt.case"

    @api.model
    def _merge_debtors(self, sources, target):
        """Links go with their customers; two may become one."""
        result = super()._merge_debtors(sources, target)
        # sudo: links of every company
        links = self.env["debt.whatsapp.identity.link"].sudo()
        for link in links.search([("partner_id", "in", sources.ids)]):
            same = links.search(
                [
                    ("identity_id", "=", link.identity_id.id),
                    ("company_id", "=", link.company_id.id),
                    ("partner_id", "=", target.id),
                ]
            )
            if same and same._rank() >= link._rank():
                link.unlink()
                continue
            same.unlink()
            link.partner_id = target
        return result
