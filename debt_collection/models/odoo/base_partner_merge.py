from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Merge the cases first: evidence never disappears with a contact."""
        self.env["debt.case"].sudo()._merge_debtors(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Keep the economic group, also where the user may not maintain groups."""
        # sudo: which group that is was decided by whoever maintains them
        target = dst_partner.sudo()
        if not target.debt_group_id:
            target.debt_group_id = src_partners.sudo().debt_group_id[:1]
        return super()._update_values(src_partners, dst_partner)

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        if dst_partner:
            dst_partner._debt_mark()
        return result
