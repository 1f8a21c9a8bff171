from odoo import api, fields, models

SOURCE = ("whatsapp", "WhatsApp")
ON_DELETE = {"whatsapp": "set default"}


class DebtPromise(models.Model):
    _inherit = "debt.promise"

    source = fields.Selection(selection_add=[SOURCE], ondelete=ON_DELETE)

    @api.model
    def _self_service_sources(self):
        return (*super()._self_service_sources(), "whatsapp")


class DebtPaymentNotice(models.Model):
    _inherit = "debt.payment.notice"

    source = fields.Selection(selection_add=[SOURCE], ondelete=ON_DELETE)


class DebtDispute(models.Model):
    _inherit = "debt.dispute"

    source = fields.Selection(selection_add=[SOURCE], ondelete=ON_DELETE)


class DebtPlan(models.Model):
    _inherit = "debt.plan"

    accepted_how = fields.Selection(
        selection_add=[("whatsapp", "On WhatsApp")],
        ondelete={"whatsapp": "set null"},
    )


class DebtDisputeReason(models.Model):
    _inherit = "debt.dispute.reason"

    @api.model
    def _of_code(self, code):
        """Return the reason with a code, else the one for all others.

        Reasons can be archived, and their codes changed: then any one is better than
        to lose what a customer says.
        """
        reasons = self.sudo()  # sudo: reasons are no secret
        for domain in ([("code", "=", code)], [("code", "=", "other")], []):
            if found := reasons.search(domain, limit=1):
                return found
        return reasons
