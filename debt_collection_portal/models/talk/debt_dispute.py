from odoo import models

from odoo.addons.debt_collection.models.agreements.debt_cover_desk_mixin import SOURCES


class DebtDispute(models.Model):
    _inherit = "debt.dispute"

    def _portal_add(self, visit, text, files=()):
        """Add what the customer says later; who answers the dispute is told.

        :param visit: the ``Visit``
        :param text: what they wrote, checked already
        :param files: [(name, content, media type)], checked already
        :return: the ``mail.message``
        """
        self.ensure_one()
        self.case_id._portal_said(visit, "dispute", text)
        # text is escaped by Odoo, as it is no Markup
        return self.message_post(
            author_id=visit.person.id,
            body=text or self.env._("Files of the customer"),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.owner_id.partner_id.ids,
            attachments=[(name, content) for name, content, _media in files],
        )

    def _portal_words(self):
        """Return what the customer wrote when opening it, empty where others did."""
        self.ensure_one()
        ours = {source for source, _name in SOURCES}
        return "" if self.source in ours else self.description or ""

    def _portal_credit_notes(self):
        """Return the credit notes that were reconciled with it since it was opened."""
        self.ensure_one()
        partials = self.item_ids.move_line_id.matched_credit_ids
        moves = partials.credit_move_id.move_id.filtered(
            lambda move: (
                move.move_type == "out_refund"
                and move.state == "posted"
                and move.date >= self.opened_date
            )
        )
        return moves.sorted("id")
