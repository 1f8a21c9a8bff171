from importlib import import_module

from odoo import SUPERUSER_ID, api, models


class AccountChartTemplate(models.AbstractModel):
    """The door for demo data."""

    _inherit = "account.chart.template"

    def _debt_demo_portal(self, room):
        """Tell the story of a part of the customer's page.

        :param room: name of the module in this folder whose ``tell`` is called with
            the demo company
        """
        context = {"debt_one_transaction": True}
        if "es_419" in dict(self.env["res.lang"].get_installed()):
            context["lang"] = "es_419"
        company = self.env.ref("debt_collection.res_company_andes_demo")
        context["allowed_company_ids"] = company.ids
        env = api.Environment(self.env.cr, SUPERUSER_ID, context)
        # not at the top: nothing of it is loaded where there is no demo data
        import_module(f".{room}", __package__).tell(company.with_env(env))
