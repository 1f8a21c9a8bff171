from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...fields import LooseMany2one

#: What comes through these journals is money, which settles no dispute.
MONEY_JOURNALS = ("bank", "cash", "credit")


class DebtCoverOwnerMixin(models.AbstractModel):
    """An agreement about chosen documents that somebody has to settle by a day.

    A dispute is answered, a difference is cleared. Each takes what is left of its
    documents out of the chase until credits, and not payments, settle it.
    """

    _name = "debt.cover.owner.mixin"
    _description = "Agreement That Somebody Has to Settle"
    _inherit = ["debt.cover.mixin", "debt.turn.mixin"]

    case_id = LooseMany2one(
        compute="_compute_case", store=True, readonly=False, precompute=True
    )
    item_ids = fields.Many2many(
        domain="[('case_id', '=?', case_id), ('state', '=', 'open'),"
        " ('currency_id', '=?', currency_id), ('amount_residual_currency', '>', 0)]",
    )
    document_names = fields.Char(
        compute="_compute_document_names", string="Document Numbers"
    )
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, precompute=True
    )
    owner_id = LooseMany2one(
        "res.users",
        compute="_compute_owner",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        domain=[("share", "=", False)],
    )
    opened_date = fields.Date(
        string="Opened on",
        required=True,
        default=lambda self: self.env.company._debt_today(),
    )
    deadline = fields.Date(
        compute="_compute_deadline",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    is_late = fields.Boolean(compute="_compute_is_late")
    resolved_by_id = LooseMany2one("res.users", string="Closed by", readonly=True)
    resolved_date = fields.Date(string="Closed on", readonly=True)
    days_to_solve = fields.Integer(
        readonly=True,
        aggregator="avg",
        help="Days from opening to closing; what is open does not count.",
    )
    amount_credited = fields.Monetary(
        string="Credited",
        readonly=True,
        help="Credit notes and corrections reconciled with the documents since it was "
        "opened. Payments do not count.",
    )
    credited_before = fields.Monetary(
        readonly=True, help="Already credited on its documents when it was opened."
    )

    # === COMPUTE METHODS === #

    @api.depends("item_ids")
    def _compute_case(self):
        for cover in self:
            # sudo: who settles it may not read the case
            cover.case_id = cover.sudo().item_ids.case_id[:1] or cover.case_id

    @api.depends("case_id", "item_ids")
    def _compute_currency(self):
        return super()._compute_currency()

    @api.depends("item_ids")
    def _compute_amount(self):
        for cover in self:
            items = cover.sudo().item_ids  # sudo: see ``_compute_case``
            if items:
                cover.amount = sum(items.mapped("amount_residual_currency"))

    @api.depends("item_ids")
    def _compute_document_names(self):
        for cover in self:
            # sudo: who settles it may know which documents it is about
            items = cover.sudo().item_ids
            cover.document_names = ", ".join(items.mapped("display_name"))

    @api.depends("reason_id", "item_ids", "case_id")
    def _compute_owner(self):
        for cover in self:
            # sudo: agents may not read invoices, nor who works where
            company = cover.company_id.sudo()
            for user in (
                cover.reason_id.sudo().with_company(company).owner_id,
                *cover.sudo()._owners(),
                cover.case_id.sudo().agent_id,
                company.debt_agent_id,
                self.env.user.sudo(),
            ):
                if user.active and not user.share and company in user.company_ids:
                    cover.owner_id = user.id
                    break
            else:
                cover.owner_id = cover.owner_id

    def _owners(self):
        """Return who may own it before the agent does, the best first."""
        return ()

    @api.depends("reason_id", "opened_date", "company_id")
    def _compute_deadline(self):
        for cover in self:
            cover.deadline = cover.opened_date and cover._working_days_after(
                cover.opened_date, cover.reason_id.days
            )

    @api.depends("partner_id", "reason_id", "amount")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for cover in self:
            # sudo: the name of the debtor is shown wherever the agreement is
            cover.display_name = self.env._(
                "%(customer)s: %(reason)s, %(amount)s",
                customer=cover.partner_id.sudo().display_name or "",
                reason=cover.reason_id.name or "",
                amount=cover._money(cover.amount),
            )

    @api.depends("state", "deadline")
    def _compute_is_late(self):
        for cover in self:
            today = (cover.company_id or self.env.company)._debt_today()
            cover.is_late = (
                cover.state == "open"
                and bool(cover.deadline)
                and cover.deadline < today
            )

    # === WHAT IT COVERS === #

    def _neighbours(self):
        """Return what others settle of the same documents: a list of recordsets."""
        self.ensure_one()
        found = []
        for model in self._cover_models():
            if "owner_id" in model._fields:
                domain = Domain("item_ids", "in", self.sudo().item_ids.ids) & Domain(
                    "amount_cover", ">", 0
                )
                if model._name == self._name and self._origin:
                    domain &= Domain("id", "!=", self._origin.id)
                # sudo: those that others settle count too
                found.append(model.sudo().search(domain))
        return [covers for covers in found if covers]

    def _room(self):
        """Return how much of its documents is owed and not settled by others."""
        owed, _value, _matched = self._books_now()
        taken = sum(sum(each.mapped("amount_cover")) for each in self._neighbours())
        return max(0, owed - taken)

    def _check_room(self):
        """Refuse to take more than is owed, and the same twice.

        :raise UserError: with what is taken already
        """
        for cover in self.filtered(lambda cover: cover.state == "open"):
            room = cover._room()
            if cover.currency_id.compare_amounts(cover.amount, room) <= 0:
                continue
            if neighbours := cover._neighbours():
                names = [name for each in neighbours for name in each._told_as()]
                raise UserError(
                    self.env._(
                        "These documents are taken already by: %(others)s. "
                        "%(room)s is left.",
                        others="; ".join(names),
                        room=cover._money(room),
                    )
                )
            raise UserError(
                self.env._(
                    "Only %(owed)s is owed of these documents.", owed=cover._money(room)
                )
            )

    def _told_as(self):
        """Return the names of agreements, with what they are."""
        kind = self.env["ir.model"]._get(self._name).name
        return [f"{kind} {name}" for name in self.mapped("display_name")]

    def _start(self):
        """Remember what was credited before, and take the amount out of the chase."""
        self.ensure_one()
        owed, value, _matched = self._books_now()
        items = self.sudo().item_ids  # sudo: see ``_compute_case``
        credits = items.move_line_id.matched_credit_ids.filtered(
            lambda partial: (
                not partial.credit_move_id.move_id.origin_payment_id
                and partial.credit_move_id.journal_id.type not in MONEY_JOURNALS
            )
        )
        # sudo: guarded fields
        self.sudo().write(
            {
                "state": "open",
                "amount_cover": self.amount,
                "amount_company": self.amount * value / owed if owed else 0,
                "credited_before": sum(credits.mapped("debit_amount_currency")),
                "amount_credited": 0,
            }
        )

    # === HOW IT ENDS === #

    def _resolve(self, state, answer=False, **values):
        """Close agreements.

        :param state: their new state
        :param answer: why
        :param values: what else is to be written
        """
        for cover in self:
            today = cover.company_id._debt_today()
            # sudo: guarded fields; callers check their users
            cover.sudo().write(
                {
                    "state": state,
                    "answer": answer,
                    "resolved_by_id": self.env.uid,
                    "resolved_date": today,
                    "days_to_solve": max(0, (today - cover.opened_date).days),
                    **values,
                }
            )

    def action_credit_note(self):
        """Open Odoo's own credit note of the invoices."""
        self.ensure_one()
        moves = self._invoices()
        if not moves:
            raise UserError(
                self.env._(
                    "None of these documents is an open invoice. Reconcile the credit "
                    "with them in accounting; it is noticed here."
                )
            )
        action = moves.action_reverse()
        action["context"] = {
            "active_model": "account.move",
            "active_ids": moves.ids,
            "default_reason": self.reason_id.name,
        }
        return action

    def _invoices(self):
        """Return the open invoices that it is about."""
        # sudo: an accountant reads the numbers of invoices, see ``action_reverse``
        items = self.sudo().item_ids.filtered(lambda item: item.state == "open")
        return items.move_id.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type in ("out_invoice", "out_receipt")
            )
        ).sudo(self.env.su)

    def _credit_note_user(self):
        """Return who makes a credit note."""
        self.ensure_one()
        if self.env.user.has_group("account.group_account_invoice"):
            return self.env.user
        company = self.company_id.sudo()  # sudo: settings of the company
        return company.debt_credit_note_user_id or company._debt_dispute_supervisor()

    # === ACTIVITIES AND MESSAGES === #

    def _turn_note(self):
        return self.description

    def _plan_message(self, purpose):
        """Write to the debtors, through the dispatch job."""
        self._plan_actions(
            [
                cover._action_values(
                    channel="email",
                    track="service",
                    purpose=purpose,
                    user_id=(cover.case_id._debt_agent() or cover.user_id).id,
                )
                # sudo: the right to settle it is the right to tell the customer
                for cover in self.sudo()
            ]
        )
