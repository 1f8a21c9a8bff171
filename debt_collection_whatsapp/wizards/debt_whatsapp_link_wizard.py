from odoo import api, fields, models


class DebtWhatsappLinkWizard(models.TransientModel):
    """Say which customer somebody on WhatsApp speaks for, or that they do not."""

    _name = "debt.whatsapp.link.wizard"
    _description = "Customer of a Person on WhatsApp"

    conversation_id = fields.Many2one(
        "debt.whatsapp.conversation", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="conversation_id.company_id")
    person = fields.Char(related="conversation_id.person")
    phone = fields.Char(related="conversation_id.phone")
    candidate_ids = fields.Many2many(
        "res.partner", string="Candidates", compute="_compute_candidates"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('debt_case_ids.company_id', '=', company_id)]",
        help="Those whose number this is come first.",
    )
    note = fields.Text(string="What Is Known")
    user_id = fields.Many2one(
        "res.users",
        string="Who Finds Out",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )

    @api.depends("conversation_id")
    def _compute_candidates(self):
        for wizard in self:
            found = wizard.conversation_id
            wizard.candidate_ids = found and found._candidates()

    @api.depends("conversation_id")
    def _compute_partner(self):
        for wizard in self:
            found = wizard.conversation_id
            candidates = found and found._candidates()
            wizard.partner_id = found.case_id.partner_id or (
                candidates if len(candidates) == 1 else False
            )

    def action_link(self):
        """This is the customer."""
        self._checked()._link_customer(self.partner_id)
        return {"type": "ir.actions.act_window_close"}

    def action_wrong_person(self):
        """This is not the customer, nor does it speak for them."""
        self._checked()._wrong_person(self.partner_id)
        return {"type": "ir.actions.act_window_close"}

    def action_find_out(self):
        """Nobody knows yet: somebody finds out."""
        self._checked()._find_out(self.user_id, self.note or "")
        return {"type": "ir.actions.act_window_close"}

    def _checked(self):
        self.ensure_one()
        self.conversation_id._check_may_work()
        return self.conversation_id
