from odoo import api, fields, models
from odoo.tools import SQL


class DebtCaseMergeMixin(models.AbstractModel):
    """What happens to cases when their contacts are merged."""

    _name = "debt.case.merge.mixin"
    _description = "Merging of Collection Cases"

    @api.model
    def _merge_debtors(self, sources, target):
        """Move the cases of merged contacts to the one that stays.

        In each company the case of ``target`` stays, or the oldest one becomes it;
        items, actions and messages go with it.
        """
        self.env.flush_all()
        cases = self.search([("partner_id", "in", (sources | target).ids)], order="id")
        for company_cases in cases.grouped("company_id").values():
            kept = company_cases.filtered(lambda c: c.partner_id == target)[:1]
            kept = kept or company_cases[:1]
            lost = company_cases - kept
            kept.partner_id = target
            if lost:
                kept._absorb(lost)
        for table, column in (
            ("debt_action", "debtor_id"),
            ("debt_action", "partner_id"),
            ("debt_item", "partner_id"),
            ("debt_charge", "partner_id"),
            ("debt_run_line", "partner_id"),
            ("debt_run_line", "addressee_id"),
            ("debt_handover", "partner_id"),
            ("debt_bureau_line", "partner_id"),
            *((table, "contact_id") for table in self._cover_tables("contact_id")),
            *((table, "partner_id") for table in self._cover_tables()),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE %s = ANY(%s)",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    target.id,
                    SQL.identifier(column),
                    list(sources.ids),
                )
            )
        self.env.invalidate_all()

    @api.model
    def _cover_tables(self, field="case_id"):
        """Return the tables of agreements that have a field."""
        covers = self.env["debt.cover.mixin"]._cover_models()
        return tuple(model._table for model in covers if field in model._fields)

    def _absorb(self, lost):
        """Take over the history of other cases of the same debtor and remove them."""
        self.ensure_one()
        # what they were thanked for is not an episode of this one
        self.env.cr.execute(
            SQL(
                "UPDATE debt_action SET episode = NULL WHERE case_id = ANY(%s)",
                list(lost.ids),
            )
        )
        for model in self.env["debt.cover.mixin"]._cover_models():
            model._give_way(self, lost)
        self.env.flush_all()
        self.env["debt.handover"]._merge_cases(self, lost)
        links = self.env["debt.link"].sudo()  # sudo: nobody reads links
        links._follow(lost, self, fields.Datetime.now())
        own = (
            "debt_action",
            "debt_bureau_line",
            "debt_charge",
            "debt_handover",
            "debt_item",
            "debt_limitation_event",
            "debt_link",
            "debt_run_line",
        )
        for table in (*own, *self._cover_tables()):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET case_id = %s WHERE case_id = ANY(%s)",
                    SQL.identifier(table),
                    self.id,
                    list(lost.ids),
                )
            )
        for table, model, column in (
            ("mail_message", "model", "res_id"),
            ("mail_activity", "res_model", "res_id"),
            ("ir_attachment", "res_model", "res_id"),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE %s = 'debt.case' AND %s = ANY(%s)",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    self.id,
                    SQL.identifier(model),
                    SQL.identifier(column),
                    list(lost.ids),
                )
            )
        days = [c.last_message_day for c in self | lost if c.last_message_day]
        self.write(
            {
                "last_message_day": max(days, default=False),
                "episode": max((self | lost).mapped("episode")),
                "agent_id": (self.agent_id or lost.agent_id[:1]).id,
                "judged_day": False,
            }
        )
        self._message_log(
            body=self.env._(
                "The case of %(names)s was merged into this one.",
                names=", ".join(lost.mapped("display_name")),
            )
        )
        self.env.flush_all()
        self.env.cr.execute(
            SQL("DELETE FROM debt_case WHERE id = ANY(%s)", list(lost.ids))
        )
        self.env.invalidate_all()
