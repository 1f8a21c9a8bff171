from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools.sql import int_array

#: States in which an agreement or a hand-over is not over.
UNDER_WAY = (
    *("active", "approve", "assigned", "draft", "handed", "notified", "offered"),
    *("open", "proposed"),
)
#: What only supervisors say.
HOLD_FIELDS = frozenset(("legal_hold", "legal_hold_reason"))


class DebtCaseEvidenceMixin(models.AbstractModel):
    """For how long what is known of a debtor has to stay, and what went out of it."""

    _name = "debt.case.evidence.mixin"
    _description = "Evidence of Collection Cases"

    legal_hold = fields.Boolean(
        tracking=True,
        help="Nothing of this case is purged or anonymised: a complaint or a lawsuit "
        "is expected or under way.",
    )
    legal_hold_reason = fields.Char(string="Why on Legal Hold", tracking=True)
    purged = fields.Json(
        string="Purges",
        readonly=True,
        help="What was purged by a rule of retention, and when.",
    )
    purged_text = fields.Char(string="Purged", compute="_compute_purged_text")
    export_ids = fields.Many2many(
        "debt.export", compute="_compute_export_ids", string="Exports"
    )

    @api.depends("purged")
    @api.depends_context("lang")
    def _compute_purged_text(self):
        kinds = dict(
            self.env["debt.retention.rule"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        for case in self:
            case.purged_text = " · ".join(
                f"{kinds.get(kind, kind)}: {day}"
                for kind, day in sorted((case.purged or {}).items())
            )

    @api.depends("partner_id")
    def _compute_export_ids(self):
        exports = self.env["debt.export"]
        if exports.has_access("read"):
            exports = exports.search([("partner_id", "in", self.partner_id.ids)])
        for case in self:
            case.export_ids = exports.filtered(
                lambda export, case=case: (
                    export.partner_id == case.partner_id
                    and case.company_id in export.company_ids
                )
            )

    def write(self, vals):
        if not self.env.su and HOLD_FIELDS & vals.keys():
            if not self.env.user.has_group("debt_collection.group_debt_supervisor"):
                raise AccessError(
                    self.env._("Only supervisors put cases on legal hold.")
                )
            for case in self:
                held = vals.get("legal_hold", case.legal_hold)
                if held and not vals.get("legal_hold_reason", case.legal_hold_reason):
                    raise UserError(self.env._("Say why the case is on legal hold."))
        return super().write(vals)

    # === WHAT HAS TO STAY === #

    @api.model
    def _held_by_law(self):
        """Return the condition on ``c`` (debt_case) of what may not be purged.

        A case that is not closed, one on legal hold, and one with an agreement, a
        dispute or a hand-over that is not over.
        """
        parts = [
            SQL("c.state <> 'closed'"),
            SQL("c.legal_hold IS TRUE"),
            SQL(
                """EXISTS (SELECT FROM debt_item i
                            WHERE i.case_id = c.id AND i.state = 'open'
                              AND i.amount_residual > 0)"""
            ),
        ]
        for model in self._with_states():
            parts.append(
                SQL(
                    "EXISTS (SELECT FROM %s h WHERE h.case_id = c.id"
                    " AND h.state IN %s)",
                    SQL.identifier(model._table),
                    UNDER_WAY,
                )
            )
        return SQL("(%s)", SQL(" OR ").join(parts))

    @api.model
    def _with_states(self):
        """Return the models of what is agreed on or handed over."""
        covers = self.env["debt.cover.mixin"]._cover_models()
        return (*covers, self.env["debt.handover"])

    def _why_kept(self):
        """Return {case: why nothing of it may go}, in words."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT c.id FROM debt_case c WHERE c.id = ANY(%s) AND %s",
                int_array(self.ids),
                self._held_by_law(),
            )
        )
        kept = {}
        for case in self.browse([case_id for (case_id,) in rows]):
            name = self.env._(
                "%(customer)s in %(company)s",
                customer=case.display_name,
                company=case.company_id.name,
            )
            if case.legal_hold:
                why = self.env._(
                    "%(case)s: on legal hold, %(reason)s",
                    case=name,
                    reason=case.legal_hold_reason,
                )
            elif case.state != "closed" or case.item_ids.filtered(
                lambda item: item.amount_residual > 0
            ):
                why = self.env._("%s: something is still owed.", name)
            else:
                why = self.env._(
                    "%s: an agreement, a dispute or a hand-over is not over.", name
                )
            kept[case] = why
        return kept
