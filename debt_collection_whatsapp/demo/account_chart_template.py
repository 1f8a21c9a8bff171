from odoo import models


class AccountChartTemplate(models.AbstractModel):
    """The door for demo data."""

    _inherit = "account.chart.template"

    def _debt_demo_whatsapp_desk(self, company):
        # not at the top: nothing of it is loaded where there is no demo data
        from .desk import Desk

        Desk(company).tell()
