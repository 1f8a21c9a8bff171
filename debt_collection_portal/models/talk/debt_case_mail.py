from odoo import models


class DebtCase(models.Model):
    _inherit = "debt.case"

    def _portal_button(self, groups, page):
        """Add to the groups of a notification the people of the customer.

        :param groups: of ``_notify_get_recipients_groups``
        :param page: the page that their button opens
        """
        case = self.sudo()  # sudo: who belongs to the customer, whoever writes
        family = set(case._portal_family().ids)
        access = {
            "url": case._portal_link(page),
            "title": self.env._("Read and Answer"),
        }
        own = {"active": True, "has_button_access": True, "button_access": access}
        return [("debt_customer", lambda pdata: pdata["id"] in family, own), *groups]

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        return self._portal_button(groups, "messages") if self else groups


class DebtDispute(models.Model):
    _inherit = "debt.dispute"

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        # sudo: whoever answers the dispute may not read the case
        case = self.sudo().case_id
        return case._portal_button(groups, "disputes") if case else groups
