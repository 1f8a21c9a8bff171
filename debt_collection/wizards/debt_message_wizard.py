from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtMessageWizard(models.TransientModel):
    """Fill in a text that a person sends by hand: through WhatsApp, or copied.

    It works on the first day, without any account of a provider.
    """

    _name = "debt.message.wizard"
    _description = "Write by Hand"
    _inherit = ["debt.contact.check.mixin"]

    case_id = fields.Many2one("debt.case", required=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    contact_id = fields.Many2one(
        "res.partner",
        string="To",
        required=True,
        compute="_compute_contact",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('id', 'child_of', partner_id)]",
    )
    phone = fields.Char(compute="_compute_phone")
    whatsapp = fields.Char(compute="_compute_phone")
    template_id = fields.Many2one(
        "debt.text.template",
        string="Text",
        required=True,
        domain="[('company_id', 'in', (company_id, False))]",
        default=lambda self: self.env["debt.text.template"].search(
            [("company_id", "in", (self.env.company.id, False))], limit=1
        ),
    )
    company_id = fields.Many2one(related="case_id.company_id")
    body = fields.Text(
        string="Message",
        required=True,
        compute="_compute_body",
        store=True,
        precompute=True,
        readonly=False,
    )

    @api.depends("case_id")
    def _compute_contact(self):
        for wizard in self:
            # sudo: agents need no right on contacts to write to them
            debtor = wizard.case_id.partner_id.sudo()
            wizard.contact_id = debtor._debt_payer()

    @api.depends("contact_id")
    def _compute_phone(self):
        for wizard in self:
            contact = wizard.contact_id.sudo()  # sudo: see ``_compute_contact``
            wizard.phone = contact.phone
            wizard.whatsapp = contact._debt_whatsapp(wizard.company_id)

    @api.depends("template_id", "contact_id")
    def _compute_body(self):
        for wizard in self:
            if not wizard.template_id or not wizard.case_id:
                continue
            case = wizard.case_id
            items = case.item_ids.filtered(lambda item: item.amount_chaseable > 0)
            overdue = items.filtered(lambda item: item.days_past_due > 0) or items
            # sudo: texts read the books and the contacts
            Action = self.env["debt.action"].sudo()
            action = Action.new(
                {
                    "case_id": case.id,
                    "company_id": case.company_id.id,
                    "debtor_id": case.partner_id.id,
                    "partner_id": wizard.contact_id.id,
                    "user_id": self.env.user.id,
                    "contact_day": case.company_id._debt_today(),
                    "item_refs": overdue.ids,
                }
            )
            lang = self.env["debt.channel.email"]._lang(action)
            wizard.body = wizard.template_id.with_context(lang=lang)._fill(
                action.with_context(lang=lang)
            )

    def action_whatsapp(self):
        """Open WhatsApp with the text, and log the contact."""
        self.ensure_one()
        if not self.whatsapp:
            raise UserError(
                self.env._(
                    "%(name)s has no phone number that WhatsApp knows. Complete it "
                    "with its country, or copy the text.",
                    name=self.contact_id.display_name,
                )
            )
        self._log("whatsapp")
        return {
            "type": "ir.actions.act_url",
            "url": f"https://wa.me/{self.whatsapp}?text={quote(self.body)}",
            "target": "new",
            "close": True,
        }

    def action_copied(self):
        """Log that the text was copied and sent by other means."""
        self.ensure_one()
        self._log("other")
        return {"type": "ir.actions.act_window_close"}

    def _log(self, channel):
        return self.env["debt.action"]._log(
            self.case_id,
            channel=channel,
            partner_id=self.contact_id.id,
            note=self.body,
            override_reason=self.override_reason,
            ahead=True,
        )
