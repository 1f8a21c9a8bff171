from odoo import api, models
from odoo.fields import Command

from ...logic.cell_values import plain


class DebtImportSheetLimits(models.AbstractModel):
    """Who works a customer, up to which limit, and when the customer pays."""

    _name = "debt.import.sheet.limits"
    _description = "Import of Limits"
    _inherit = ["debt.import.sheet"]

    @api.model
    def _look_up(self, job, rows, everything):
        job._find_users(rows, "agent")
        job._find_users(rows, "salesperson")
        partners = self.env["res.partner"]
        tags = self.env["res.partner.category"].search([("active", "=", True)])
        calendars = self.env["debt.pay.calendar"].search([("active", "=", True)])
        ids = [row.plan["partner"].id for row in rows if "partner" in row.plan]
        cases = self.env["debt.case"].search(
            [("partner_id", "in", ids), ("company_id", "=", job.company_id.id)]
        )
        return {
            "tags": {plain(tag.name): tag.id for tag in tags},
            "calendars": {plain(calendar.name): calendar for calendar in calendars},
            "cases": {case.partner_id.id: case for case in cases},
            "with_case": job._with_case(rows, everything),
            "may": partners.has_access("write"),
            "may_limit": partners._has_field_access(
                partners._fields["credit_limit"], "write"
            ),
        }

    @api.model
    def _plan(self, job, row, known):
        partner = row.plan["partner"].with_company(job.company_id)
        values = {}
        if not known["may"]:
            row.error("", self.env._("You may not change contacts."))
        limit = row.get("credit_limit")
        if limit is not None and limit < 0:
            row.error("credit_limit", self.env._("A limit cannot be negative."))
        elif limit is not None and not known["may_limit"]:
            row.error(
                "credit_limit", self.env._("Credit limits take accounting rights.")
            )
        elif limit is not None and float(limit) != partner.credit_limit:
            values["credit_limit"] = float(limit)
        if row.get("salesperson") and row.plan.get("salesperson") != partner.user_id.id:
            values["user_id"] = row.plan.get("salesperson")
        if row.get("calendar"):
            calendar = known["calendars"].get(plain(row.get("calendar")))
            if not calendar:
                row.error(
                    "calendar",
                    self.env._(
                        "There are no payment days called “%s”. Create them under "
                        "Configuration / Payment Days.",
                        row.get("calendar"),
                    ),
                )
            elif calendar != partner.debt_pay_calendar_id:
                values["debt_pay_calendar_id"] = calendar.id
        there = {plain(name) for name in partner.category_id.mapped("name")}
        tags = [tag for tag in row.get("tags") or () if plain(tag) not in there]
        agent = self._new_agent(row, known)
        row.plan.update(values=values, tags=tags, agent=agent)
        row.plan["key"] = (partner.id, str(values), tuple(tags), agent)
        row.state = "new" if values or tags or agent else "same"
        row.summary = (
            self.env._("Changes %s", partner.display_name) if row.is_new else ""
        )

    @api.model
    def _new_agent(self, row, known):
        """Return the user who gets the case, None where nothing changes."""
        partner, user = row.plan["partner"], row.plan.get("agent")
        if not user:
            return None
        if partner.id not in known["with_case"]:
            row.warn(
                "agent",
                self.env._("The customer owes nothing: there is no case to assign."),
            )
            return None
        case = known["cases"].get(partner.id)
        return None if case and case.agent_id.id == user else user

    @api.model
    def _apply(self, job, rows):
        self._make_tags(rows)
        self._assign(job, [row for row in rows if row.plan["agent"]])
        for row in rows:
            partner = row.plan["partner"].with_company(job.company_id)
            row.before.update(self._write_with_undo(partner, row.plan["values"]))
            if row.plan["tags"]:
                partner.category_id = [Command.link(tag) for tag in row.plan["tag_ids"]]
                row.before["tags"] = row.plan["tag_ids"]
            row.record, row.state = ("res.partner", partner.id), "done"

    @api.model
    def _make_tags(self, rows):
        names = {plain(name): name for row in rows for name in row.plan["tags"]}
        if not names:
            return
        Tag = self.env["res.partner.category"]
        known = {plain(tag.name): tag.id for tag in Tag.search([("active", "=", True)])}
        missing = [name for word, name in names.items() if word not in known]
        for tag in Tag.create([{"name": name} for name in missing]):
            known[plain(tag.name)] = tag.id
        for row in rows:
            row.plan["tag_ids"] = [known[plain(name)] for name in row.plan["tags"]]

    @api.model
    def _assign(self, job, rows):
        if not rows:
            return
        partners = self.env["res.partner"].union(*(r.plan["partner"] for r in rows))
        cases = job._cases_of(partners)
        for row in rows:
            case = cases.get(row.plan["partner"].id)
            if case:
                change = self._write_with_undo(case, {"agent_id": row.plan["agent"]})
                row.before["agent"] = [case.id, change]

    @api.model
    def _undo(self, lines, reason):
        for line in lines:
            partner = self.env["res.partner"].browse(line.res_id).exists()
            before = dict(line.before or {})
            case_id, change = before.pop("agent", (0, {}))
            if case_id:
                self._restore(self.env["debt.case"].browse(case_id), change)
            tags = before.pop("tags", ())
            if partner:
                partner.category_id = [Command.unlink(tag) for tag in tags]
                self._restore(partner, before)
