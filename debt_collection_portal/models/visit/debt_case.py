from markupsafe import Markup

from odoo import models


class DebtCase(models.Model):
    _inherit = "debt.case"

    def action_customer_page(self):
        """Open the account as the customer sees it; nothing can be changed there."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/my/debts/{self.id}",
            "target": "new",
        }

    def _portal_contact(self, visit, purpose="reply", outcome=None, text=None):
        """Log what the customer did on the page, as what they say on any channel.

        :param visit: the ``Visit``
        :param purpose: a value of ``purpose`` of actions
        :param outcome: code of a ``debt.outcome``
        :param text: what they wrote
        :return: the action
        """
        self.ensure_one()
        case = self.sudo()  # sudo: evidence is the product's
        actions = case.env["debt.action"]
        found = case.env["debt.outcome"]
        return actions.create(
            {
                **actions._incoming_vals(case, case.company_id._debt_today()),
                "partner_id": visit.person.id,
                "channel": "portal",
                "purpose": purpose,
                "reached": "debtor",
                "address": visit.ip,
                "amount": case.amount_chaseable,
                "outcome_id": outcome
                and found.search([("code", "=", outcome)], limit=1).id,
                "note": text,
            }
        )

    def _portal_tell(self, record):
        """Write on the case what the customer entered; return the record."""
        kind = self.env["ir.model"].sudo()._get(record._name).name  # sudo: a name
        self._message_log(
            body=Markup("<p>%s %s</p>")
            % (
                self.env._("Entered by the customer on their page: %s.", kind),
                record._get_html_link(),
            )
        )
        return record
