from odoo import fields, models
from odoo.exceptions import AccessError


class DebtCaseLinkMixin(models.AbstractModel):
    """The links with which a customer sees the case without a login."""

    _name = "debt.case.link.mixin"
    _description = "Links of a Case"

    link_series = fields.Integer(
        readonly=True, copy=False, help="Rises when the links of the case are revoked."
    )

    def action_revoke_links(self):
        """Make every link of these cases that was given until now lead nowhere.

        For a message that went to the wrong person. Later messages have new links.

        :raise AccessError: for whoever is no agent, or may not read the case
        """
        if not self.env.user.has_group("debt_collection.group_debt_agent"):
            raise AccessError(self.env._("Agents revoke the links of a case."))
        self.check_access("read")
        for case in self.sudo():  # sudo: agents may not read links
            case._revoke_links()
            case._message_log(
                body=self.env._(
                    "The links in messages sent until now were revoked: they no longer "
                    "show the account."
                )
            )

    def _revoke_links(self):
        """Make every link of this case that was given until now lead nowhere."""
        self.ensure_one()
        self.link_series += 1
        self.env["debt.link"].search([("case_id", "=", self.id)]).unlink()
