from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...fields import LooseMany2one


class DebtPurge(models.Model):
    """What was purged, or would be: how much, by which rule, by whom. No names."""

    _name = "debt.purge"
    _description = "Purge"
    _order = "id desc"

    name = fields.Char(required=True)
    rule_id = LooseMany2one("debt.retention.rule", index="btree_not_null")
    kind = fields.Selection(
        lambda self: [
            *self.env["debt.retention.rule"]
            ._fields["kind"]
            ._description_selection(self.env),
            ("person", self.env._("A customer, on request")),
        ],
        string="What",
        required=True,
    )
    company_id = fields.Many2one("res.company", required=True)
    partner_id = LooseMany2one("res.partner", string="Customer")
    day = fields.Date(required=True)
    user_id = LooseMany2one("res.users", string="By")
    simulated = fields.Boolean(
        string="Preview", help="Nothing was purged: this is what would be."
    )
    case_count = fields.Integer(string="Cases")
    counts = fields.Json(string="Rows by Kind of Record")
    row_count = fields.Integer(string="Records", compute="_compute_counts")
    table = fields.Html(compute="_compute_counts", sanitize=False)

    @api.depends("counts")
    @api.depends_context("lang")
    def _compute_counts(self):
        names = {}
        kinds = self.env["ir.model"].sudo()  # sudo: names of kinds of records
        for purge in self:
            rows = []
            for model, count in sorted((purge.counts or {}).items()):
                if model not in names:
                    names[model] = kinds._get(model).name or model
                rows.append((names[model], count))
            purge.row_count = sum(count for _name, count in rows)
            purge.table = Markup("<table class='table table-sm w-auto'>%s</table>") % (
                Markup().join(
                    Markup("<tr><td>%s</td><td class='text-end ps-4'>%s</td></tr>")
                    % row
                    for row in sorted(rows)
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if any(not purge.simulated for purge in self):
            raise UserError(
                self.env._("The report of a purge says what was lost: it stays.")
            )

    @api.model
    def _report(
        self, name, kind, company, day, counts, cases, rule=None, partner=None,
        simulated=False,
    ):  # fmt: skip
        """Write down what was purged, or would be.

        :param counts: {model: rows}
        :param cases: number of cases
        :return: the report, readable by the current user as far as they may
        """
        # sudo: only the product writes reports
        report = self.sudo().create(
            {
                "name": name,
                "kind": kind,
                "company_id": company.id,
                "day": day,
                "counts": {model: n for model, n in counts.items() if n},
                "case_count": cases,
                "rule_id": rule.id if rule else False,
                "partner_id": partner.id if partner else False,
                "user_id": self.env.uid,
                "simulated": simulated,
            }
        )
        return self.browse(report.id)

    def _open(self):
        """Return the action that shows these reports."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_purge_action"
        )
        if len(self) == 1:
            return {
                **action,
                "res_id": self.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return {**action, "domain": [("id", "in", self.ids)]}
