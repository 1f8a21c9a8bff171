from markupsafe import Markup

from odoo import fields, models


class DebtTextPreviewWizard(models.TransientModel):
    _inherit = "debt.text.preview.wizard"

    debt_whatsapp_text_id = fields.Many2one(
        "debt.whatsapp.text", string="WhatsApp Text"
    )

    def _text(self):
        return self.debt_whatsapp_text_id or super()._text()

    def _page(self, text):
        """Draw the phone in each language, with what is wrong with the message."""
        if text._name != "debt.whatsapp.text":
            return super()._page(text)
        names = dict(self.env["res.lang"].get_installed())
        columns = [
            self._column(text.with_context(lang=lang), lang, names[lang], meta)
            for lang, meta in text._langs().items()
        ]
        return Markup("<div class='row flex-wrap'>%s</div>") % Markup().join(columns)

    def _column(self, text, lang, name, meta):
        action = self._sample().with_context(lang=lang)
        submit = self.env["debt.whatsapp.submit.line"]
        return Markup(
            "<div class='col m-1' style='min-width:280px'>"
            "<div class='text-muted'>%s (%s)</div>%s%s</div>"
        ) % (
            name,
            meta,
            submit._badges(text._lint(meta)),
            self.env["debt.whatsapp.bubble"]._draw(text._read(action)),
        )

    def _placeholders_table(self, text):
        """Return what each variable may say, and how it reads here."""
        if text._name != "debt.whatsapp.text":
            return super()._placeholders_table(text)
        source = self.env["debt.whatsapp.source"]
        action = self._sample() if self.case_id else None
        return Markup("<table class='table table-sm'>%s</table>") % Markup().join(
            Markup("<tr><td>%s</td><td>%s</td></tr>")
            % (
                words,
                source._value(name, action)
                if action is not None and source._kind(name) != "given"
                else "",
            )
            for name, words in source._selection()
        )
