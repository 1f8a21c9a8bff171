from odoo import api, fields, models


class DebtTextWord(models.Model):
    """A word or a phrase that threatens or offends: no text should have it."""

    _name = "debt.text.word"
    _description = "Word to Avoid"
    _order = "lang, name"

    name = fields.Char(string="Word or Phrase", required=True)
    lang = fields.Char(
        string="Language",
        help="Two letters, such as es. Empty: in every language.",
    )
    note = fields.Char(string="Why", help="Why it is avoided, or what to say instead.")
    active = fields.Boolean(default=True)

    _word_uniq = models.Constraint(
        "UNIQUE(name, lang)", "This word is on the list already."
    )

    @api.model
    def _of_lang(self, lang):
        """Return the words to avoid in a language."""
        words = self.search([("lang", "in", [lang[:2], False, ""])])
        return words.mapped("name")
