from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError


class DebtStrategyStep(models.Model):
    _inherit = "debt.strategy.step"

    whatsapp_text_id = fields.Many2one(
        "debt.whatsapp.text",
        string="WhatsApp Text",
        ondelete="restrict",
        help="Empty: the standard one, before the due date, on it or after it.",
    )
    whatsapp_preview = fields.Html(compute="_compute_whatsapp_preview", sanitize=False)

    @api.depends("whatsapp_text_id", "channel", "days", "fallback_ids.channel")
    @api.depends_context("lang", "company")
    def _compute_whatsapp_preview(self):
        for step in self:
            step.whatsapp_preview = (
                step.channel == "whatsapp" and step._whatsapp_text().preview
            )

    def _whatsapp_text(self):
        """Return what the step says on WhatsApp: its own message, or the usual one."""
        self.ensure_one()
        texts = self.env["debt.whatsapp.text"]
        company = self.strategy_id.company_id or self.env.company
        return self.whatsapp_text_id or texts._standard(
            texts._purpose_of_days(self.days), company
        )

    def action_whatsapp_preview(self):
        """Show what the step says, for a customer, in each language."""
        self.ensure_one()
        return self._whatsapp_text().action_text_preview()

    @api.constrains("channel", "fallback_ids", "legal_notice", "stage_id")
    def _check_whatsapp(self):
        """What comes before a lawyer never goes through WhatsApp: Meta's policy."""
        for step in self:
            channels = [step.channel, *step.fallback_ids.mapped("channel")]
            legal = step.legal_notice or step.stage_id._forbids_whatsapp()
            if legal and "whatsapp" in channels:
                raise ValidationError(
                    self.env._(
                        "%(step)s announces legal steps: it cannot go through "
                        "WhatsApp. Choose e-mail or a letter.",
                        step=step.display_name,
                    )
                )

    def _whatsapp_first(self):
        """Let steps go through WhatsApp; their channel until now is the next one.

        E-mail comes before SMS, since it says more.

        :raise UserError: a step is in use, see ``write``
        """
        for step in self:
            others = [
                {
                    "channel": line.channel,
                    "after_days": line.after_days,
                    "mail_template_id": line.mail_template_id.id,
                    "text_template_id": line.text_template_id.id,
                }
                for line in step.fallback_ids
                if line.channel != "whatsapp"
            ]
            own = {
                "channel": step.channel,
                "mail_template_id": step.mail_template_id.id,
                "text_template_id": step.text_template_id.id,
            }
            # a stable order: what it was among the others stays
            channels = sorted(
                [own, *others], key=lambda line: line["channel"] != "email"
            )
            step.write(
                {
                    "channel": "whatsapp",
                    "fallback_ids": [
                        Command.clear(),
                        *(
                            Command.create({**line, "sequence": 10 * number})
                            for number, line in enumerate(channels, 1)
                        ),
                    ],
                }
            )
