from odoo import fields, models

#: The most important first.
SEVERITIES = [
    ("stop", "Before You Start"),
    ("warn", "Should Be Fixed"),
    ("info", "To Know"),
]


class DebtStartCheckLine(models.TransientModel):
    _name = "debt.start.check.line"
    _description = "Finding of the Start Check"
    _order = "sequence, id"

    check_id = fields.Many2one(
        "debt.start.check", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="check_id.company_id")
    currency_id = fields.Many2one(related="check_id.currency_id")
    sequence = fields.Integer(readonly=True)
    code = fields.Char(required=True, readonly=True)
    section = fields.Selection(
        [("setup", "Settings"), ("books", "Books"), ("contacts", "Contacts")],
        required=True,
        readonly=True,
    )
    severity = fields.Selection(
        [
            ("stop", "Before You Start"),
            ("warn", "Should Be Fixed"),
            ("info", "To Know"),
        ],
        string="Importance",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("ready", "In Order"), ("accepted", "Accepted"), ("open", "To Do")],
        required=True,
        readonly=True,
    )
    name = fields.Char(string="Finding", required=True, readonly=True)
    explanation = fields.Char(required=True, readonly=True)
    count = fields.Integer(string="Records", readonly=True)
    amount = fields.Monetary(readonly=True)
    fix_label = fields.Char(readonly=True)
    accept_id = fields.Many2one("debt.start.accept", readonly=True, ondelete="set null")
    accepted_by = fields.Many2one(related="accept_id.user_id")
    accepted_date = fields.Date(related="accept_id.date")

    def action_show(self):
        """Open the records of a finding, or the setting."""
        self.ensure_one()
        if self.section == "setup":
            return self.check_id._open_setup(self.code)
        return self.check_id._open_records(self)

    def action_fix(self):
        """Open the remedy of a finding: a wizard, or a list to type into."""
        self.ensure_one()
        if self.code == "duplicate":
            return self.check_id._merge_duplicates()
        if self.section == "books":
            return self.env["debt.start.fix.wizard"]._for_finding(self)
        return self.check_id._open_records(self)

    def action_accept(self):
        """Say that a finding is all right as it is."""
        self.ensure_one()
        self.check_id._check_user()
        accepts = self.env["debt.start.accept"]
        accepts.search(
            [("company_id", "=", self.company_id.id), ("code", "=", self.code)]
        ).unlink()
        self.accept_id = accepts.create(
            {
                "company_id": self.company_id.id,
                "code": self.code,
                "count": self.count,
            }
        )
        self.state = "accepted"

    def action_reopen(self):
        """Let an accepted finding count again."""
        self.ensure_one()
        self.accept_id.unlink()
        self.state = "open"
