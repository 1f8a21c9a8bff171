from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class DebtClassifyWizard(models.TransientModel):
    """Says why something is left of documents, who gets the paper and by when."""

    _name = "debt.classify.wizard"
    _description = "Classify a Difference"

    item_ids = fields.Many2many(
        "debt.item",
        string="Documents",
        required=True,
        domain="[('case_id', '=?', case_id), ('state', '=', 'open'),"
        " ('amount_residual_currency', '>', 0)]",
    )
    case_id = fields.Many2one("debt.case")
    single = fields.Boolean(compute="_compute_single")
    currency_id = fields.Many2one("res.currency", compute="_compute_single")
    customer_count = fields.Integer(compute="_compute_single")
    amount = fields.Monetary(
        string="Difference", compute="_compute_amount", store=True, readonly=False
    )
    reason_id = fields.Many2one(
        "debt.difference.reason",
        compute="_compute_reason",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    leads_to_dispute = fields.Boolean(compute="_compute_reason_values")
    document = fields.Char(
        string="Document Awaited",
        compute="_compute_document",
        store=True,
        readonly=False,
    )
    deadline = fields.Date(
        string="Until",
        compute="_compute_document",
        store=True,
        readonly=False,
    )
    owner_id = fields.Many2one(
        "res.users",
        domain=[("share", "=", False)],
        help="Empty: of the reason, else the agent of the customer.",
    )
    each = fields.Boolean(
        string="One for Each Document",
        help="Instead of one for each customer: each waits for a document of its own.",
    )
    ask = fields.Boolean(
        string="Ask the Customer",
        compute="_compute_document",
        store=True,
        readonly=False,
        help="Writes to the customer which document is missing.",
    )
    note = fields.Text()

    @api.depends("item_ids")
    def _compute_single(self):
        for wizard in self:
            items = wizard.item_ids
            wizard.single = len(items.case_id) == 1 and len(items.currency_id) == 1
            wizard.currency_id = items.currency_id[:1]
            wizard.customer_count = len(items.case_id)

    @api.depends("item_ids", "each")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.single and wizard._room(wizard.item_ids)

    @api.depends("item_ids")
    def _compute_reason(self):
        for wizard in self:
            reasons = wizard.item_ids.suggested_reason_id
            wizard.reason_id = reasons if len(reasons) == 1 else wizard.reason_id

    @api.depends("reason_id")
    def _compute_reason_values(self):
        for wizard in self:
            wizard.leads_to_dispute = wizard.reason_id.next_step == "dispute"

    @api.depends("reason_id")
    def _compute_document(self):
        for wizard in self:
            reason = wizard.reason_id
            wizard.document = reason.document
            wizard.ask = reason.ask_customer and bool(reason.document)
            blank = self.env["debt.difference"].new(wizard._values(wizard.item_ids[:1]))
            wizard.deadline = blank.deadline if reason else False

    def _values(self, items):
        return {
            "case_id": items.case_id.id,
            "item_ids": [Command.set(items.ids)],
            "reason_id": self.reason_id.id,
        }

    def _room(self, items):
        """Return what is left of items of one customer and nobody settles yet."""
        return self.env["debt.difference"].new({"item_ids": items.ids})._room()

    def _groups(self):
        """Return the items, grouped as they are to be classified."""
        if self.each:
            return list(self.item_ids)
        groups = self.item_ids.grouped(lambda item: (item.case_id, item.currency_id))
        return list(groups.values())

    def action_confirm(self):
        """Classify, and show what came of it."""
        self.ensure_one()
        records = self._classify()
        kind = records._name.replace(".", "_")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"debt_collection.{kind}_action"
        )
        action["context"] = {}
        if len(records) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = records.id
        else:
            action["domain"] = [("id", "in", records.ids)]
        return action

    def _classify(self):
        """Return the differences that were entered, or disputes where one is opened."""
        groups = self._groups()
        if not groups:
            raise UserError(self.env._("Choose the documents."))
        if self.leads_to_dispute:
            return self._dispute(groups)
        by_hand = self.single and not self.each
        differences = self.env["debt.difference"].create(
            [
                {
                    **self._values(items),
                    "document": self.document,
                    "deadline": self.deadline,
                    "description": self.note,
                    **({"amount": self.amount} if by_hand else {}),
                    **({"owner_id": self.owner_id.id} if self.owner_id else {}),
                }
                for items in groups
            ]
        )
        differences._link_notices()
        if self.ask and self.document:
            differences.action_ask()
        return differences

    def _dispute(self, groups):
        """Open disputes instead: the customer does not agree."""
        return self.env["debt.dispute"].create(
            [
                {
                    "item_ids": [Command.set(items.ids)],
                    "reason_id": self.reason_id.dispute_reason_id.id,
                    "description": self.note,
                    "amount": self.amount
                    if self.single and not self.each
                    else self._room(items),
                }
                for items in groups
            ]
        )
