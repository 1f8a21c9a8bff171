from odoo import fields, models
from odoo.exceptions import UserError


class DebtImportLine(models.Model):
    """What became of a line of an imported file, or what is wrong with it."""

    _name = "debt.import.line"
    _description = "Line of an Import"
    _log_access = False
    _order = "id"
    _rec_name = "message"

    import_id = fields.Many2one(
        "debt.import", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id")
    kind = fields.Selection(
        lambda self: self.env["debt.import"]._kinds(), string="Contents", readonly=True
    )
    sheet = fields.Char(readonly=True)
    row = fields.Integer(string="Line", readonly=True, aggregator=None)
    column = fields.Char(readonly=True)
    customer = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("error", "Error"),
            ("warning", "Remark"),
            ("new", "Will Be Imported"),
            ("same", "Already There"),
            ("done", "Imported"),
        ],
        string="Result",
        readonly=True,
    )
    message = fields.Char(readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", readonly=True, aggregator=None
    )
    before = fields.Json(readonly=True)

    def action_open_record(self):
        """Open the record that the line became."""
        self.ensure_one()
        if not self.res_id or not self.env[self.res_model].browse(self.res_id).exists():
            raise UserError(self.env._("There is no record of this line."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
