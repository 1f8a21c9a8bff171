from odoo import api, fields, models


class DebtAction(models.Model):
    _inherit = "debt.action"

    text_documents = fields.Char(
        compute="_compute_text_documents",
        string="Documents in Short",
        help="Number of the oldest document listed, and how many more there are.",
    )

    @api.depends("item_refs")
    @api.depends_context("lang")
    def _compute_text_documents(self):
        rows = self._text_rows()
        for action in self:
            names = list(dict.fromkeys(row["name"] for row in rows[action]))
            if len(names) > 1:
                action.text_documents = self.env._(
                    "%(document)s and %(count)s more",
                    document=names[0],
                    count=len(names) - 1,
                )
            else:
                action.text_documents = names[0] if names else ""
