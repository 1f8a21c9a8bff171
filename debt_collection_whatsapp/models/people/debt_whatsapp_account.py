from odoo import models

from ...tools.graph_client import GraphTrouble


class DebtWhatsappAccount(models.Model):
    _inherit = "debt.whatsapp.account"

    def _forget_contact(self, bsuid):
        """Let Meta forget somebody in the contact book that it keeps for a number.

        Where it does not, a manager has a task: nothing else would tell.

        :param str bsuid: by which Meta knows them
        """
        self.ensure_one()
        account = self.sudo()  # sudo: its token, to use it
        try:
            account._client().call(
                "DELETE",
                f"{account.phone_number_id}/contact_book",
                params={"messaging_product": "whatsapp", "bsuid": bsuid},
            )
        except GraphTrouble as trouble:
            account.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Delete somebody from the contact book at Meta"),
                note=self.env._(
                    "A customer was anonymised. Meta did not delete %(person)s from "
                    "the contact book of the number: %(error)s",
                    person=bsuid,
                    error=str(trouble),
                ),
                user_id=account._manager().id or self.env.uid,
            )
