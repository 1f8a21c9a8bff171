import base64

from odoo import models


class DebtPaymentNotice(models.Model):
    _inherit = "debt.payment.notice"

    def _portal_keep_receipt(self, name, content):
        """Keep what the bank gave the customer; tell colleagues who used it before.

        :param name: name of the file, checked already
        :param bytes content: of a photo or PDF file, checked already
        """
        self.ensure_one()
        others = self._with_receipt(self.company_id, [content]) - self
        self.write({"receipt": base64.b64encode(content), "receipt_name": name})
        if others:
            # the customer is not told of others
            self._message_log(
                body=self.env._(
                    "The same receipt was given for: %(notices)s. Look at it before "
                    "the payment is applied.",
                    notices="; ".join(others.mapped("display_name")),
                )
            )
