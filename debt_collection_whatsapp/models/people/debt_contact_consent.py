from odoo import api, models

from odoo.addons.debt_collection.fields import LooseMany2one

#: How an address begins that is no number: the identifier of somebody on WhatsApp.
PREFIX = "wa:"


class DebtContactConsent(models.Model):
    _inherit = "debt.contact.consent"

    whatsapp_identity_id = LooseMany2one(
        "debt.whatsapp.identity", string="Person on WhatsApp", readonly=True
    )

    @api.model
    def _normalize(self, address, country=None):
        if (address or "").startswith(PREFIX):
            return address
        return super()._normalize(address, country)

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create(vals_list)
        # sudo: who agreed to be written to at a number, whoever recorded it
        given = consents.sudo().filtered(
            lambda c: (
                c.state == "given"
                and c.address
                and c.channel in ("whatsapp", "any")
                and c.purpose == "collection"
            )
        )
        if given:
            digits = [f"+{c.address}" for c in given if c.address.isdigit()]
            bsuids = [c.address.removeprefix(PREFIX) for c in given]
            identities = (
                self.env["debt.whatsapp.identity"]
                .sudo()
                .search(["|", ("phone", "in", digits), ("bsuid", "in", bsuids)])
            )
            identities.link_ids._confirm_by_consent()
        return consents
