from odoo import models


class AccountChartTemplate(models.AbstractModel):
    """The door for demo data in the books."""

    _inherit = "account.chart.template"

    def _debt_demo_cheques(self, company):
        # not at the top: nothing of it is loaded where there is no demo data
        from .cheques import Cheques

        Cheques(company).tell()
