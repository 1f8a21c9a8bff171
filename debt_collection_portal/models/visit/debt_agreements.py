from odoo import api, fields, models

SOURCE = ("portal", "Customer's Page")
ON_DELETE = {"portal": "set default"}


class DebtPromise(models.Model):
    _inherit = "debt.promise"

    source = fields.Selection(selection_add=[SOURCE], ondelete=ON_DELETE)

    @api.model
    def _self_service_sources(self):
        return (*super()._self_service_sources(), "portal")


class DebtPaymentNotice(models.Model):
    _inherit = "debt.payment.notice"

    source = fields.Selection(selection_add=[SOURCE], ondelete=ON_DELETE)


class DebtDispute(models.Model):
    _inherit = "debt.dispute"

    source = fields.Selection(selection_add=[SOURCE], ondelete=ON_DELETE)


class DebtPlan(models.Model):
    _inherit = "debt.plan"

    source = fields.Selection(selection_add=[SOURCE], ondelete=ON_DELETE)
    accepted_how = fields.Selection(
        selection_add=[("portal", "On the Customer's Page")],
        ondelete={"portal": "set null"},
    )
