from odoo import api, fields, models

from odoo.addons.debt_collection.fields import LooseMany2one

from .debt_autopay import LIVE


class DebtPlan(models.Model):
    _inherit = "debt.plan"

    autopay_ids = fields.One2many(
        "debt.autopay", "plan_id", string="Automatic Payment", readonly=True
    )
    autopay_id = LooseMany2one(
        "debt.autopay",
        string="Consent in Force",
        compute="_compute_autopay",
        search="_search_autopay",
    )
    autopay_words = fields.Char(
        compute="_compute_autopay", string="Automatic Payment in Words"
    )
    autopay_charge_ids = fields.One2many(
        "debt.autopay.charge", compute="_compute_autopay", string="Automatic Charges"
    )

    @api.depends("autopay_ids.state", "autopay_ids.words")
    @api.depends_context("lang")
    def _compute_autopay(self):
        for plan in self:
            live = plan.autopay_ids.filtered(lambda autopay: autopay.state in LIVE)
            plan.autopay_id = live[:1]
            plan.autopay_words = live[:1].words
            plan.autopay_charge_ids = plan.autopay_ids.charge_ids

    def _search_autopay(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = [("state", "in", LIVE)]
        if ids := [one for one in value if one]:
            wanted.append(("id", "in", ids))
        plans = self.env["debt.autopay"].search(wanted).plan_id
        return [("id", "in" if ids else "not in", plans.ids)]


class DebtPromise(models.Model):
    _inherit = "debt.promise"

    autopay_charge_ids = fields.One2many(
        "debt.autopay.charge",
        "promise_id",
        string="Automatic Charges",
        readonly=True,
    )
    autopay_state = fields.Char(
        compute="_compute_autopay_state", string="Automatic Payment"
    )

    @api.depends("autopay_charge_ids.state")
    @api.depends_context("lang")
    def _compute_autopay_state(self):
        states = self.env["debt.autopay.charge"]._fields["state"]
        labels = dict(states._description_selection(self.env))
        for promise in self:
            last = promise.autopay_charge_ids.sorted("id")[-1:]
            promise.autopay_state = " · ".join(
                filter(None, [labels.get(last.state), last.error])
            )
