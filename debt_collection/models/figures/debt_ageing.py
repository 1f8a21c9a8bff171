from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ..portfolio.debt_case import BUCKETS

#: Who may see what everybody owes to a company.
READERS = (
    "debt_collection.group_debt_supervisor",
    "account.group_account_invoice",
    "account.group_account_readonly",
)
#: Files are made for so many documents at most, as Excel has no more rows.
MOST_LINES = 1_000_000


class DebtAgeing(models.TransientModel):
    """What every customer owed on a day, by age, document by document."""

    _name = "debt.ageing"
    _description = "Ageing Report"
    _inherit = ["debt.ageing.file.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    day = fields.Date(
        required=True,
        default=lambda self: self.env.company._debt_today(),
        help="What was owed at the end of this day. A payment counts from its date; a "
        "reconciliation that was undone since never was.",
    )
    basis = fields.Selection(
        [("due", "Due Date"), ("document", "Document Date")],
        string="Age Counts from",
        required=True,
        default="due",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many("debt.ageing.line", "ageing_id")
    made_on = fields.Datetime(readonly=True)

    @api.depends("company_id", "day")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for ageing in self:
            ageing.display_name = self.env._(
                "Ageing of %(company)s on %(day)s",
                company=ageing.company_id.name,
                day=format_date(self.env, ageing.day),
            )

    def action_show(self):
        """Open the documents that were owed, by customer."""
        self._fill()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_ageing_line_action"
        )
        action["domain"] = [("ageing_id", "=", self.id)]
        action["display_name"] = self.display_name
        return action

    def action_xlsx(self):
        """Download the report as a workbook."""
        self.ensure_one()
        self._check_reader()
        return {
            "type": "ir.actions.act_url",
            "url": f"/debt/ageing/{self.id}/xlsx",
            "target": "download",
        }

    def action_pdf(self):
        """Print the report, a line per customer."""
        self._fill()
        report = self.env.ref("debt_collection.debt_ageing_report")
        return report.report_action(self)

    def _check_reader(self):
        """Refuse whoever may not see what everybody owes to the company.

        :raise AccessError: for them
        """
        self.ensure_one()
        user = self.env.user
        allowed = any(map(user.has_group, READERS))
        if not allowed or self.company_id not in user.company_ids:
            raise AccessError(
                self.env._(
                    "Supervisors and accountants see the ageing of a whole company."
                )
            )

    def _fill(self):
        """Read the books into the lines of the report, in one statement."""
        self._check_reader()
        self.env.flush_all()
        self.env.cr.execute(
            SQL("DELETE FROM debt_ageing_line WHERE ageing_id = %s", self.id)
        )
        self.env["debt.item"]._tune(10_000)
        # sudo: who may read is decided above, what is theirs by the company
        books = self.env["debt.books"].sudo()._open_on(self.company_id, self.day)
        counted = SQL("b.date_due") if self.basis == "due" else SQL("b.date")
        age = SQL("(%s - %s)", self.day, counted)
        bucket = SQL("LEAST(5, GREATEST(0, (%s + 29) / 30))", age)
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO debt_ageing_line (
                   ageing_id, company_id, company_currency_id, currency_id, partner_id,
                   move_line_id, move_id, account_id, date, date_due, days, bucket,
                   amount, amount_currency, %(names)s, case_id, agent_id, team_id,
                   stage_id, salesperson_id, create_uid, write_uid, create_date,
                   write_date)
            SELECT %(ageing)s, b.company_id, %(currency)s, b.currency_id, b.partner_id,
                   b.id, b.move_id, b.account_id, b.date, b.date_due,
                   GREATEST(0, %(age)s), %(bucket)s::varchar, b.amount,
                   b.amount_currency, %(amounts)s, c.id, c.agent_id, c.team_id,
                   c.stage_id, m.invoice_user_id, %(uid)s, %(uid)s,
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM (%(books)s) b
              JOIN res_partner p ON p.id = b.partner_id
              LEFT JOIN account_move m ON m.id = b.move_id
              LEFT JOIN debt_case c ON c.partner_id = b.partner_id
                                   AND c.company_id = b.company_id
             ORDER BY p.complete_name, p.id, b.date_due, b.id
                """,
                age=age,
                ageing=self.id,
                amounts=SQL(", ").join(
                    SQL("CASE WHEN %s = %s THEN b.amount ELSE 0 END", bucket, place)
                    for place in range(len(BUCKETS))
                ),
                books=books,
                bucket=bucket,
                currency=self.company_id.currency_id.id,
                names=SQL(", ").join(
                    SQL.identifier(f"amount_bucket_{code}") for code, _name in BUCKETS
                ),
                uid=self.env.uid,
            )
        )
        if self.env.cr.rowcount > MOST_LINES:
            raise UserError(
                self.env._("These are more documents than a report can show.")
            )
        self.made_on = fields.Datetime.now()
        self.env["debt.ageing.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])
