from odoo import api, models

from ...logic.matching import key


class DebtNoticeAgainMixin(models.AbstractModel):
    """The same payment reported again: on the page, in a chat, by e-mail."""

    _name = "debt.notice.again.mixin"
    _description = "Payments Reported Again"

    @api.model
    def _with_receipt(self, company, contents):
        """Return the notices of a company that have the same receipt.

        Of any customer, with superuser rights: of somebody else's nothing may be told.
        Odoo's checksum finds them; the content is compared.

        :param company: to whom the payment was made
        :param contents: the bytes of each file
        """
        # sudo: a receipt of any customer of the company
        notices, files = self.sudo(), self.env["ir.attachment"].sudo()
        known = files.search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "receipt"),
                ("checksum", "in", [files._compute_checksum(c) for c in contents]),
            ]
        )
        same = known.filtered(lambda file: file.raw in contents)
        return (
            notices.browse(same.mapped("res_id"))
            .exists()
            .filtered(lambda notice: notice.company_id == company)
        )

    @api.model
    def _with_reference(self, case, reference):
        """Return the notices of a case with the same number of the transfer.

        Those that were rejected do not count: the payment may be reported again.
        """
        wanted = key(reference)
        if not wanted:
            return self.browse()
        return case.notice_ids.filtered(
            lambda n: n.state != "rejected" and key(n.reference) == wanted
        )
