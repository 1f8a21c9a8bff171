import base64
import csv
import io
from datetime import timedelta

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date

STATES = [("draft", "Draft"), ("approved", "Approved"), ("exported", "Exported")]
#: What of a line is in the file, in this order.
COLUMNS = (
    "movement",
    "vat",
    "partner_id",
    "amount",
    "date_due",
    "days_past_due",
    "document_names",
    "notice_date",
    "consent_date",
)


class DebtBureauList(models.Model):
    """Who is reported to a credit bureau, and who is taken off again.

    Never by itself: somebody makes the list, a manager approves it, somebody exports
    it. On it are customers to whom the legal notice was sent long enough ago and who
    still owe it, undisputed; persons only with their authorisation.
    """

    _name = "debt.bureau.list"
    _description = "Credit Bureau List"
    _inherit = ["mail.thread"]
    _order = "day desc, id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(
        required=True,
        readonly=True,
        default=lambda self: self.env.company._debt_today(),
    )
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, tracking=True, copy=False
    )
    line_ids = fields.One2many("debt.bureau.line", "list_id", string="Customers")
    report_count = fields.Integer(
        string="To Report", compute="_compute_counts", store=True
    )
    remove_count = fields.Integer(
        string="To Remove", compute="_compute_counts", store=True
    )
    amount = fields.Monetary(string="Reported", compute="_compute_counts", store=True)
    approved_by_id = fields.Many2one(
        "res.users", string="Approved by", readonly=True, copy=False, tracking=True
    )
    exported_date = fields.Date(string="Exported on", readonly=True, copy=False)
    file = fields.Binary(readonly=True, copy=False, attachment=True)
    file_name = fields.Char(readonly=True, copy=False)

    @api.depends("day", "company_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for report in self:
            report.name = self.env._(
                "%(bureau)s, %(day)s",
                bureau=report.company_id.sudo().debt_bureau_name
                or self.env._("Credit Bureau"),
                day=format_date(self.env, report.day),
            )

    @api.depends("name")
    def _compute_display_name(self):
        for report in self:
            report.display_name = report.name

    @api.depends("line_ids.included", "line_ids.movement", "line_ids.amount")
    def _compute_counts(self):
        for report in self:
            lines = report.line_ids.filtered("included")
            reported = lines.filtered(lambda line: line.movement == "report")
            report.report_count = len(reported)
            report.remove_count = len(lines - reported)
            report.amount = sum(reported.mapped("amount"))

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:  # the product fills the rest
            vals_list = [
                {name: vals[name] for name in vals if name == "company_id"}
                for vals in vals_list
            ]
        lists = super().create(vals_list)
        lists._fill()
        return lists

    def write(self, vals):
        if vals.keys() - {"line_ids"} and not self.env.su:
            raise AccessError(self.env._("The product itself writes these fields."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(report.state == "exported" for report in self):
            raise UserError(self.env._("What was exported is evidence and stays."))

    def _fill(self):
        """Read who is to be reported and who is to be removed today."""
        for report in self.sudo():  # sudo: reads the books, which supervisors may not
            values = [
                *(report._to_report(report.company_id, report.day).values()),
                *(report._to_remove(report.company_id).values()),
            ]
            report.line_ids = [Command.clear(), *map(Command.create, values)]

    # === BUTTONS === #

    def action_fill(self):
        """Read a draft anew; what was unticked is ticked again."""
        self.check_access("write")
        drafts = self.filtered(lambda report: report.state == "draft")
        drafts.sudo().day = self.env.company._debt_today()  # sudo: the product's field
        drafts._fill()

    def action_approve(self):
        """Let lists be exported, without who paid or objected meanwhile.

        :raise AccessError: for who is no manager
        """
        if not self.env.user.has_group("debt_collection.group_debt_manager"):
            raise AccessError(self.env._("Managers approve what a bureau is told."))
        for report in self.filtered(lambda report: report.state == "draft"):
            report._read_again()
            if not any(report.line_ids.mapped("included")):
                raise UserError(self.env._("Nobody is on this list."))
            # sudo: the product's fields
            report.sudo().write({"state": "approved", "approved_by_id": self.env.uid})

    def action_export_xlsx(self):
        """Export the list as a spreadsheet."""
        return self._export("xlsx")

    def action_export_csv(self):
        """Export the list as a text file."""
        return self._export("csv")

    def _export(self, extension):
        """Write the file of an approved list, and download it.

        The first time, who paid or objected since the approval is left out; what was
        told once is told again the same.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "draft":
            raise UserError(self.env._("A manager has to approve the list first."))
        report = self.sudo()  # sudo: the product's fields
        if self.state == "approved":
            report._read_again()
        write = {"xlsx": report._to_xlsx, "csv": report._to_csv}[extension]
        report.write(
            {
                "state": "exported",
                "exported_date": report.exported_date
                or report.company_id._debt_today(),
                "file": base64.b64encode(write(report._rows())),
                "file_name": f"credit_bureau_{report.day}.{extension}",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/debt.bureau.list/{self.id}/file"
            f"?download=true&filename={self.file_name}",
        }

    def _read_again(self):
        """Take those off who paid, objected or did not owe it any more since.

        Nobody is added: nobody has seen them.
        """
        self.ensure_one()
        report = self.sudo()  # sudo: see ``_fill``
        company = report.company_id
        today = company._debt_today()
        report.line_ids.case_id._refresh(today)
        still = {
            "report": report._to_report(company, today),
            "remove": report._to_remove(company),
        }
        for line in report.line_ids.filtered("included"):
            found = still[line.movement].get(line.case_id.id)
            if not found:
                line.write(
                    {
                        "included": False,
                        "note": self.env._("Not any more: paid, objected or agreed on"),
                    }
                )
            elif line.movement == "report":
                line.amount = found["amount"]
                line.item_refs = found["item_refs"]

    # === FILES === #

    def _rows(self):
        """Return the headings and the rows of the file."""
        fields_get = self.line_ids.fields_get(COLUMNS)
        movements = dict(fields_get["movement"]["selection"])
        rows = [[fields_get[name]["string"] for name in COLUMNS]]
        for line in self.line_ids.filtered("included"):
            values = {
                name: line[name] or ("" if name != "amount" else 0) for name in COLUMNS
            }
            values.update(
                movement=movements[line.movement], partner_id=line.partner_id.name
            )
            rows.append([values[name] for name in COLUMNS])
        return rows

    def _to_xlsx(self, rows):
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
            page = book.add_worksheet()
            bold = book.add_format({"bold": True, "bg_color": "#E7E9ED"})
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            money = book.add_format({"num_format": "#,##0.00"})
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if not number:
                        page.write_string(number, place, value, bold)
                    elif isinstance(value, float):
                        page.write_number(number, place, value, money)
                    elif isinstance(value, int):
                        page.write_number(number, place, value)
                    elif isinstance(value, str):
                        # always text: what came from outside is never a formula
                        page.write_string(number, place, value)
                    else:
                        page.write_datetime(number, place, value, day)
            page.set_column(0, len(COLUMNS) - 1, 18)
            page.set_column(2, 2, 36)
            page.freeze_panes(1, 0)
        return content.getvalue()

    def _to_csv(self, rows):
        content = io.StringIO()
        writer = csv.writer(content, delimiter=";")
        for row in rows:
            # a leading sign would be a formula for a spreadsheet
            writer.writerow(
                f"'{value}"
                if isinstance(value, str) and value[:1] in ("=", "+", "-", "@")
                else value
                for value in row
            )
        return content.getvalue().encode("utf-8-sig")

    # === SET BASED === #

    @api.model
    def _to_report(self, company, day):
        """Return whom a company may report on a day: {case id: values of a line}.

        Per document: the legal notice named it, was delivered (to nobody's knowledge
        failed, and no test) at least so many days before, and it is still owed and
        overdue long enough, without any dispute or agreement. Per customer: the least
        amount, and of a person the authorisation.
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
WITH notice AS (
    SELECT DISTINCT ON (n.item_id) n.item_id, a.id, a.contact_day
      FROM debt_action a
      JOIN debt_strategy_step t ON t.id = a.step_id AND t.legal_notice
     CROSS JOIN LATERAL unnest(a.item_refs) AS n (item_id)
     WHERE a.company_id = %(company)s AND a.track = 'message'
       AND a.state IN ('sent', 'done') AND a.is_test IS NOT TRUE
       AND COALESCE(a.delivery, 'delivered') IN ('delivered', 'posted')
       AND a.contact_day <= %(warned)s
     ORDER BY n.item_id, a.contact_day DESC, a.id DESC
)
SELECT i.case_id, c.partner_id, p.vat, p.debt_bureau_consent AS consent_date,
       SUM(i.amount_residual) AS amount, MIN(i.date_due) AS date_due,
       %(day)s - MIN(i.date_due) AS days_past_due,
       array_agg(i.id ORDER BY i.date_due, i.id) AS item_refs,
       (array_agg(n.id ORDER BY n.contact_day DESC, n.id DESC))[1] AS action_id,
       MAX(n.contact_day) AS notice_date
  FROM notice n
  JOIN debt_item i ON i.id = n.item_id
  JOIN debt_case c ON c.id = i.case_id AND c.company_id = %(company)s
  JOIN res_partner p ON p.id = c.partner_id
 WHERE i.state = 'open' AND i.amount_residual > 0 AND i.amount_residual_currency > 0
   AND i.excluded IS NULL AND i.covered_by IS NULL
   AND i.date_due <= %(overdue)s
   AND (p.is_company OR p.debt_bureau_consent <= %(day)s)
   AND NOT EXISTS (SELECT FROM debt_dispute_debt_item_rel r
                     JOIN debt_dispute d ON d.id = r.debt_dispute_id
                    WHERE r.debt_item_id = i.id
                      AND (d.state = 'open' OR d.amount_cover > 0))
 GROUP BY i.case_id, c.partner_id, p.vat, p.debt_bureau_consent
HAVING SUM(i.amount_residual) >= %(least)s
 ORDER BY amount DESC, i.case_id
                """,
                company=company.id,
                day=day,
                warned=day - timedelta(days=company.debt_bureau_days),
                overdue=day - timedelta(days=max(1, company.debt_bureau_min_days)),
                least=company.debt_bureau_min_amount,
            )
        )
        return {row["case_id"]: {"movement": "report", **row} for row in rows}

    @api.model
    def _to_remove(self, company):
        """Return who was reported and paid since: {case id: values of a line}."""
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
SELECT v.case_id, v.partner_id, v.vat, v.item_refs, v.action_id, v.notice_date,
       v.date_due
  FROM (SELECT DISTINCT ON (n.case_id) n.*
          FROM debt_bureau_line n
          JOIN debt_bureau_list s ON s.id = n.list_id AND s.state = 'exported'
         WHERE s.company_id = %(company)s AND n.included
         ORDER BY n.case_id, s.exported_date DESC, s.id DESC, n.id DESC) v
 WHERE v.movement = 'report'
   AND NOT EXISTS (SELECT FROM debt_item i
                    WHERE i.id = ANY(v.item_refs) AND i.state = 'open'
                      AND i.amount_residual > 0)
 ORDER BY v.case_id
                """,
                company=company.id,
            )
        )
        return {row["case_id"]: {"movement": "remove", **row} for row in rows}
