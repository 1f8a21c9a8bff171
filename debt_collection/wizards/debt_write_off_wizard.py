from odoo import api, fields, models


class DebtWriteOffWizard(models.TransientModel):
    """Shows what is written off where, and posts it or asks somebody else."""

    _name = "debt.write.off.wizard"
    _description = "Write Off"

    difference_ids = fields.Many2many("debt.difference", string="Differences")
    write_off_ids = fields.Many2many("debt.write.off", string="Debts to Write Off")
    company_id = fields.Many2one("res.company", compute="_compute_what")
    company_currency_id = fields.Many2one("res.currency", compute="_compute_what")
    currency_id = fields.Many2one("res.currency", compute="_compute_what")
    count = fields.Integer(compute="_compute_what")
    amount = fields.Monetary(compute="_compute_what")
    one_currency = fields.Boolean(compute="_compute_what")
    amount_company = fields.Monetary(
        string="In Company Currency",
        currency_field="company_currency_id",
        compute="_compute_what",
        help="What it is worth in the books: so much is lost.",
    )
    ask_count = fields.Integer(
        compute="_compute_what", help="So many have to be approved by somebody else."
    )
    approver_id = fields.Many2one("res.users", compute="_compute_what")
    approving = fields.Boolean(compute="_compute_what")
    needs_account = fields.Boolean(compute="_compute_what")
    account_id = fields.Many2one(
        "account.account",
        compute="_compute_account",
        store=True,
        readonly=False,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable',"
        " 'asset_cash', 'liability_credit_card', 'off_balance')),"
        " ('company_ids', 'parent_of', company_id)]",
        help="Where it is written off. Of several: where the reason has no account.",
    )
    date = fields.Date(compute="_compute_what", help="The entry is of today.")
    asked_by_id = fields.Many2one("res.users", compute="_compute_what")
    note = fields.Char(help="Why; whoever approves it reads this.")

    def _subjects(self):
        """Return the subjects or the debts that are written off."""
        self.ensure_one()
        return self.write_off_ids or self.difference_ids

    @api.depends("difference_ids", "write_off_ids")
    @api.depends_context("uid")
    def _compute_what(self):
        for wizard in self:
            subjects = wizard._subjects()
            companies = subjects.company_id
            wizard.company_id = companies[:1]
            wizard.company_currency_id = companies.currency_id[:1]
            wizard.count = len(subjects)
            wizard.one_currency = len(subjects.currency_id) == 1
            wizard.currency_id = subjects.currency_id[:1]
            wizard.amount = (
                sum(each._to_clear() for each in subjects) if wizard.one_currency else 0
            )
            wizard.amount_company = sum(each._value_now() for each in subjects)
            wizard.approving = all(each.state == "approve" for each in subjects)
            mine = subjects.filtered(lambda d: d.may_post or d.may_approve)
            wizard.ask_count = len(subjects - mine)
            others = subjects - mine
            wizard.approver_id = (
                others[0]._accountant(self.env.user) if others else False
            )
            wizard.needs_account = any(not each._loss_account() for each in mine)
            wizard.date = companies[:1]._debt_today() if companies else False
            wizard.asked_by_id = subjects.asked_by_id[:1]

    @api.depends("difference_ids", "write_off_ids")
    def _compute_account(self):
        for wizard in self:
            subjects = wizard._subjects()
            wizard.account_id = (
                subjects._loss_account() if len(subjects) == 1 else False
            )

    def action_confirm(self):
        """Post what the user may write off, and ask for the rest."""
        self.ensure_one()
        subjects = self._subjects()
        if self.note:
            for subject in subjects:
                subject._message_log(body=self.note)
        mine = subjects.filtered(lambda d: d.may_post or d.may_approve)
        others = (subjects - mine).filtered(lambda d: d.state == d._open_state)
        if others:
            others._ask_write_off()
        # what another one has to approve stays with them, and says so
        for company, group in (
            (mine | (subjects - others - mine)).grouped("company_id").items()
        ):
            group.with_company(company)._write_off(self.account_id)
        told = (
            mine and self.env._("Written off: %s.", len(mine)),
            others and self.env._("Waiting for approval: %s.", len(others)),
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": " ".join(filter(None, told)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
