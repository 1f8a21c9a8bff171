from odoo import api, fields, models
from odoo.tools import plaintext2html


class DebtPortalAnswer(models.TransientModel):
    """An answer to the customer: on their page, and by e-mail with the link to it."""

    _name = "debt.portal.answer"
    _description = "Answer on the Customer's Page"

    case_id = fields.Many2one("debt.case", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="case_id.partner_id")
    asked = fields.Text(
        compute="_compute_asked",
        string="They Wrote",
        help="The last message of the customer on their page.",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="To",
        required=True,
        compute="_compute_contact_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('id', 'child_of', partner_id)]",
        help="Gets an e-mail with the answer and the link to the page.",
    )
    body = fields.Text(string="Answer", required=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    @api.depends("case_id")
    def _compute_asked(self):
        for wizard in self:
            wizard.asked = wizard._last().note

    @api.depends("case_id")
    def _compute_contact_id(self):
        for wizard in self:
            # sudo: agents need no right on contacts to answer them
            payer = wizard.case_id.sudo().partner_id._debt_payer()
            wizard.contact_id = wizard._last().partner_id or payer

    def _last(self):
        """Return what the customer wrote last, as an action with superuser rights."""
        actions = self.env["debt.action"].sudo()  # sudo: what the case may show
        return actions.search(self.case_id._portal_written(), order="id desc", limit=1)

    def action_send(self):
        """Send the answer; nobody waits for one any more."""
        self.ensure_one()
        case = self.case_id
        # sudo: in whose language, and agents need no right on contacts
        lang = self.contact_id.sudo().lang or self.env.lang
        company = case.company_id.sudo().name
        # only files that were added here, since they become those of the case
        files = self.attachment_ids.filtered(
            lambda file: (
                file.res_model == self._name and file.create_uid == self.env.user
            )
        )
        # sudo: whoever may answer on a case may add a file to it
        files.sudo().write({"res_model": case._name, "res_id": case.id})
        case.with_context(lang=lang).message_post(
            body=plaintext2html(self.body),
            subject=case.with_context(lang=lang).env._("Our answer: %s", company),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.contact_id.ids,
            attachment_ids=files.ids,
        )
        return {"type": "ir.actions.act_window_close"}
