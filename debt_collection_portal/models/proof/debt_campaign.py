from odoo import api, fields, models

from .debt_strategy import NAMES


class DebtCampaign(models.Model):
    _inherit = "debt.campaign"

    link_warning = fields.Text(compute="_compute_link_warning")

    @api.depends("state", "track", "company_id", "mail_template_id")
    @api.depends_context("lang")
    def _compute_link_warning(self):
        for campaign in self:
            # sudo: which fields the text uses
            text = campaign.mail_template_id.sudo()
            leads = campaign.track == "message" and (
                campaign.channel != "email" or bool(NAMES & text._text_names())
            )
            campaign.link_warning = (
                campaign.state == "draft"
                and leads
                and self.env["debt.finding"]._link_warning(campaign.company_id)
            )
