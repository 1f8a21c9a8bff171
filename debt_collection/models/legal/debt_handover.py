from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import clean_context

from ...fields import LooseMany2one
from ...tools.locks import hold
from .debt_legal_document import KINDS

STATES = [
    ("draft", "Draft"),
    ("handed", "Handed Over"),
    ("returned", "Returned"),
    ("closed", "Closed"),
]
#: What is decided when a supervisor hands a case over; it stays afterwards.
TERMS = {
    "agency_id",
    "case_id",
    "commission_amount",
    "commission_kind",
    "commission_percent",
    "item_ids",
    "kind",
}
#: What only the product writes.
GUARDED = {
    "amount",
    "asked_date",
    "company_id",
    "date",
    "end_date",
    "end_reason",
    "ended_by_id",
    "partner_id",
    "stage_reason",
    "state",
}


class DebtHandover(models.Model):
    """The debts of a case that a lawyer or an agency claims, from one day to another.

    Agents propose, supervisors hand over. Meanwhile the case is in a stage that stops
    friendly contact. What came in meanwhile is read from the books.
    """

    _name = "debt.handover"
    _description = "Hand-Over"
    _inherit = [
        "debt.handover.books.mixin",
        "debt.handover.dossier.mixin",
        "debt.handover.mail.mixin",
        "debt.handover.outside.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["reference", "partner_id", "agency_id"]
    _mail_post_access = "read"

    case_id = LooseMany2one(
        "debt.case", required=True, index=True, domain=[("state", "!=", "closed")]
    )
    company_id = LooseMany2one(
        "res.company",
        compute="_compute_company",
        store=True,
        precompute=True,
        required=True,
    )
    partner_id = LooseMany2one(
        "res.partner",
        string="Customer",
        compute="_compute_company",
        store=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(KINDS, required=True, default="lawyer", tracking=True)
    agency_id = fields.Many2one(
        "res.partner",
        string="Lawyer or Agency",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
        help="Its portal users see this case, and no other one, while it is handed "
        "over.",
    )
    user_id = LooseMany2one(
        "res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
        help="Gets the activities of the procedure.",
    )
    item_ids = fields.Many2many(
        "debt.item",
        string="Documents",
        domain="[('case_id', '=', case_id), ('state', '=', 'open'),"
        " ('amount_residual_currency', '>', 0)]",
        help="What is claimed. Empty: all that is overdue.",
    )
    amount = fields.Monetary(
        string="Handed Over",
        compute="_compute_amount",
        store=True,
        precompute=True,
        help="What was owed of the documents when they were handed over, in the "
        "currency of the company.",
    )
    commission_kind = fields.Selection(
        [("percent", "% of What Is Recovered"), ("fixed", "Fixed Amount")],
        string="Commission",
        required=True,
        default="percent",
        help="Without VAT, which comes with the bill.",
    )
    commission_percent = fields.Float(string="Commission (%)", digits=(5, 2))
    commission_amount = fields.Monetary(string="Fixed Commission")
    reference = fields.Char(
        string="Reference or Court File",
        tracking=True,
        help="The number under which the lawyer, the agency or the court files it.",
    )
    court = fields.Char(tracking=True)
    state = fields.Selection(
        STATES,
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    asked_date = fields.Date(string="Proposed on", readonly=True, copy=False)
    date = fields.Date(
        string="Handed Over on", readonly=True, copy=False, tracking=True
    )
    end_date = fields.Date(string="Ended on", readonly=True, copy=False)
    end_reason = fields.Char(
        string="Reason of the End", readonly=True, copy=False, tracking=True
    )
    ended_by_id = LooseMany2one(
        "res.users", string="Ended by", readonly=True, copy=False
    )
    stage_reason = fields.Char(readonly=True, copy=False)
    document_ids = fields.One2many(
        "debt.handover.document", "handover_id", string="Checklist"
    )
    missing = fields.Char(compute="_compute_missing", help="Needed, and not there yet.")
    missing_reason = fields.Text(
        string="Why without Them",
        copy=False,
        tracking=True,
        help="Why the case is handed over although needed documents are missing.",
    )
    step_ids = fields.One2many("debt.handover.step", "handover_id", string="Procedure")
    next_deadline = fields.Date(compute="_compute_next_deadline", store=True)
    cost_total = fields.Monetary(
        string="Costs",
        compute="_compute_cost_total",
        help="Of all steps, whoever paid them, in the currency of the company.",
    )
    cost_own = fields.Monetary(string="Costs Paid by Us", compute="_compute_cost_total")
    description = fields.Text(
        string="Instructions", help="What the lawyer or agency has to know."
    )

    _active_uniq = models.UniqueIndex(
        "(case_id) WHERE state = 'handed'",
        "This case is with a lawyer or an agency already.",
    )
    _commission = models.Constraint(
        "CHECK(commission_percent >= 0 AND commission_percent <= 100"
        " AND commission_amount >= 0)",
        "A commission is from 0 to 100 %, or an amount that is not negative.",
    )

    # === COMPUTE METHODS === #

    @api.depends("case_id")
    def _compute_company(self):
        for handover in self:
            # sudo: whoever may enter it for a case may know whose case it is
            case = handover.case_id.sudo()
            handover.company_id = case.company_id
            handover.partner_id = case.partner_id

    @api.depends("item_ids")
    def _compute_amount(self):
        for handover in self:
            # sudo: agents need no right on the books
            items = handover.sudo().item_ids
            handover.amount = sum(items.mapped("amount_residual"))

    @api.depends("document_ids.needed", "document_ids.there")
    @api.depends_context("lang")
    def _compute_missing(self):
        for handover in self:
            lines = handover.document_ids.filtered(lambda d: d.needed and not d.there)
            handover.missing = ", ".join(lines.mapped("display_name"))

    @api.depends("step_ids.deadline", "step_ids.done")
    def _compute_next_deadline(self):
        for handover in self:
            steps = handover.step_ids.filtered(lambda s: s.deadline and not s.done)
            handover.next_deadline = min(steps.mapped("deadline"), default=False)

    @api.depends("step_ids.cost_company", "step_ids.paid_by")
    def _compute_cost_total(self):
        for handover in self:
            steps = handover.step_ids
            own = steps.filtered(lambda step: step.paid_by == "company")
            handover.cost_total = sum(steps.mapped("cost_company"))
            handover.cost_own = sum(own.mapped("cost_company"))

    @api.depends("partner_id", "agency_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for handover in self:
            # sudo: both names are shown wherever the hand-over is
            names = (handover.partner_id.sudo().name, handover.agency_id.sudo().name)
            handover.display_name = " → ".join(filter(None, names))

    # === CONSTRAINTS AND CRUD === #

    @api.constrains("item_ids", "case_id", "agency_id")
    def _check_items(self):
        for handover in self:
            items = handover.sudo().item_ids  # sudo: see ``_compute_company``
            if items.case_id - handover.case_id:
                raise ValidationError(
                    self.env._("Choose documents of this customer only.")
                )
            agency = handover.agency_id.commercial_partner_id
            if agency == handover.partner_id.sudo().commercial_partner_id:
                raise ValidationError(
                    self.env._("A customer is not their own lawyer or agency.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_guarded(vals)
        handovers = super().create(vals_list)
        for handover in handovers:
            if not handover.item_ids:
                # sudo: part of entering it, also for who may change nothing
                handover.sudo().item_ids = handover._overdue_items()
            if not handover.item_ids:
                raise UserError(
                    self.env._(
                        "%(customer)s owes nothing that is overdue.",
                        customer=handover.case_id.display_name,
                    )
                )
            if not handover.document_ids:
                handover._fill_checklist()
        return handovers

    def write(self, vals):
        self._check_guarded(vals)
        agreed = any(handover.state != "draft" for handover in self)
        if agreed and TERMS & vals.keys() and not self.env.su:
            raise UserError(
                self.env._(
                    "This is agreed with the lawyer or agency. Take the case back and "
                    "hand it over again."
                )
            )
        result = super().write(vals)
        if "user_id" in vals:
            # sudo: what the old one had to do, the new one has to
            self.sudo().step_ids.activity_id.exists().user_id = vals["user_id"]
        return result

    @api.model
    def _check_guarded(self, vals):
        """Refuse to let users write what the product and its buttons decide."""
        guarded = GUARDED & vals.keys()
        if guarded and not self.env.su:
            raise AccessError(
                self.env._(
                    "The product itself writes these fields: %(fields)s",
                    fields=", ".join(sorted(guarded)),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(handover.state != "draft" for handover in self):
            raise UserError(
                self.env._("It is evidence by now. Take the case back instead.")
            )

    def _overdue_items(self):
        """Return all documents of the case that are overdue."""
        self.ensure_one()
        today = self.company_id._debt_today()
        # sudo: see ``_compute_company``
        items = self.case_id.sudo().item_ids.filtered(
            lambda item: (
                item.amount_residual_currency > 0
                and item.date_due < today
                and not item.excluded
            )
        )
        return items.sudo(self.env.su)

    def _fill_checklist(self):
        documents = self.env["debt.legal.document"]._for_kind(self.kind)
        # sudo: see ``create``
        self.sudo().document_ids = [
            Command.create({"document_id": document.id}) for document in documents
        ]

    # === BUTTONS === #

    def action_propose(self):
        """Ask the supervisor to hand the case over."""
        self.check_access("write")
        for handover in self.filtered(lambda h: h.state == "draft"):
            company = handover.company_id.sudo()  # sudo: settings of the company
            user = company._debt_dispute_supervisor()
            # sudo: guarded field, and an activity of somebody else
            draft = handover.sudo()
            draft.asked_date = company._debt_today()
            if user and user != self.env.user:
                clean = draft.with_context(clean_context(self.env.context))
                told = clean.with_context(lang=user.lang)
                told.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=told.env._(
                        "Hand the case over to %s", handover.agency_id.name
                    ),
                    user_id=user.id,
                )

    def action_hand_over(self):
        """Hand cases over; friendly contact stops.

        :raise AccessError: for who is no supervisor
        :raise UserError: with what is missing
        """
        self._check_supervisor()
        for handover in self:
            handover._check_ready()
            company = handover.company_id
            agency = handover.agency_id
            today = company._debt_today()
            # sudo: guarded fields
            handover.sudo().write(
                {
                    "state": "handed",
                    "date": today,
                    "amount": sum(handover.item_ids.mapped("amount_residual")),
                    "stage_reason": self.env._("Handed over to %s", agency.name),
                }
            )
            handover.activity_ids.action_feedback()
            handover._stop_friendly_contact()
        self._tell_agencies()
        self._look_again()

    def _check_supervisor(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(
            "debt_collection.group_debt_supervisor"
        ):
            raise AccessError(
                self.env._(
                    "Agents propose; a supervisor hands cases over and takes them back."
                )
            )

    def _check_ready(self):
        """Refuse to hand over what is not ready for it."""
        self.ensure_one()
        hold(self)
        if self.state != "draft":
            raise UserError(self.env._("This case was handed over already."))
        other = self.search(
            Domain("case_id", "=", self.case_id.id) & Domain("state", "=", "handed")
        )
        if other:
            raise UserError(
                self.env._(
                    "This case is with %s. Take it back first.", other.agency_id.name
                )
            )
        if self.missing and not self.missing_reason:
            raise UserError(
                self.env._(
                    "Missing: %(documents)s. Get them, or say why the case goes "
                    "without them.",
                    documents=self.missing,
                )
            )
        if not any(item.amount_residual_currency > 0 for item in self.item_ids):
            raise UserError(self.env._("Nothing is owed of these documents any more."))

    def _stop_friendly_contact(self):
        """Raise the case to a stage that stops contact; withdraw what waits to leave.

        A stage that stops contact already, such as that of debts written off, stays.
        """
        self.ensure_one()
        case = self.case_id
        stage = case.stage_id if case.stage_id.stop_contact else self._stage()
        if case.stage_id != stage or case.stage_episode != case.episode:
            case.write({"stage_id": stage.id, "stage_reason": self.stage_reason})
        # sudo: the right to hand a case over is the right to stop its messages
        actions = self.env["debt.action"].sudo()
        actions.search(
            [
                ("case_id", "=", case.id),
                ("track", "=", "message"),
                ("state", "in", ("planned", "approve", "waiting")),
            ]
        )._skip("stage_stops")
        mails = self.env["mail.mail"].sudo()  # sudo: as above
        mails.search(
            [
                ("debt_action_id.case_id", "=", case.id),
                ("debt_action_id.track", "=", "message"),
                ("state", "=", "outgoing"),
                ("debt_claimed", "=", False),
            ]
        ).cancel()

    @api.model
    def _stage(self):
        """Return the stage of what was handed over: the first that stops contact.

        :raise UserError: where none does
        """
        stage = self.env["debt.stage"].search([("stop_contact", "=", True)], limit=1)
        if not stage:
            raise UserError(
                self.env._(
                    "No stage stops friendly contact. Say so on one of them in the "
                    "configuration."
                )
            )
        return stage

    def action_return(self):
        """Ask why the lawyer or agency gives the case back."""
        return self._ask_end(self.env._("Take the Case Back"), "returned")

    def action_close(self):
        """Ask why the procedure is over."""
        return self._ask_end(self.env._("Close"), "closed")

    def _ask_end(self, name, state):
        self._check_supervisor()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "debt.handover.end.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_handover_ids": self.ids, "default_state": state},
        }

    def _end(self, state, reason):
        """End hand-overs for a reason.

        :param state: returned: the chase goes on, its stage by age and its documents
            with their next step; closed: the case stays where it is
        :param reason: why
        """
        self._check_supervisor()
        active = self.filtered(lambda handover: handover.state == "handed")
        for handover in active:
            # sudo: guarded fields, and the steps of items that agents may not edit
            handover = handover.sudo()
            handover.write(
                {
                    "state": state,
                    "end_date": handover.company_id._debt_today(),
                    "end_reason": reason,
                    "ended_by_id": self.env.uid,
                }
            )
            handover.step_ids.activity_id.exists().unlink()
            if state == "returned":
                handover._give_back()
        active._look_again()

    def _give_back(self):
        """Let the daily run choose the stage again, and the next step of documents."""
        case = self.case_id
        if case.stage_reason == self.stage_reason:
            case.action_stage_by_age()
        case.item_ids.write({"next_step_only": True})

    def _look_again(self):
        self.env["debt.cover.mixin"]._look_again(self.case_id)

    def action_open_case(self):
        """Open the case of the hand-over."""
        self.ensure_one()
        return self.case_id._debt_open()

    def action_open_commissions(self):
        """Open what came in while the lawyer or agency had the case."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_commission_action"
        )
        action["domain"] = [("handover_id", "in", self.ids)]
        action["context"] = {}
        return action
