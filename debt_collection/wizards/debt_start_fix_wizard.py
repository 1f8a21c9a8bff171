from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..fields import IntegerArray

#: So many pairs of debt and payment are proposed at a time.
PAIRS = 500


class DebtStartFixWizard(models.TransientModel):
    """Repairs many entries at once, after saying which and how many.

    Whoever presses the button does it with their own rights: the books belong to
    accountants.
    """

    _name = "debt.start.fix.wizard"
    _description = "Repair Findings of the Start Check"

    check_line_id = fields.Many2one(
        "debt.start.check.line", required=True, readonly=True, ondelete="cascade"
    )
    code = fields.Char(readonly=True)
    company_id = fields.Many2one(related="check_line_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many("debt.start.fix.line", "wizard_id")
    method = fields.Selection(
        [
            ("term", "Day of the entry, plus the payment term of the customer"),
            ("entry", "Day of the entry"),
        ],
        string="Due",
        default="term",
        required=True,
    )
    count = fields.Integer(compute="_compute_count")
    amount = fields.Monetary(compute="_compute_count")

    @api.depends("line_ids.chosen")
    def _compute_count(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered("chosen")
            wizard.count = sum(chosen.mapped("count"))
            wizard.amount = sum(chosen.mapped("amount"))

    @api.model
    def _for_finding(self, finding):
        """Return the action of the wizard that repairs a finding."""
        if not self.env["account.move.line"].has_access("write"):
            raise AccessError(
                self.env._(
                    "This changes entries of the books: an accountant has to do it."
                )
            )
        values = getattr(self, f"_lines_{finding.code}")(finding.check_id)
        if not values:
            raise UserError(self.env._("There is nothing that can be done at once."))
        wizard = self.create(
            {
                "check_line_id": finding.id,
                "code": finding.code,
                "line_ids": [Command.create(line) for line in values],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": finding.name,
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_confirm(self):
        """Repair what was chosen, and check again."""
        self.ensure_one()
        chosen = self.line_ids.filtered("chosen")
        if not chosen:
            raise UserError(self.env._("Choose at least one line."))
        getattr(self, f"_fix_{self.code}")(chosen)
        self.check_line_id.check_id._check()
        return {"type": "ir.actions.act_window_close"}

    def _entries(self, lines):
        """Return the journal items of chosen lines that are still open."""
        ids = [line_id for line in lines for line_id in line.line_refs]
        return self.env["account.move.line"].search(
            [
                ("id", "in", ids),
                ("reconciled", "=", False),
                ("company_id", "=", self.company_id.id),
            ]
        )

    def _changed(self, entries):
        """Tell the refreshing job about the customers of entries."""
        self.env["debt.mark"]._add(
            (entry.partner_id.id, entry.company_id.id) for entry in entries
        )

    # === NO FOLLOW-UP === #

    @api.model
    def _lines_no_followup(self, check):
        """Return a line per journal; what people excluded by hand is not ticked."""
        ids = check._line_ids("no_followup")
        groups = self.env["account.move.line"]._read_group(
            [("id", "in", ids)],
            ["journal_id"],
            ["id:array_agg", "amount_residual:sum"],
        )
        return [
            {
                "name": journal.display_name,
                "detail": self.env._("Marked by Odoo, as every miscellaneous entry")
                if journal.type == "general"
                else self.env._("Marked by somebody"),
                "count": len(line_ids),
                "amount": amount,
                "chosen": journal.type == "general",
                "line_refs": line_ids,
            }
            for journal, line_ids, amount in groups
        ]

    def _fix_no_followup(self, chosen):
        entries = self._entries(chosen)
        entries.no_followup = False
        self._changed(entries)

    # === DUE DATES === #

    @api.model
    def _lines_no_due_date(self, check):
        """Return a line per payment term of the customers."""
        entries = self.env["account.move.line"].browse(check._line_ids("no_due_date"))
        entries = entries.with_company(check.company_id)
        return [
            {
                "name": term.display_name or self.env._("Without a payment term"),
                "detail": False,
                "count": len(group),
                "amount": sum(group.mapped("amount_residual")),
                "line_refs": group.ids,
            }
            for term, group in entries.grouped(self._term).items()
        ]

    @api.model
    def _term(self, entry):
        return entry.partner_id.commercial_partner_id.property_payment_term_id

    def _fix_no_due_date(self, chosen):
        entries = self._entries(chosen).with_company(self.company_id)
        due = entries.grouped(self._due_date)
        for day, group in due.items():
            group.date_maturity = day
        self._changed(entries)

    def _due_date(self, entry):
        day = entry.invoice_date or entry.date
        term = self._term(entry)
        if self.method == "entry" or not term:
            return day
        return max((line._get_due_date(day) for line in term.line_ids), default=day)

    # === PAYMENTS NOT APPLIED === #

    @api.model
    def _lines_unapplied(self, check):
        """Return a line per debt for which there is one payment of the same amount.

        Only where one debt and one payment of a customer have that amount: nobody
        guesses between two.
        """
        check._prepare_lines()
        pairs = self.env.execute_query(
            SQL(
                """
            WITH same AS (
                SELECT l.partner_id, m.currency_id, m.account_id, ABS(l.cur) AS amount,
                       array_agg(l.id) FILTER (WHERE l.cur > 0) AS debts,
                       array_agg(l.id) FILTER (WHERE l.cur < 0) AS credits,
                       SUM(l.res) FILTER (WHERE l.cur > 0) AS owed
                  FROM debt_start_line l
                  JOIN account_move_line m ON m.id = l.id
                 WHERE l.cur <> 0
                 GROUP BY l.partner_id, m.currency_id, m.account_id, ABS(l.cur)
            )
            SELECT debts[1], credits[1], owed
              FROM same
             WHERE cardinality(debts) = 1 AND cardinality(credits) = 1
             ORDER BY owed DESC
             LIMIT %s
                """,
                PAIRS,
            )
        )
        entries = self.env["account.move.line"]
        lines = []
        for debt_id, credit_id, owed in pairs:
            debt, credit = entries.browse(debt_id), entries.browse(credit_id)
            lines.append(
                {
                    "name": debt.partner_id.commercial_partner_id.display_name,
                    "detail": self.env._(
                        "%(debt)s with %(credit)s of %(date)s",
                        debt=debt.move_id.name,
                        credit=credit.move_id.name,
                        date=fields.Date.to_string(credit.date),
                    ),
                    "count": 1,
                    "amount": owed,
                    "line_refs": [debt_id, credit_id],
                }
            )
        return lines

    def _fix_unapplied(self, chosen):
        for line in chosen:
            entries = self._entries(line)
            if len(entries) == 2:
                entries.reconcile()


class DebtStartFixLine(models.TransientModel):
    _name = "debt.start.fix.line"
    _description = "Entries to Repair"
    _order = "id"

    wizard_id = fields.Many2one("debt.start.fix.wizard", ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    chosen = fields.Boolean(default=True)
    name = fields.Char(readonly=True)
    detail = fields.Char(readonly=True)
    count = fields.Integer(string="Entries", readonly=True)
    amount = fields.Monetary(readonly=True)
    line_refs = IntegerArray(readonly=True)
