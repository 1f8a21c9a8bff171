import re

from odoo import api, models
from odoo.tools import html2plaintext

#: A field of the action, or what it leads to.
FIELD = re.compile(r"\bobject\.([a-z_]+(?:\.[a-z_]+)*)\b(?!\()")


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["mail.template", "debt.text.version.mixin"]

    _text_fields = ("body_html", "subject")

    def _is_versioned(self):
        return self.filtered(lambda template: template.model == "debt.action")

    @api.model
    def _text_channel(self):
        return "email"

    def _text_now(self):
        self.ensure_one()
        body = self.body_html
        return {"subject": self.subject or False, "body": str(body) if body else False}

    def _text_names(self):
        return set(FIELD.findall(f"{self.subject or ''} {self.body_html or ''}"))

    def _text_known(self):
        """Return those of the fields that the text uses which there are."""
        known = set()
        for path in self._text_names():
            model = self.env["debt.action"]
            for name in path.split("."):
                field = model._fields.get(name) if model is not None else None
                if field is None:
                    break
                model = self.env[field.comodel_name] if field.comodel_name else None
            else:
                known.add(path)
        return known

    def _text_filled(self, action):
        channel = self.env["debt.channel.email"]
        # sudo: templates read the books and the contacts
        template, action = self.sudo(), action.sudo()
        subject, body = channel._render_texts(template, action)[action]
        return subject, html2plaintext(body).strip()
