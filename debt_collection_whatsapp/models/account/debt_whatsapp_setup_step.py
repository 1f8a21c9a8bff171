from odoo import fields, models

STEPS = [
    ("secrets", "Token and Secret"),
    ("version", "Version of the API"),
    ("number", "Number"),
    ("waba", "Business Account"),
    ("webhook", "Address of the Webhook"),
    ("subscription", "Messages of This Account"),
    ("identity", "Change of Hands"),
    ("policy", "Policy"),
    ("loop", "Test Message"),
]


class DebtWhatsappSetupStep(models.Model):
    """One step of setting up a number: what was checked, and what to do."""

    _name = "debt.whatsapp.setup.step"
    _description = "Step of Setting Up a WhatsApp Number"
    _order = "sequence, id"

    account_id = fields.Many2one(
        "debt.whatsapp.account",
        string="WhatsApp Number",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    code = fields.Selection(STEPS, string="Step", required=True)
    sequence = fields.Integer(required=True)
    state = fields.Selection(
        [("todo", "To Do"), ("done", "Done"), ("failed", "Not Right")],
        string="Status",
        required=True,
        default="todo",
    )
    checked = fields.Char(string="What Was Checked")
    remedy = fields.Char(string="What to Do")
    date = fields.Datetime(string="Checked on")

    _once = models.Constraint(
        "UNIQUE(account_id, code)", "Each step is there once for a number."
    )

    def _label(self):
        """Return the name of a step, False for none."""
        names = dict(self._fields["code"]._description_selection(self.env))
        return names.get(self.code, False)
