from odoo import api, models

from ...logic.cell_values import plain


class DebtImportSheetNotes(models.AbstractModel):
    """What was said before: contacts of the past, of which nothing is sent."""

    _name = "debt.import.sheet.notes"
    _description = "Import of Notes"
    _inherit = ["debt.import.sheet"]

    @api.model
    def _look_up(self, job, rows, everything):
        job._find_users(rows, "agent")
        outcomes = self.env["debt.outcome"]
        words = {}
        # sheets are written in one language and imported in another
        for lang, _name in self.env["res.lang"].get_installed():
            for outcome in outcomes.with_context(lang=lang).search(
                [("active", "=", True)]
            ):
                words[plain(outcome.name)] = words[plain(outcome.code)] = outcome.id
        days = {row.get("date") for row in rows if row.get("date")}
        ids = [row.plan["partner"].id for row in rows if "partner" in row.plan]
        there = self.env["debt.action"].search_fetch(
            [
                ("debtor_id", "in", ids),
                ("company_id", "=", job.company_id.id),
                ("by_hand", "=", True),
                ("state", "=", "done"),
                ("contact_day", "in", list(days)),
            ],
            ["debtor_id", "contact_day", "note"],
        )
        return {
            "outcomes": words,
            "outcome_names": ", ".join(
                outcomes.search([("active", "=", True)]).mapped("name")
            ),
            "there": {
                (action.debtor_id.id, action.contact_day, plain(action.note))
                for action in there
            },
            "with_case": job._with_case(rows, everything),
            "today": job.company_id._debt_today(),
        }

    @api.model
    def _plan(self, job, row, known):
        partner, day = row.plan["partner"], row.get("date")
        if row.get("outcome"):
            row.plan["outcome"] = known["outcomes"].get(plain(row.get("outcome")))
            if not row.plan["outcome"]:
                row.error(
                    "outcome",
                    self.env._(
                        "“%(text)s” is no outcome. Write one of: %(words)s.",
                        text=row.get("outcome"),
                        words=known["outcome_names"],
                    ),
                )
        if day > known["today"]:
            row.error("date", self.env._("This day is still to come."))
        if partner.id not in known["with_case"]:
            row.error(
                "",
                self.env._("The customer owes nothing: there is no case for the note."),
            )
        row.plan["key"] = (partner.id, day, plain(row.get("text")))
        row.state = "same" if row.plan["key"] in known["there"] else "new"
        row.summary = row.get("text").split("\n")[0][:120]

    @api.model
    def _apply(self, job, rows):
        partners = self.env["res.partner"].union(*(r.plan["partner"] for r in rows))
        cases = job._cases_of(partners)
        outcomes = self.env["debt.outcome"]
        values = []
        for row in rows:
            case = cases[row.plan["partner"].id]
            outcome = outcomes.browse(row.plan.get("outcome"))
            values.append(
                {
                    "case_id": case.id,
                    "company_id": job.company_id.id,
                    "debtor_id": case.partner_id.id,
                    "partner_id": case.partner_id.id,
                    "import_id": job.id,
                    "channel": row.get("channel") or "other",
                    "track": "task",
                    "purpose": "contact",
                    "state": "done",
                    "by_hand": True,
                    "reached": outcome
                    and ("debtor" if outcome.reached else "nobody")
                    or False,
                    "outcome_id": outcome.id,
                    "note": row.get("text"),
                    "user_id": row.plan.get("agent") or self.env.uid,
                    "sent_date": job.company_id._debt_noon(row.get("date")),
                    "planned_date": row.get("date"),
                    "contact_day": row.get("date"),
                }
            )
        # sudo: evidence is written by the product, whoever brings it
        actions = self.env["debt.action"].sudo().create(values)
        for row, action in zip(rows, actions, strict=True):
            row.record, row.state = ("debt.action", action.id), "done"

    @api.model
    def _undo(self, lines, reason):
        # sudo: see ``_apply``; they stay in the log as cancelled
        actions = self.env["debt.action"].sudo().browse(lines.mapped("res_id"))
        actions.exists().write({"state": "cancelled", "reason": "undone"})
