from odoo import models

from ...fields import LooseMany2one


class DebtAction(models.Model):
    _inherit = "debt.action"

    text_version_id = LooseMany2one(
        "debt.text.version",
        string="Version of the Text",
        readonly=True,
        help="The template of the message as it was when it was sent.",
    )

    def _remember_why(self, addresses):
        """Remember also which version of which text goes out."""
        result = super()._remember_why(addresses)
        language = self.env["debt.channel.email"]
        for code, actions in self.grouped("channel").items():
            channel = self.env["debt.channel"]._get(code)
            if not hasattr(channel, "_template"):
                continue  # a task has no text
            for (template, lang), group in actions.grouped(
                lambda action, channel=channel: (
                    channel._template(action),
                    language._lang(action),
                )
            ).items():
                version = template.sudo()._text_versions(lang).get(template.id)
                if version:
                    group.text_version_id = version
        return result
