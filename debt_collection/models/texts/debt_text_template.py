from odoo import models

from ..contact.debt_text_template import PLACEHOLDER


class DebtTextTemplate(models.Model):
    _name = "debt.text.template"
    _inherit = ["debt.text.template", "debt.text.version.mixin"]

    def _text_names(self):
        """Return the placeholders that the text uses in the language of the context."""
        return set(PLACEHOLDER.findall(self.body or ""))

    def _text_known(self):
        return set(self._placeholders())

    def _text_filled(self, action):
        """Return (subject, text) as the customer of an action reads it."""
        return "", self._fill(action)
