from odoo import api, fields, models
from odoo.tools import clean_context, format_amount

from ...fields import LooseMany2one
from ...tools.locks import hold

SOURCES = [
    ("agent", "Agent"),
    ("salesperson", "Salesperson"),
    ("import", "Import"),
    ("outside", "Lawyer or Agency"),
]


class DebtCoverDeskMixin(models.AbstractModel):
    """What people see of an agreement and do with it, whatever its kind."""

    _name = "debt.cover.desk.mixin"
    _description = "Agreement on the Desk"
    #: The field of ``debt.action`` that names the agreement.
    _action_field = None
    #: Why tasks about an agreement end when it is over: a reason of ``debt.action``.
    _over_reason = None

    company_id = LooseMany2one("res.company")
    currency_id = LooseMany2one("res.currency")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_company = fields.Monetary(
        string="In Company Currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    source = fields.Selection(
        SOURCES, required=True, default=lambda self: self._source(), readonly=True
    )

    @api.model
    def _source(self):
        """Return as what the current user enters agreements."""
        agent = self.env.user.has_group("debt_collection.group_debt_agent")
        sells = self.env.user.has_group("debt_collection.group_debt_salesperson")
        return "salesperson" if sells and not agent else "agent"

    def _money(self, amount):
        """Return an amount in the currency of the agreement as text."""
        if not self.currency_id:
            return ""
        return format_amount(self.env, amount or 0, self.currency_id)

    @api.model
    def _limit_of(self, agent, supervisor):
        """Return the limit that holds for the current user, None for a manager.

        :param agent: what agents may
        :param supervisor: what supervisors may
        """
        user = self.env.user
        if user.has_group("debt_collection.group_debt_manager"):
            return None
        if user.has_group("debt_collection.group_debt_supervisor"):
            return supervisor
        return agent

    # === BUTTONS === #

    def _ask_reason(self, name):
        """Ask why agreements no longer count; see ``_withdraw``."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "debt.withdraw.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_ids": self.ids,
            },
        }

    def action_undo(self):
        """Take back what was entered by mistake some minutes ago."""
        self.ensure_one()
        case = self.case_id
        self.unlink()
        return case._debt_open()

    def action_open_case(self):
        """Open the case of the agreement."""
        self.ensure_one()
        return self.case_id._debt_open()

    def _locked(self):
        """Return these records as they are now, with superuser rights and locked.

        A second click is refused here, or finds that nothing is left to do.
        """
        records = self.sudo()  # sudo: guarded fields
        hold(records)
        records.invalidate_recordset()
        return records

    # === ACTIONS === #

    def _wants(self, action):
        """Return whether a message or task about it still makes sense."""
        raise NotImplementedError

    def _action_values(self, **values):
        """Return what every action about an agreement says."""
        self.ensure_one()
        today = self.company_id._debt_today()
        return {
            "case_id": self.case_id.id,
            "company_id": self.company_id.id,
            "debtor_id": self.partner_id.id,
            "partner_id": self.partner_id.id,
            self._action_field: self.id,
            "planned_date": today,
            "contact_day": today,
            "amount": self.amount_company,
            "item_refs": self.item_ids.ids,
            **values,
        }

    @api.model
    def _plan_actions(self, values):
        """Create messages and tasks, and let the dispatch job take them at once."""
        if not values:
            return
        # sudo: the right to enter or close an agreement is the right to tell of it
        actions = self.env["debt.action"].sudo()
        actions.with_context(clean_context(self.env.context)).create(values)
        self.env.ref("debt_collection.ir_cron_debt_dispatch").sudo()._trigger()

    def _end_tasks(self, purpose):
        """End the tasks about agreements, when what they ask for is over."""
        actions = self.action_ids.filtered(
            lambda action: (
                action.purpose == purpose and action.state in ("planned", "sent")
            )
        )
        actions.activity_id.exists().unlink()
        actions.write({"state": "cancelled", "reason": self._over_reason})
