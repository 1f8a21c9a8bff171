from lxml import html
from markupsafe import Markup

from odoo import models


class DebtActionCopyMixin(models.AbstractModel):
    """Salespeople are told what their customers were written."""

    _name = "debt.action.copy.mixin"
    _description = "Copies of Collection Messages"

    def _copy_to_salespeople(self):
        """Tell the salespeople what was written, where step or campaign say so.

        A message of its own, not a copy: whoever answers to all would else write to the
        customer, and the links to pay and to stop messages are the customer's alone.

        :return: the users who were told
        """
        self.ensure_one()
        users = self.env["res.users"]
        if self.is_test or not self._encloses().copy_salesperson:
            return users
        users = self._salespeople()
        # without an address Odoo would send nothing
        authors = self.user_id.partner_id | self.company_id.partner_id
        author = authors.filtered("email")[:1] or authors[:1]
        for lang, group in users.grouped("lang").items():
            action = self.with_context(lang=lang or self.env.lang)
            intro = action.env._(
                "This was written to %(customer)s (%(address)s):",
                customer=action.debtor_id.name,
                address=action.address,
            )
            action.case_id.message_notify(
                partner_ids=group.partner_id.ids,
                author_id=author.id,
                subject=action.env._("Copy: %s", action.subject or action.name),
                body=Markup("<p>%s</p>%s") % (intro, action._without_links()),
                force_send=False,
            )
        return users

    def _salespeople(self):
        """Return the salespeople of the customer and of the documents listed."""
        debtor = self.debtor_id
        users = (
            debtor.user_id
            | debtor.commercial_partner_id.user_id
            | self.item_ids.move_id.invoice_user_id
        )
        return users.filtered(
            lambda user: (
                user != self.user_id
                and not user.share
                and self.company_id in user.company_ids
            )
        )

    def _without_links(self):
        """Return the text that was sent, without the links of the customer."""
        body = html.fragment_fromstring(
            str(self.mail_message_id.body or ""), create_parent="div"
        )
        for link in list(body.iter("a")):
            if "/debt/" in (link.get("href") or ""):
                link.drop_tree()
        return Markup(html.tostring(body, encoding="unicode"))
