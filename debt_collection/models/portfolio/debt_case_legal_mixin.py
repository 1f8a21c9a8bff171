from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ...fields import LooseMany2one


class DebtCaseLegalMixin(models.AbstractModel):
    """What a case has to do with lawyers, agencies, factors and limitation."""

    _name = "debt.case.legal.mixin"
    _description = "Collection Case before the Law"

    handover_ids = fields.One2many("debt.handover", "case_id", string="Hand-Overs")
    handover_count = fields.Integer(
        compute="_compute_handover_count", string="Number of Hand-Overs"
    )
    handover_text = fields.Char(
        compute="_compute_handover_count",
        string="Handed Over",
        help="Who has the case now, and since when.",
    )
    assignment_ids = fields.One2many(
        "debt.assignment", "case_id", string="Assigned Debts"
    )
    assignment_count = fields.Integer(
        compute="_compute_assignment_count", string="Number of Assigned Debts"
    )
    limitation_rule_id = LooseMany2one(
        "debt.limitation.rule",
        string="Limitation Rule",
        tracking=True,
        help="Empty: that of the country of the company.",
    )
    limitation_event_ids = fields.One2many(
        "debt.limitation.event", "case_id", string="Interruptions"
    )
    date_limitation = fields.Date(
        string="Lapses on",
        readonly=True,
        help="The earliest day on which a document of the case can no longer be "
        "claimed in court; only where it is near.",
    )
    limitation_told = fields.Date(
        readonly=True, help="The day of which whoever is responsible was told."
    )

    @api.depends("handover_ids.state")
    @api.depends_context("lang")
    def _compute_handover_count(self):
        for case in self:
            case.handover_count = len(case.handover_ids)
            active = case.handover_ids.filtered(lambda h: h.state == "handed")[:1]
            case.handover_text = bool(active) and self.env._(
                "%(agency)s since %(date)s, %(amount)s",
                agency=active.agency_id.sudo().name,  # sudo: a name, with the case
                date=format_date(self.env, active.date),
                amount=format_amount(self.env, active.amount, active.currency_id),
            )

    @api.depends("assignment_ids")
    def _compute_assignment_count(self):
        for case in self:
            case.assignment_count = len(case.assignment_ids)

    def write(self, vals):
        result = super().write(vals)
        if "limitation_rule_id" in vals:
            self._watch_limitation()
        return result

    def _watch_limitation(self):
        """Look again when these cases lapse, at once."""
        # sudo: what the law says is the system's, whoever changed its premises
        for company, cases in self.sudo().grouped("company_id").items():
            self.env["debt.limitation.rule"].sudo()._watch(
                company, company._debt_today(), cases
            )

    # === BUTTONS === #

    def action_handover(self):
        """Prepare a hand-over of the case; open the one there is."""
        self.ensure_one()
        self._check_owes()
        handed = self.handover_ids.filtered(lambda h: h.state == "handed")[:1]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over"),
            "res_model": "debt.handover",
            "view_mode": "form",
            "res_id": handed.id,
            "context": {"default_case_id": self.id},
        }

    def action_open_handovers(self):
        """Open the hand-overs of the case."""
        return self._open_legal("debt_handover_action")

    def action_open_assignments(self):
        """Open the documents of the case that are a factor's or an insurer's."""
        return self._open_legal("debt_assignment_action")

    def action_limitation(self):
        """Enter what made the term of limitation begin anew."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Interruption of the Limitation"),
            "res_model": "debt.limitation.event",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def _open_legal(self, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"debt_collection.{name}"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {"default_case_id": self.id}
        return action
