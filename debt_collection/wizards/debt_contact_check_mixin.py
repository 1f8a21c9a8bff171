from odoo import api, fields, models


class DebtContactCheckMixin(models.AbstractModel):
    """What the contact policies say to a person who contacts a debtor now."""

    _name = "debt.contact.check.mixin"
    _description = "Contact Policies in Wizards"

    contact_state = fields.Selection(
        [("send", "Allowed"), ("warn", "Warning"), ("stop", "Forbidden")],
        compute="_compute_contact_state",
    )
    contact_words = fields.Text(compute="_compute_contact_state")
    can_override = fields.Boolean(compute="_compute_can_override")
    override_reason = fields.Char(string="Why Now")

    def _contact_channel(self):
        """Return the channel that is about to be used, False for none."""
        self.ensure_one()
        return "whatsapp"

    def _contact_place(self):
        """Return where the debtor is visited, None for where this contact is."""
        return None

    @api.depends("case_id", "contact_id")
    @api.depends_context("uid", "lang")
    def _compute_contact_state(self):
        for wizard in self:
            channel = wizard._contact_channel()
            if not wizard.case_id or not channel:
                wizard.update({"contact_state": False, "contact_words": False})
                continue
            wizard.contact_state, wizard.contact_words = wizard.case_id._contact_now(
                channel, wizard.contact_id._origin, place=wizard._contact_place()
            )

    @api.depends_context("uid")
    def _compute_can_override(self):
        group = "debt_collection.group_debt_contact_override"
        self.can_override = self.env.user.has_group(group)
