import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.locks import hold

_logger = logging.getLogger(__name__)

#: More rows are imported in the background.
AT_ONCE = 500
#: In this order: what comes later builds on what came before.
ORDER = ("contacts", "debts", "limits", "notes", "promises")
#: What is shown first.
LEVELS = ("error", "warning", "new", "done", "same")


class DebtImport(models.Model):
    """One file of the department, and what became of each of its lines.

    A check writes nothing but its findings here. What is imported refers to its import,
    and the file stays as evidence of where it came from.
    """

    _name = "debt.import"
    _description = "Import of Collection Data"
    _inherit = [
        "debt.import.read.mixin",
        "debt.import.lookup.mixin",
        "debt.import.template.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    file = fields.Binary(string="Spreadsheet", attachment=True)
    file_name = fields.Char()
    kind = fields.Selection(
        "_kinds",
        string="Contents",
        help="Empty: found by the names of the sheets and their headings.",
    )
    overwrite = fields.Boolean(
        string="Replace What Is There",
        help="Contact data that differs is replaced. Otherwise only what is empty is "
        "filled in.",
    )
    only_good = fields.Boolean(
        string="Import the Good Lines",
        help="Lines with errors are left out. Otherwise nothing is imported until all "
        "lines are right.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain=[("type", "=", "general")],
        default=lambda self: self._default_journal(),
        help="Debts from outside become entries of this journal.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Counterpart",
        check_company=True,
        domain=[
            ("account_type", "not in", ("asset_receivable", "liability_payable")),
        ],
        default=lambda self: self._default_account(),
        help="The other side of the entries, such as the account of opening balances.",
    )
    entry_date = fields.Date(
        string="Day of the Entries",
        default=lambda self: self.env.company._debt_today(),
        help="When the debts enter the books. Their age counts from their due dates.",
    )
    post = fields.Boolean(
        string="Post the Entries",
        default=True,
        help="Drafts are not chased until an accountant posts them.",
    )
    state = fields.Selection(
        [
            ("draft", "To Check"),
            ("checked", "Checked"),
            ("queued", "In the Background"),
            ("done", "Imported"),
            ("undone", "Undone"),
        ],
        required=True,
        default="draft",
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", readonly=True, default=lambda self: self.env.user
    )
    imported_on = fields.Datetime(readonly=True)
    undo_reason = fields.Char(readonly=True)
    problem = fields.Char(
        readonly=True, help="Why the file could not be read or imported."
    )
    ignored = fields.Char(
        string="Sheets Left Out",
        readonly=True,
        help="Sheets of the file that are none of the template.",
    )
    line_ids = fields.One2many("debt.import.line", "import_id", readonly=True)
    row_count = fields.Integer(string="Lines", readonly=True)
    new_count = fields.Integer(string="To Import", readonly=True)
    same_count = fields.Integer(string="Already There", readonly=True)
    warning_count = fields.Integer(string="With Remarks", readonly=True)
    error_count = fields.Integer(string="With Errors", readonly=True)
    done_count = fields.Integer(string="Imported Lines", readonly=True)
    has_debts = fields.Boolean(readonly=True)
    template_file = fields.Binary(compute="_compute_files")
    report_file = fields.Binary(compute="_compute_files")
    may_post = fields.Boolean(compute="_compute_may_post")

    @api.model
    def _default_journal(self):
        journals = self.env["account.journal"]
        if not journals.has_access("read"):
            return False
        return journals.search(
            [("type", "=", "general"), ("company_id", "=", self.env.company.id)],
            limit=1,
        )

    @api.model
    def _default_account(self):
        """Return the account against which Odoo books opening balances, too."""
        accounts = self.env["account.account"]
        if not accounts.has_access("read"):
            return False
        return accounts.search(
            [
                ("account_type", "=", "equity_unaffected"),
                ("company_ids", "in", self.env.company.root_id.ids),
            ],
            limit=1,
        )

    @api.model
    def _kinds(self):
        return list(self._sheet_labels().items())

    @api.depends("file_name", "create_date")
    def _compute_name(self):
        for job in self:
            job.name = job.file_name or self.env._("New Import")

    @api.depends_context("uid")
    def _compute_may_post(self):
        self.may_post = self.env["account.move"].has_access("create")

    @api.model_create_multi
    def create(self, vals_list):
        jobs = super().create(vals_list)
        for job in jobs:
            job.company_id = job.company_id or self.env.company
        return jobs

    def write(self, vals):
        # another file or another choice: what was found is out of date
        if {"file", "kind", "overwrite", "company_id"} & vals.keys():
            if any(job.state in ("queued", "done", "undone") for job in self):
                raise UserError(self.env._("This was imported. Start another import."))
            vals = {**vals, "state": "draft", "problem": False}
            self.line_ids.unlink()
        result = super().write(vals)
        if "company_id" in vals:
            # rules were checked for the company that it had
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        if any(job.state in ("queued", "done", "undone") for job in self):
            raise UserError(
                self.env._("An import is evidence of where its records came from.")
            )

    # === BUTTONS === #

    def action_check(self):
        """Read the file and say line by line what would happen; write nothing else."""
        self.ensure_one()
        self._check_open()
        rows = self._read_rows()
        if rows is not None:
            self._plan(rows)
            self._keep(rows)

    def action_import(self):
        """Import what was checked: at once, or in the background where it is much."""
        self.ensure_one()
        self._check_open()
        if self.state != "checked":
            raise UserError(self.env._("Check the file first."))
        if not self.new_count:
            raise UserError(self.env._("There is nothing new to import."))
        if self.error_count and not self.only_good:
            raise UserError(
                self.env._(
                    "Lines with errors: %s. Correct them in the file, or choose to "
                    "import the good lines.",
                    self.error_count,
                )
            )
        if self.has_debts:
            self._check_books()
        if self.new_count <= self._at_once():
            self._import()
            return
        self.write({"state": "queued", "user_id": self.env.uid})
        # sudo: the job of whoever may import
        self.env.ref("debt_collection.ir_cron_debt_import").sudo()._trigger()

    @api.model
    def _at_once(self):
        """Return how many lines are imported while the user waits."""
        return AT_ONCE

    def _check_open(self):
        self.check_access("write")
        # two clicks, two workers: one imports
        hold(self)
        self.invalidate_recordset(["state"])
        if self.state not in ("draft", "checked"):
            raise UserError(self.env._("This was imported already."))
        if not self.file:
            raise UserError(self.env._("Choose a file first."))

    def _check_books(self):
        """Refuse debts for which the books are not ready.

        :raise UserError: with what to do
        """
        if not self.may_post:
            raise UserError(
                self.env._(
                    "Debts become entries of the books: an accountant has to import "
                    "them."
                )
            )
        if not (self.journal_id and self.account_id and self.entry_date):
            raise UserError(
                self.env._(
                    "Choose the journal, the counterpart and the day of the entries."
                )
            )
        locked = self.company_id._get_violated_lock_dates(
            self.entry_date, False, self.journal_id
        )
        if locked:
            raise UserError(
                self.env._(
                    "The books are locked on %s. Choose a later day for the entries.",
                    self.entry_date,
                )
            )

    # === IMPORT === #

    def _import(self):
        """Import the file once more from the start, all of it or its good lines."""
        self = self.with_company(self.company_id)
        rows = self._read_rows()
        self._plan(rows)
        failed = any(row.is_wrong for row in rows) and not self.only_good
        if not failed:
            with self.env.cr.savepoint() as point:
                for kind in ORDER:
                    self.env[f"debt.import.sheet.{kind}"]._apply_all(
                        self, [r for r in rows if r.kind == kind and r.is_new]
                    )
                failed = any(row.is_wrong for row in rows) and not self.only_good
                if failed:
                    point.rollback()
        if failed:
            for row in rows:
                row.forget()
        else:
            self.write({"state": "done", "imported_on": fields.Datetime.now()})
        self._keep(rows)

    @api.model
    def _cron_import(self):
        """Import what waits, each file with the rights of whoever asked for it."""
        waiting = self.search([("state", "=", "queued")], order="id", limit=2)
        if not waiting:
            return
        job = waiting[0]
        mine = job.with_user(job.user_id).with_context(
            lang=job.user_id.lang, allowed_company_ids=job.company_id.ids
        )
        try:
            with self.env.cr.savepoint():
                mine._import()
        except Exception as error:
            _logger.exception("The import %s failed", job.id)
            job.write({"state": "checked", "problem": str(error)})
        mine._tell()
        if len(waiting) > 1:
            # each in a transaction of its own
            self.env.ref("debt_collection.ir_cron_debt_import")._trigger()

    def _tell(self):
        """Tell whoever started it that an import in the background ended."""
        self.ensure_one()
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "success" if self.state == "done" else "danger",
                "sticky": True,
                "title": self.name,
                "message": self.env._(
                    "Imported: %(done)s. With errors: %(wrong)s.",
                    done=self.done_count,
                    wrong=self.error_count,
                ),
            },
        )

    def _plan(self, rows):
        """Let each kind of sheet say what would become of its lines."""
        self = self.with_company(self.company_id)
        self._find_customers(rows)
        for kind in ORDER:
            mine = [row for row in rows if row.kind == kind]
            if mine:
                self.env[f"debt.import.sheet.{kind}"]._plan_all(self, mine, rows)

    def _keep(self, rows):
        """Write what became of the lines: what is wrong first, else as in the file."""
        self.line_ids.unlink()
        found = [values for row in rows for values in row.report(self.id)]
        found.sort(key=lambda values: LEVELS.index(values["state"]))
        self.env["debt.import.line"].create(found)
        self.write(
            {
                "state": "done" if self.state == "done" else "checked",
                "row_count": len(rows),
                "new_count": sum(row.is_new and not row.is_wrong for row in rows),
                "same_count": sum(row.is_same for row in rows),
                "warning_count": sum(row.has_remarks for row in rows),
                "error_count": sum(row.is_wrong for row in rows),
                "done_count": sum(row.is_done for row in rows),
                "has_debts": any(row.kind == "debts" and row.is_new for row in rows),
                "problem": False,
            }
        )

    # === UNDO === #

    def action_undo(self):
        """Ask why an import is taken back."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Undo Import"),
            "res_model": "debt.withdraw.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_ids": self.ids},
        }

    def _withdraw(self, reason):
        """Take an import back as far as nobody built on it.

        Promises are withdrawn, notes cancelled, entries cancelled unless something is
        reconciled with them, new contacts archived, changed values restored where they
        are still those of the import.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "done":
            raise UserError(self.env._("Nothing was imported."))
        self = self.with_company(self.company_id)
        for kind in reversed(ORDER):
            lines = self.line_ids.filtered(
                lambda line, kind=kind: line.kind == kind and line.state == "done"
            )
            self.env[f"debt.import.sheet.{kind}"]._undo(lines, reason)
        self.write({"state": "undone", "undo_reason": reason})

    # === WHAT WAS IMPORTED === #

    def action_view_records(self):
        """Open the records of an import, by model."""
        self.ensure_one()
        groups = self.env["debt.import.line"]._read_group(
            [("import_id", "=", self.id), ("res_id", "!=", 0)], ["res_model"]
        )
        models_there = [name for (name,) in groups]
        model = self.env.context.get("debt_model") or (models_there or [None])[0]
        if not model:
            raise UserError(self.env._("Nothing was imported."))
        ids = self.line_ids.filtered(lambda line: line.res_model == model)
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("id", "in", ids.mapped("res_id"))],
            "context": {"active_test": False},
        }

    def action_view_lines(self):
        """Open the lines of the file as a list that can be filtered."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_import_line_action"
        )
        action["domain"] = [("import_id", "=", self.id)]
        return action
