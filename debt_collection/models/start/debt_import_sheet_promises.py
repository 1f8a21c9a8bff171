from odoo import api, models
from odoo.fields import Command
from odoo.tools import format_amount, format_date

from ...logic.cell_values import plain


class DebtImportSheetPromises(models.AbstractModel):
    """Promises that are still to be kept; nobody is written to about them."""

    _name = "debt.import.sheet.promises"
    _description = "Import of Promises"
    _inherit = ["debt.import.sheet"]

    @api.model
    def _look_up(self, job, rows, everything):
        job._find_currencies(rows)
        for row in rows:
            job._check_amount(row, "amount")
        ids = [row.plan["partner"].id for row in rows if "partner" in row.plan]
        there = self.env["debt.promise"].search_fetch(
            [
                ("partner_id", "in", ids),
                ("company_id", "=", job.company_id.id),
                ("date", "in", [row.get("date") for row in rows if row.get("date")]),
            ],
            ["partner_id", "date", "amount", "currency_id"],
        )
        coming = {}
        for row in everything:
            if row.kind == "debts" and row.is_new and job.post:
                coming.setdefault(row.plan["partner"].id, []).append(
                    (
                        None,
                        row.plan["currency"].id,
                        row.get("amount"),
                        {plain(row.get("number"))},
                    )
                )
        return {
            "owed": job._books_of(rows),
            "coming": coming,
            "there": {
                (p.partner_id.id, p.date, p.currency_id.id, f"{p.amount:.2f}")
                for p in there
            },
            "today": job.company_id._debt_today(),
        }

    @api.model
    def _plan(self, job, row, known):
        partner, currency = row.plan["partner"], row.plan["currency"]
        amount, day = row.get("amount"), row.get("date")
        made = row.get("made") or min(day, known["today"])
        row.plan["made"] = made
        if amount <= 0:
            row.error("amount", self.env._("The amount must be more than zero."))
        if made > day:
            row.error("made", self.env._("A promise is made before the day it is for."))
        if made > known["today"]:
            row.error("made", self.env._("This day is still to come."))
        key = (partner.id, day, currency.id, f"{amount:.2f}")
        row.plan["key"] = key
        row.summary = self.env._(
            "%(amount)s on %(date)s",
            amount=format_amount(self.env, float(amount), currency),
            date=format_date(self.env, day),
        )
        if key in known["there"]:
            row.state = "same"
            return
        open_items = [
            item
            for item in (
                *known["owed"].get(partner.id, ()),
                *known["coming"].get(partner.id, ()),
            )
            if item[1] == currency.id and item[2] > 0
        ]
        owed = sum(item[2] for item in open_items)
        if not open_items:
            row.error(
                "amount",
                self.env._(
                    "The customer owes nothing in %s that could be paid.", currency.name
                ),
            )
        elif amount > owed:
            row.warn("amount", self.env._("More than the customer owes."))
        numbers = set().union(*(item[3] for item in open_items))
        missing = [n for n in row.get("documents") or () if plain(n) not in numbers]
        if missing and open_items:
            row.error(
                "documents",
                self.env._(
                    "No open documents of the customer: %s.", ", ".join(missing)
                ),
            )
        if day < known["today"]:
            row.warn(
                "date", self.env._("The day is over: the promise is judged at once.")
            )
        row.state = "new"

    @api.model
    def _before(self, job, rows):
        job._cases_of(
            self.env["res.partner"].union(*(row.plan["partner"] for row in rows))
        )

    @api.model
    def _apply(self, job, rows):
        partners = self.env["res.partner"].union(*(r.plan["partner"] for r in rows))
        cases = self.env["debt.case"].search(
            [
                ("partner_id", "in", partners.ids),
                ("company_id", "=", job.company_id.id),
            ]
        )
        by_partner = {case.partner_id.id: case for case in cases}
        promises = self.env["debt.promise"].create(
            [
                self._promise_vals(job, row, by_partner[row.plan["partner"].id])
                for row in rows
            ]
        )
        for row, promise in zip(rows, promises, strict=True):
            row.record, row.state = ("debt.promise", promise.id), "done"

    @api.model
    def _promise_vals(self, job, row, case):
        amount, currency = float(row.get("amount")), row.plan["currency"]
        wanted = {plain(number) for number in row.get("documents") or ()}
        # named here, the promise has not to look for them, and all cases are brought
        # up to date together
        items = (
            self.env["debt.promise"]
            .new({"case_id": case.id, "currency_id": currency.id, "amount": amount})
            ._oldest_items(amount)
        )
        if wanted:
            items = case.item_ids.filtered(
                lambda item: (
                    item.currency_id == currency
                    and item.amount_residual_currency > 0
                    and wanted & self._numbers(item)
                )
            )
        return {
            "case_id": case.id,
            "amount": amount,
            "currency_id": currency.id,
            "made_date": row.plan["made"],
            "date": row.get("date"),
            "method": row.get("method"),
            "note": row.get("note"),
            "item_ids": [Command.set(items.ids)],
            "user_id": case.agent_id.id or self.env.uid,
            "confirm": False,
            "source": "import",
            "import_id": job.id,
        }

    @api.model
    def _numbers(self, item):
        """Return the numbers by which a document may be called."""
        # sudo: numbers of documents, for whoever may see the item
        move = item.move_id.sudo()
        return {plain(move.name), plain(move.ref)} - {""}

    @api.model
    def _undo(self, lines, reason):
        promises = self.env["debt.promise"].browse(lines.mapped("res_id")).exists()
        promises._withdraw(reason)
