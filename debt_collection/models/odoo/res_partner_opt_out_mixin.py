from odoo import api, models
from odoo.tools.mail import email_normalize


class ResPartnerOptOutMixin(models.AbstractModel):
    """What customers do not want any more, by address: asked before each message."""

    _name = "debt.partner.opt.out.mixin"
    _description = "Opt-Outs of Customers"

    @api.model
    def _debt_opt_out(self, address, channel, source):
        """Note that somebody wants no automatic messages at an address.

        The debt stands; so do confirmations of what the customer does.

        :param str address: as it was written to
        :param str channel: code of the channel
        :param str source: where they said so, in words
        :return: whether it is new
        """
        if not (email := email_normalize(address or "", strict=False)):
            return False
        if self._debt_opted_out([email], channel):
            return False
        if "debt.contact.consent" in self.env:
            # sudo: said by the customer, who has no account here
            consents = self.env["debt.contact.consent"].sudo()
            consents._withdraw(email, channel, source)
        else:
            # sudo: as above
            self.env["mail.blacklist"].sudo()._add(email, message=source)
        return True

    @api.model
    def _debt_opted_out(self, addresses, channel):
        """Return those of normalized addresses that want no messages on a channel."""
        # sudo: a list of the system, asked before anything is sent
        blacklist = self.env["mail.blacklist"].sudo()
        return set(blacklist.search([("email", "in", addresses)]).mapped("email"))
