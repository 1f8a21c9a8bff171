from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class DebtWhatsappAcknowledgeWizard(models.TransientModel):
    _name = "debt.whatsapp.acknowledge.wizard"
    _description = "Acknowledge the Policy of WhatsApp"

    account_id = fields.Many2one(
        "debt.whatsapp.account", string="WhatsApp Number", required=True
    )
    text = fields.Text(compute="_compute_text")
    url = fields.Char(string="Whole Text", compute="_compute_text")
    role = fields.Selection(
        [
            ("own_receivables", "We collect our own invoices from our own customers"),
            ("third_party", "We collect for others, or debts that we bought"),
        ],
        string="Whose Receivables",
    )
    has_read = fields.Boolean(string="I have read it, and answer for what I say here")

    @api.depends("account_id")
    @api.depends_context("lang")
    def _compute_text(self):
        policy = self.env["debt.whatsapp.policy"]._current()
        for wizard in self:
            wizard.url = policy.url
            wizard.text = policy and self.env._(
                "%(name)s, text of %(date)s:\n\n%(text)s\n\nMeta publishes no "
                "exception for whoever collects their own invoices, though it offers "
                "approved templates of notices of overdue payments. To remind one's "
                "own customers of one's own invoices is commonly held to be a service "
                "to the account; to collect for others, or debts that were bought, is "
                "what the sentence forbids. Meta has approved neither this program "
                "nor its use.",
                name=policy.name,
                date=format_date(self.env, policy.date),
                text=policy.text,
            )

    def action_confirm(self):
        """Note who read what, when, and whose receivables are collected.

        :raise UserError: where the question was not answered
        """
        self.ensure_one()
        if not self.role or not self.has_read:
            raise UserError(
                self.env._("Say whose receivables you collect, and that you read it.")
            )
        account = self.account_id
        account._acknowledge(self.role, self.text, fields.Datetime.now())
        account.message_post(
            body=self.env._(
                "Read the policy of WhatsApp: %(role)s",
                role=account.acknowledgement_ids[:1].display_name,
            )
        )
        return {"type": "ir.actions.act_window_close"}
