from odoo import models


class AccountChartTemplate(models.AbstractModel):
    """The door for demo data."""

    _inherit = "account.chart.template"

    # not at the top: nothing of it is loaded where there is no demo data

    def _debt_demo_whatsapp_numbers(self, company):
        from .numbers import Numbers

        Numbers(company).tell()

    def _debt_demo_whatsapp_templates(self, company):
        from .templates import Templates

        Templates(company).tell()

    def _debt_demo_whatsapp_outbox(self, company):
        from .outbox import Outbox

        Outbox(company).tell()

    def _debt_demo_whatsapp_dialogue(self, company):
        from .dialogue import Dialogue

        Dialogue(company).tell()

    def _debt_demo_whatsapp_inbox(self, company):
        from .inbox import Inbox

        Inbox(company).tell()

    def _debt_demo_whatsapp_desk(self, company):
        from .desk import Desk

        Desk(company).tell()

    def _debt_demo_whatsapp_results(self, company):
        from .results import Results

        Results(company).tell()
