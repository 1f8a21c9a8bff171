from odoo import api, models
from odoo.fields import Command
from odoo.tools import format_amount

from ...logic.cell_values import plain


class DebtImportSheetDebts(models.AbstractModel):
    """Debts that are not in Odoo yet: one entry of the books for each document.

    The receivable line has the due date of the document and is to be chased, although
    entries of miscellaneous journals usually are not.
    """

    _name = "debt.import.sheet.debts"
    _description = "Import of Debts"
    _inherit = ["debt.import.sheet"]

    @api.model
    def _look_up(self, job, rows, everything):
        job._find_currencies(rows)
        for row in rows:
            job._check_amount(row, "amount")
        if not job.may_post:
            return {"may": False}
        partners = self.env["res.partner"].union(
            *(row.plan["partner"] for row in rows if "partner" in row.plan)
        )
        rated = self.env["res.currency.rate"].search(
            [("company_id", "in", [False, job.company_id.root_id.id])]
        )
        return {
            "may": True,
            "there": self._documents(job, rows),
            "rated": rated.currency_id | job.company_id.currency_id,
            "accounts": {
                partner.id: partner.property_account_receivable_id
                for partner in partners.with_company(job.company_id)
            },
        }

    @api.model
    def _documents(self, job, rows):
        """Return {(customer id, number): entry} of documents that the books have."""
        numbers = list({row.get("number") for row in rows if row.get("number")})
        lines = self.env["account.move.line"].search_fetch(
            [
                ("company_id", "=", job.company_id.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "!=", "cancel"),
                "|",
                ("move_id.ref", "in", numbers),
                ("move_id.name", "in", numbers),
            ],
            ["partner_id", "move_id"],
        )
        there = {}
        for line in lines:
            for number in (line.move_id.ref, line.move_id.name):
                customer = line.partner_id.commercial_partner_id.id
                there[customer, plain(number)] = line.move_id
        return there

    @api.model
    def _plan(self, job, row, known):
        if not known["may"]:
            row.error(
                "",
                self.env._(
                    "Debts become entries of the books: an accountant has to import "
                    "them."
                ),
            )
            return
        partner, amount = row.plan["partner"], row.get("amount")
        key = (partner.id, plain(row.get("number")))
        row.plan["key"] = key
        row.plan["account"] = known["accounts"].get(partner.id)
        if key in known["there"]:
            row.state = "same"
            row.record = ("account.move", known["there"][key].id)
            row.summary = self.env._(
                "%(number)s is in the books: %(entry)s.",
                number=row.get("number"),
                entry=known["there"][key].display_name,
            )
            return
        currency, local = row.plan["currency"], row.get("amount_company")
        if not amount:
            row.error("amount", self.env._("The amount is zero."))
        if local is not None and amount and (local > 0) != (amount > 0):
            row.error(
                "amount_company",
                self.env._("One amount is a debt, the other a credit."),
            )
        if currency not in known["rated"] and local is None:
            row.error(
                "currency",
                self.env._(
                    "%s has no rate. Enter one, or fill in the amount in company "
                    "currency.",
                    currency.name,
                ),
            )
        if not row.plan["account"] or row.plan["account"].non_trade:
            row.error(
                "",
                self.env._("The customer has no receivable account that is collected."),
            )
        if row.get("date") and row.get("due") < row.get("date"):
            row.warn("due", self.env._("Due before the day of the document."))
        if row.get("due").year < 2000:
            row.warn("due", self.env._("Is the year right?"))
        row.state = "new"
        row.summary = self.env._(
            "%(number)s of %(amount)s",
            number=row.get("number"),
            amount=format_amount(self.env, float(amount or 0), currency),
        )

    @api.model
    def _before(self, job, rows):
        job._check_books()

    @api.model
    def _apply(self, job, rows):
        moves = self.env["account.move"].with_context(tracking_disable=True)
        moves = moves.create([self._move_vals(job, row) for row in rows])
        if job.post:
            moves.action_post()
        for row, move in zip(rows, moves, strict=True):
            row.record, row.state = ("account.move", move.id), "done"

    @api.model
    def _move_vals(self, job, row):
        currency, company = row.plan["currency"], job.company_id
        amount = float(row.get("amount"))
        local = row.get("amount_company")
        balance = (
            float(local)
            if local is not None
            else currency._convert(amount, company.currency_id, company, job.entry_date)
        )
        label = " · ".join(filter(None, (row.get("number"), row.get("note"))))
        common = {"currency_id": currency.id, "name": label}
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": job.journal_id.id,
            "date": job.entry_date,
            "invoice_date": row.get("date") or False,
            "ref": row.get("number"),
            "partner_id": row.plan["partner"].id,
            "debt_import_id": job.id,
            "line_ids": [
                Command.create(
                    {
                        **common,
                        "account_id": row.plan["account"].id,
                        "partner_id": row.plan["partner"].id,
                        "amount_currency": amount,
                        "balance": balance,
                        "date_maturity": row.get("due"),
                        "no_followup": False,
                    }
                ),
                Command.create(
                    {
                        **common,
                        "account_id": job.account_id.id,
                        "amount_currency": -amount,
                        "balance": -balance,
                    }
                ),
            ],
        }

    @api.model
    def _undo(self, lines, reason):
        moves = self.env["account.move"].browse(lines.mapped("res_id")).exists()
        used = moves.filtered(
            lambda move: (
                any(move.line_ids.mapped("matched_credit_ids"))
                or any(move.line_ids.mapped("matched_debit_ids"))
            )
        )
        (moves - used).filtered(lambda move: move.state == "posted").button_draft()
        (moves - used).button_cancel()
        for company, group in moves.grouped("company_id").items():
            # sudo: reads the books, so that the cases are without them now
            self.env["debt.run"].sudo()._refresh_debtors(
                company.sudo(), group.partner_id.commercial_partner_id
            )
