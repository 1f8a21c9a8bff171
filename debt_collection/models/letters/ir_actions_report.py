from odoo import models


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def get_paperformat(self):
        """Letters are printed on the company's paper, with margins for windows."""
        if self.report_name == "debt_collection.debt_letters":
            paper = self.env.company.paperformat_id.format
            name = "letter" if paper in ("Letter", "Legal") else "a4"
            return self.env.ref(f"debt_collection.paperformat_debt_letter_{name}")
        return super().get_paperformat()
