from hashlib import sha256

from odoo import fields, models


class DebtWhatsappPolicyMixin(models.AbstractModel):
    """Whose receivables are collected from a number: asked, and asked again."""

    _name = "debt.whatsapp.policy.mixin"
    _description = "Policy of a WhatsApp Number"

    acknowledgement_id = fields.Many2one(
        "debt.whatsapp.acknowledgement",
        string="Policy Read",
        compute="_compute_acknowledgement",
    )
    creditor_role = fields.Selection(
        [
            ("own_receivables", "Own Receivables"),
            ("third_party", "For Others"),
        ],
        string="Whose Receivables",
        compute="_compute_acknowledgement",
        help="Empty: nobody has read the policy in force; nothing leaves.",
    )

    def _compute_acknowledgement(self):
        for account in self:
            account.acknowledgement_id = account.acknowledgement_ids[:1]
            account.creditor_role = account._acknowledged_role()

    def _acknowledged_role(self):
        """Return what was said last about the policy in force, False for nothing."""
        self.ensure_one()
        last = self.env["debt.whatsapp.acknowledgement"].search(
            [("account_id", "in", self.ids)], limit=1
        )
        policy = self.env["debt.whatsapp.policy"]._current()
        if not (last and policy) or last.fingerprint != policy._fingerprint():
            return False
        return last.role

    def _acknowledge(self, role, text, now):
        """Note that the user read the policy, and whose receivables are collected.

        :param role: ``own_receivables`` or ``third_party``
        :param text: all that was shown
        :param now: naive UTC moment
        :return: the ``debt.whatsapp.acknowledgement``
        """
        self.ensure_one()
        self.check_access("write")
        policy = self.env["debt.whatsapp.policy"]._current()
        # sudo: entries are made here only
        return (
            self.env["debt.whatsapp.acknowledgement"]
            .sudo()
            .create(
                {
                    "account_id": self.id,
                    "role": role,
                    "policy_date": policy.date,
                    "url": policy.url,
                    "fingerprint": policy._fingerprint(),
                    "text": text,
                    "text_hash": sha256(text.encode()).hexdigest(),
                    "user_id": self.env.uid,
                    "date": now,
                }
            )
        )

    def action_acknowledge(self):
        """Show the policy, to be acknowledged."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Policy of WhatsApp"),
            "res_model": "debt.whatsapp.acknowledge.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }
