from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from odoo.addons.debt_collection.fields import LooseMany2one

STATES = [("done", "Bounced"), ("undone", "Taken Back")]


class DebtChequeBounce(models.Model):
    """That a cheque, note or bill was returned unpaid: evidence, one each time.

    Only the product writes here. A mistake is taken back with a reason; it stays.
    """

    _name = "debt.cheque.bounce"
    _description = "Bounced Cheque"
    _inherit = ["debt.cover.desk.mixin", "debt.bounce.books.mixin"]
    _order = "date desc, id desc"
    _action_field = "bounce_id"
    _over_reason = "bounce_over"

    check_id = LooseMany2one("l10n_latam.check", string="In the Books", required=True)
    case_id = LooseMany2one("debt.case", required=True, index=True, readonly=True)
    partner_id = LooseMany2one("res.partner", string="Customer", readonly=True)
    currency_id = LooseMany2one("res.currency", required=True)
    cheque_name = fields.Char(compute="_compute_cheque_name", string="Cheque")
    state = fields.Selection(STATES, required=True, default="done", readonly=True)
    date = fields.Date(string="Bounced on", required=True, readonly=True)
    reason_id = fields.Many2one(
        "debt.cheque.reason", required=True, readonly=True, ondelete="restrict"
    )
    amount = fields.Monetary(readonly=True)
    cost = fields.Monetary(
        string="Bank Cost",
        currency_field="company_currency_id",
        readonly=True,
        help="What the bank charged for it.",
    )
    user_id = LooseMany2one("res.users", string="Entered by", readonly=True)
    item_ids = fields.Many2many(
        "debt.item", string="Documents Open Again", readonly=True
    )
    payment_ids = fields.Many2many(
        "account.payment",
        string="Entries",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    reopened_lines = fields.Json(readonly=True)
    fee_move_id = fields.Many2one(
        "account.move", string="Fee", readonly=True, index="btree_not_null"
    )
    has_fee = fields.Boolean(compute="_compute_has_fee")
    action_ids = fields.One2many("debt.action", "bounce_id", string="Actions")
    undo_reason = fields.Char(string="Why Taken Back", readonly=True)
    undo_user_id = LooseMany2one("res.users", string="Taken Back by", readonly=True)

    _done_uniq = models.UniqueIndex(
        "(check_id) WHERE state = 'done'", "This cheque bounced already."
    )

    @api.depends("check_id")
    @api.depends_context("lang")
    def _compute_cheque_name(self):
        for bounce in self:
            # sudo: number and bank of a cheque, wherever its bounce is shown
            check = bounce.check_id.sudo()
            kinds = dict(check._fields["debt_kind"]._description_selection(self.env))
            name = f"{kinds.get(check.debt_kind, '')} {check.name or ''}".strip()
            bank = check.bank_id.name
            bounce.cheque_name = f"{name}, {bank}" if bank else name

    @api.depends("fee_move_id")
    def _compute_has_fee(self):
        for bounce in self:
            bounce.has_fee = bool(bounce.sudo().fee_move_id)  # sudo: whether, not what

    @api.depends("cheque_name", "partner_id")
    def _compute_display_name(self):
        for bounce in self:
            # sudo: the name of the debtor is shown wherever the bounce is
            name = bounce.partner_id.sudo().display_name
            bounce.display_name = f"{name}: {bounce.cheque_name}"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A bounced cheque is evidence. Take it back."))

    def _day(self, day):
        return format_date(self.env, day)

    # === HAPPENS === #

    @api.model
    def _bounce(self, check, date, reason, journal, cost=0.0, fee=None, notify=True):
        """Book that a document bounced, and let collection go on with its debtor.

        The entries take the accounting rights of the user.

        :param check: one ``l10n_latam.check``
        :param date: the day of the entries
        :param reason: ``debt.cheque.reason``
        :param journal: where a document that is away comes back to
        :param float cost: what the bank charged, in company currency
        :param fee: values of the invoice for it, or None
        :param bool notify: prepare a message to the customer, to be approved
        :return: the bounce
        """
        check.ensure_one()
        self._check_may_book(check)
        company = check.company_id
        line = self._payment_line(check)
        value = line.balance * check.amount / line.amount_currency
        payments, reopened = self._book(check, date, journal)
        move = self.env["account.move"]
        if fee:
            move = move.with_company(company).create(fee)
            move.action_post()
        # sudo: only the product writes here
        bounce = self.sudo().create(
            {
                "check_id": check.id,
                "case_id": self._case_of(check).id,
                "partner_id": self._case_of(check).partner_id.id,
                "company_id": company.id,
                "currency_id": check.currency_id.id,
                "date": date,
                "reason_id": reason.id,
                "amount": check.amount,
                "amount_company": company.currency_id.round(value),
                "cost": cost,
                "user_id": self.env.uid,
                "payment_ids": payments.ids,
                "reopened_lines": reopened.ids,
                "fee_move_id": move.id,
            }
        )
        bounce._look_again()
        bounce.item_ids = self.env["debt.item"].search(
            [("move_line_id", "in", reopened.ids)]
        )
        bounce._tell(notify)
        return bounce.sudo(self.env.su)

    @api.model
    def _case_of(self, check):
        """Return the case of who paid with a document."""
        # sudo: an accountant needs no right on cases
        cheque = self.env["debt.cheque"].sudo().search([("check_id", "=", check.id)])
        if not cheque:
            raise UserError(
                self.env._(
                    "%(check)s is not a cheque that a customer paid with.",
                    check=check.display_name,
                )
            )
        return cheque.case_id

    @api.model
    def _check_may_book(self, checks):
        """Refuse who may not post payments.

        :raise AccessError: with what it takes
        """
        checks.check_access("write")
        group = "account.group_account_invoice"
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(
                self.env._("Booking a bounced cheque takes the right to post payments.")
            )

    def _look_again(self):
        """Bring the cases up to date with the books, at once."""
        self.env.flush_all()
        for company, bounces in self.grouped("company_id").items():
            # sudo: figures are the system's, whoever booked it
            self.env["debt.run"].sudo()._refresh_debtors(company, bounces.partner_id)
        self.invalidate_recordset()

    def _tell(self, notify):
        """Log it on the case, give the agent a task, and prepare the message."""
        self.ensure_one()
        case = self.case_id
        case._message_log(
            body=self.env._(
                "Bounced: %(cheque)s, %(amount)s, %(reason)s. Open again: "
                "%(documents)s.",
                cheque=self.cheque_name,
                amount=self._money(self.amount),
                reason=self.reason_id.name,
                documents=", ".join(self.item_ids.mapped("display_name")) or "—",
            ),
            author_id=self.env.user.partner_id.id,
        )
        agent = case._debt_agent() or self.env.user
        task = self._action_values(
            channel="task", track="task", purpose="cheque_call", user_id=agent.id
        )
        message = self._action_values(
            channel="email",
            track="service",
            purpose="cheque_bounced",
            state="approve",
            user_id=agent.id,
            partner_id=self.partner_id._debt_payer().id,
        )
        self._plan_actions([task, message] if notify else [task])

    def _wants(self, action):
        return self.state == "done"

    # === WAS A MISTAKE === #

    def action_undo(self):
        """Ask why a bounce is taken back."""
        return self._ask_reason(self.env._("Take Back"))

    def _withdraw(self, reason):
        """Take mistaken bounces back: in the books, on the case, and what was planned.

        :param str reason: why; it stays with the bounce
        """
        for bounce in self.filtered(lambda b: b.state == "done"):
            bounce._check_may_book(bounce.check_id)
            bounce._unbook()
            bounce._cancel_fee()
            # sudo: only the product writes here
            done = bounce.sudo()
            done.write(
                {
                    "state": "undone",
                    "undo_reason": reason,
                    "undo_user_id": self.env.uid,
                }
            )
            done._end_tasks("cheque_call")
            done.action_ids._unsent().write(
                {"state": "cancelled", "reason": self._over_reason}
            )
            done._look_again()
            done.case_id._message_log(
                body=self.env._(
                    "Not bounced: %(cheque)s, %(reason)s",
                    cheque=done.cheque_name,
                    reason=reason,
                ),
                author_id=self.env.user.partner_id.id,
            )

    def _cancel_fee(self):
        """Cancel the fee of a bounce that was a mistake.

        :raise UserError: where it takes a credit note
        """
        self.ensure_one()
        move = self.fee_move_id
        if move.state != "posted":
            return
        if not move.show_reset_to_draft_button or move.payment_state != "not_paid":
            raise UserError(
                self.env._(
                    "The fee %(move)s is paid or cannot be reset. Credit it first, and "
                    "reconcile the credit note with it.",
                    move=move.name,
                )
            )
        move.button_draft()
        move.button_cancel()

    def action_open_check(self):
        """Open the cheque of the books, for whoever may read it."""
        self.ensure_one()
        return self.check_id._get_records_action()

    def action_open_fee(self):
        """Open the invoice of the fee."""
        self.ensure_one()
        return self.fee_move_id._get_records_action()
