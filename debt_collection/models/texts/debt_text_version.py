from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtTextVersion(models.Model):
    """A text as it was, in one language: kept before and after each change."""

    _name = "debt.text.version"
    _description = "Version of a Text"
    _order = "id desc"

    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference("Text of", model_field="res_model", required=True)
    name = fields.Char(required=True)
    lang = fields.Char(string="Language", required=True)
    subject = fields.Char()
    body = fields.Text(string="Text")
    number = fields.Integer(string="Version", required=True)

    _res_idx = models.Index("(res_model, res_id, lang)")

    @api.depends("name", "lang", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(name)s (%(lang)s), version %(number)s",
                name=version.name,
                lang=version.lang,
                number=version.number,
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The versions of a text are evidence and stay."))

    def write(self, vals):
        """Refuse to change what a text was."""
        if self:
            raise UserError(self.env._("The versions of a text are evidence and stay."))
        return super().write(vals)
