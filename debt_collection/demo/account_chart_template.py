from odoo import models


class AccountChartTemplate(models.AbstractModel):
    """Core's door for demo data in the books: open for the demo company only."""

    _inherit = "account.chart.template"

    def _get_demo_data(self, company=False):
        if self._debt_is_demo(company):
            return {}  # none of core's examples; the story makes its own
        return super()._get_demo_data(company)

    def _post_load_demo_data(self, company=False):
        if not self._debt_is_demo(company):
            return super()._post_load_demo_data(company)
        # not at the top: nothing of the story is loaded where there is no demo data
        from .story import Story

        Story(company).tell()
        return None

    def _debt_is_demo(self, company):
        demo = self.env.ref(
            "debt_collection.res_company_andes_demo", raise_if_not_found=False
        )
        return bool(demo) and demo == company
