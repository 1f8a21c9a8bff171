from odoo import api, models


class DebtTextVersionMixin(models.AbstractModel):
    """Keeps each version of a text, so that evidence points to what was sent."""

    _name = "debt.text.version.mixin"
    _description = "Versions of a Text"
    #: The fields that make the text.
    _text_fields = ("body",)

    def write(self, vals):
        return self._keep_versions(
            vals.keys(), lambda: super(DebtTextVersionMixin, self).write(vals)
        )

    def update_field_translations(self, field_name, translations, source_lang=""):
        """Keep the versions also where the dialog of translations is used."""
        return self._keep_versions(
            (field_name,),
            lambda: super(DebtTextVersionMixin, self).update_field_translations(
                field_name, translations, source_lang
            ),
        )

    def _keep_versions(self, names, change):
        """Call ``change`` and keep what the texts were before and are after it."""
        if not (set(self._text_fields).intersection(names) and self._is_versioned()):
            return change()
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        for lang in langs:
            self._text_versions(lang)
        result = change()
        for lang in langs:
            self._text_versions(lang)
        return result

    def _is_versioned(self):
        """Return those whose versions are kept."""
        return self

    def _text_versions(self, lang):
        """Return {text: its version of now in a language}, kept where it is new.

        A change that came with an update of the addon is kept when it is first used.
        """
        # sudo: only the product writes versions
        Version = self.env["debt.text.version"].sudo()
        texts = self._is_versioned()
        last = {}
        for version in Version.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", texts.ids),
                ("lang", "=", lang),
            ],
            order="number",
        ):
            last[version.res_id] = version
        result = {}
        for text in texts.with_context(lang=lang):
            known = last.get(text.id, Version)
            now = text._text_now()
            if not known or any(known[name] != value for name, value in now.items()):
                known = Version.create(
                    {
                        "res_model": self._name,
                        "res_id": text.id,
                        "name": text.name,
                        "lang": lang,
                        "number": known.number + 1,
                        **now,
                    }
                )
            result[text.id] = known
        return result

    @api.model
    def _text_channel(self):
        """Return through which channel the text leaves, for its length."""
        return "whatsapp"

    def _text_now(self):
        """Return the text in the language of the context: subject and body."""
        self.ensure_one()
        return {"subject": False, "body": self.body or False}

    def action_text_versions(self):
        """Open the versions of the text."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_text_version_action"
        )
        return {
            **action,
            "domain": [("res_model", "=", self._name), ("res_id", "in", self.ids)],
        }

    def action_text_preview(self):
        """Show the text for a case, in each language, with what is wrong with it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview and Check"),
            "res_model": "debt.text.preview.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{self._table}_id": self.id},
        }
