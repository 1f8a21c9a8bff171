import base64
import io

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .debt_start_books_mixin import ON_LINES, OUTSIDE
from .debt_start_check_line import SEVERITIES

EDITORS = ("debt_collection.group_debt_manager", "account.group_account_invoice")


class DebtStartCheck(models.TransientModel):
    """One page that says what collection leaves out, what it lacks, and why.

    Computed when it is opened: it reads, and writes nothing but itself. Each finding is
    a line with its records and, where there is one, its remedy.
    """

    _name = "debt.start.check"
    _description = "Start Check"
    _inherit = [
        "debt.start.books.mixin",
        "debt.start.contacts.mixin",
        "debt.start.setup.mixin",
    ]

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    checked_on = fields.Datetime(readonly=True)
    line_ids = fields.One2many("debt.start.check.line", "check_id")
    setup_line_ids = fields.One2many(
        "debt.start.check.line", "check_id", domain=[("section", "=", "setup")]
    )
    books_line_ids = fields.One2many(
        "debt.start.check.line", "check_id", domain=[("section", "=", "books")]
    )
    contacts_line_ids = fields.One2many(
        "debt.start.check.line", "check_id", domain=[("section", "=", "contacts")]
    )
    ready = fields.Integer(compute="_compute_ready")
    total = fields.Integer(compute="_compute_ready")
    progress = fields.Float(compute="_compute_ready")
    progress_text = fields.Char(compute="_compute_ready")
    export_file = fields.Binary(compute="_compute_export_file")
    amount_excluded = fields.Monetary(
        compute="_compute_ready",
        help="Receivables that collection leaves out although they may be chased.",
    )

    @api.depends("company_id")
    def _compute_display_name(self):
        for check in self:
            check.display_name = self.env._("Start Check")

    @api.depends("line_ids.state")
    @api.depends_context("lang")
    def _compute_ready(self):
        for check in self:
            counted = check.line_ids.filtered(lambda line: line.severity != "info")
            check.total = len(counted)
            check.ready = len(counted.filtered(lambda line: line.state != "open"))
            check.progress = 100 * check.ready / check.total if check.total else 0
            check.progress_text = self.env._(
                "%(ready)s of %(total)s are in order",
                ready=check.ready,
                total=check.total,
            )
            check.amount_excluded = sum(
                check.line_ids.filtered(
                    lambda line: (
                        line.code in ("no_followup", "no_partner")
                        and line.state == "open"
                    )
                ).mapped("amount")
            )

    # === OPENING === #

    @api.model
    def action_open(self):
        """Check the current company and show what was found."""
        check = self.create({})
        check._check()
        return check._show()

    def action_refresh(self):
        """Check again."""
        self.ensure_one()
        self._check()
        return self._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Start Check"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
        }

    def _check_user(self):
        """Refuse to tell anybody about a company that is not theirs to set up."""
        self.ensure_one()
        if self.company_id not in self.env.user.company_ids and not self.env.su:
            raise AccessError(
                self.env._("You do not work for %s.", self.company_id.sudo().name)
            )
        if not any(map(self.env.user.has_group, EDITORS)) and not self.env.su:
            raise AccessError(self.env._("Managers and accountants check the start."))

    def _check(self):
        """Look at everything and write what was found to the lines."""
        self._check_user()
        self._prepare_lines()
        self._prepare_debtors()
        values = [*self._find_setup(), *self._find_books(), *self._find_contacts()]
        accepted = {
            accept.code: accept
            for accept in self.env["debt.start.accept"].search(
                [("company_id", "=", self.company_id.id)]
            )
        }
        importance = [code for code, _name in SEVERITIES]
        for line in values:
            accept = accepted.get(line["code"])
            if not line["count"]:
                state = "ready"
            elif accept and line["count"] <= accept.count:
                state = "accepted"
            else:
                state = "open"
            line.update(
                check_id=self.id,
                # what is to do stands first, what matters most above it
                sequence=importance.index(line["severity"])
                + (0 if state == "open" else len(importance)),
                state=state,
                accept_id=accept.id if state == "accepted" else False,
            )
        self.line_ids.unlink()
        self.env["debt.start.check.line"].create(values)
        self.checked_on = fields.Datetime.now()

    # === RECORDS OF A FINDING === #

    def _records(self, code):
        """Return (model, ids) of the records behind a finding."""
        self._check_user()
        if code in ON_LINES or code in OUTSIDE:
            return "account.move.line", self._line_ids(code)
        return "res.partner", self._debtor_ids(code)

    def _open_records(self, line):
        """Return the action that shows the records of a finding where they live."""
        model, ids = self._records(line.code)
        if not self.env[model].has_access("read"):
            # managers without accounting rights see them as open items
            if line.code not in ON_LINES:
                raise UserError(self.env._("Only accountants can open these entries."))
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "debt_collection.debt_item_action"
            )
            action.update(
                name=line.name,
                domain=[("move_line_id", "in", ids), ("state", "=", "open")],
                context={},
            )
            return action
        views = {
            "account.move.line": "account.view_move_line_tree",
            "res.partner": "debt_collection.res_partner_view_list_start",
        }
        return {
            "type": "ir.actions.act_window",
            "name": line.name,
            "res_model": model,
            "view_mode": "list,form",
            "views": [(self.env.ref(views[model]).id, "list"), (False, "form")],
            "domain": [("id", "in", ids)],
            "context": {
                "active_test": False,
                "create": False,
                **({"expand": 1} if model == "account.move.line" else {}),
            },
            "help": f"<p class='o_view_nocontent_smiling_face'>{line.name}</p>",
        }

    def _merge_duplicates(self):
        """Return the action in which Odoo's own wizard merges group after group."""
        wizards = self.env["base.partner.merge.automatic.wizard"]
        if not wizards.has_access("create"):
            raise UserError(
                self.env._(
                    "You may not merge contacts: it takes the right to edit them."
                )
            )
        self._check_user()
        self._prepare_lines()
        self._prepare_debtors()
        owed_by = {row[0]: row[1] for row in self._debtor_rows()}
        groups = self._duplicates(owed_by)
        # those with the largest debts first
        groups.sort(key=lambda group: -sum(owed_by.get(key, 0) for key in group))
        wizard = wizards.create({"state": "selection", "number_group": len(groups)})
        self.env["base.partner.merge.line"].create(
            [
                # Odoo merges at most three at a time
                {"wizard_id": wizard.id, "min_id": n, "aggr_ids": str(list(group[:3]))}
                for n, group in enumerate(groups)
            ]
        )
        return wizard._action_next_screen()

    # === SPREADSHEET === #

    def action_export(self):
        """Download the findings as a spreadsheet."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/export_file/"
            f"start-check.xlsx?download=true",
            "target": "download",
        }

    def _compute_export_file(self):
        for check in self:
            check.export_file = base64.b64encode(check._to_xlsx())

    def _to_xlsx(self):
        """Return the findings as the content of an XLSX file."""
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
            wrap = book.add_format({"text_wrap": True, "valign": "top"})
            money = book.add_format({"num_format": "#,##0.00", "valign": "top"})
            names = ("section", "name", "explanation", "severity", "state")
            fields_get = self.line_ids.fields_get()
            heads = (*names, "count", "amount")
            for column, name in enumerate(heads):
                sheet.write_string(0, column, fields_get[name]["string"], bold)
            for row, line in enumerate(self.line_ids, start=1):
                for column, name in enumerate(names):
                    words = dict(fields_get[name].get("selection", ()))
                    sheet.write_string(
                        row, column, words.get(line[name], line[name]), wrap
                    )
                sheet.write_number(row, 5, line.count)
                sheet.write_number(row, 6, line.amount, money)
            sheet.set_column(0, 0, 14)
            sheet.set_column(1, 1, 36)
            sheet.set_column(2, 2, 70)
            sheet.set_column(3, 5, 14)
            sheet.set_column(6, 6, 18)
            sheet.freeze_panes(1, 0)
        return content.getvalue()
