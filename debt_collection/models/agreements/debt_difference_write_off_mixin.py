from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import format_amount, format_date

from ...fields import LooseMany2one
from ...logic.difference import may_write_off, spread, worth
from .debt_notice_match_mixin import exact


class DebtDifferenceWriteOffMixin(models.AbstractModel):
    """Writes differences off: who may, who approves, and the entry.

    The entry clears the documents in their own currency, at what they are worth in the
    books: the loss is what stood there, and no exchange difference is left.
    """

    _name = "debt.difference.write.off.mixin"
    _description = "Write-Off of Differences"

    write_off_id = LooseMany2one(
        "account.move",
        string="Write-Off Entry",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    asked_by_id = LooseMany2one(
        "res.users", string="Write-Off Asked for by", readonly=True, tracking=True
    )
    asked_by_me = fields.Boolean(compute="_compute_asked_by_me")
    may_post = fields.Boolean(compute="_compute_may_post")
    may_approve = fields.Boolean(compute="_compute_may_post")

    # === WHO MAY === #

    @api.depends("state", "amount_cover", "asked_by_id")
    @api.depends_context("uid")
    def _compute_may_post(self):
        for difference in self:
            alive = difference.state in ("open", "approve")
            value = difference._value_now() if alive else 0
            difference.may_post = difference.state == "open" and (
                difference._may_write_off(value)
            )
            difference.may_approve = difference.state == "approve" and (
                difference._may_write_off(value, approve=True)
            )

    @api.depends("asked_by_id")
    @api.depends_context("uid")
    def _compute_asked_by_me(self):
        for difference in self:
            difference.asked_by_me = difference.asked_by_id == self.env.user

    def _value_now(self):
        """Return what a difference that is not over is worth in the books."""
        self.ensure_one()
        return sum(float(value) for _item, _share, value in self._shares())

    def _write_off_limits(self):
        """Return what the current user writes off: (alone, asked by another one).

        Agents only ask. Supervisors of collections and accountants have one limit,
        managers of either a greater one; what others ask for managers decide without.
        """
        user = self.env.user
        company = self.company_id.sudo()  # sudo: settings of the company
        manager = user.has_group("debt_collection.group_debt_manager") or (
            user.has_group("account.group_account_manager")
        )
        if not user.has_group("account.group_account_invoice"):
            return -1, -1
        if manager:
            return company.debt_write_off_manager, None
        if user.has_group("debt_collection.group_debt_agent") and not user.has_group(
            "debt_collection.group_debt_supervisor"
        ):
            return -1, -1
        return company.debt_write_off_supervisor, company.debt_write_off_supervisor

    def _may_write_off(self, value, approve=False):
        """Return whether the current user may write off so much.

        :param value: in the currency of the company
        :param approve: another one asked for it; nobody approves their own
        """
        self.ensure_one()
        if approve and self.env.user == self.asked_by_id:
            return False
        limits = self._write_off_limits()
        return may_write_off(value, limits, asked_by_another=approve)

    def _accountant(self, besides=None):
        """Return whose turn it is to write a difference off.

        :param besides: who asks for it, and cannot approve it
        """
        self.ensure_one()
        value = self._value_now()
        users = self.company_id._debt_write_off_users()
        if besides:
            users -= besides
        limits = {user: self.with_user(user)._write_off_limits() for user in users}
        for asked in (True,) if besides else (False, True):
            for user in users:
                if may_write_off(value, limits[user], asked_by_another=asked):
                    return user
        return users.browse()

    # === BUTTONS === #

    def action_write_off(self):
        """Show what will be written off where, and ask for a confirmation."""
        alive = self.filtered(lambda d: d.state == "open" and d.amount_cover > 0)
        if not alive:
            raise UserError(self.env._("Nothing of this is left to write off."))
        return alive._difference_wizard(
            "debt.write.off.wizard", self.env._("Write Off")
        )

    def action_approve(self):
        """Show what will be written off where, and ask for the approval."""
        asked = self.filtered(lambda d: d.state == "approve")
        if not asked:
            raise UserError(self.env._("None of these waits for an approval."))
        return asked._difference_wizard(
            "debt.write.off.wizard", self.env._("Approve the Write-Off")
        )

    def action_refuse(self):
        """Refuse to write off what somebody asked for; it is open again."""
        self.check_access("write")
        for difference in self.filtered(lambda d: d.state == "approve"):
            if not difference._may_write_off(0, approve=True) and (
                self.env.user != difference.asked_by_id
            ):
                raise AccessError(
                    self.env._("Whoever may approve the write-off may refuse it.")
                )
            asked_by = difference.asked_by_id
            # sudo: guarded fields
            difference.sudo().write({"state": "open", "asked_by_id": False})
            difference.sudo().message_post(
                body=self.env._("The write-off was not approved."),
                partner_ids=(asked_by - self.env.user).partner_id.ids,
            )
            difference._renew_activity()

    def action_open_entry(self):
        """Open the entry that wrote it off."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.write_off_id.id,
            "view_mode": "form",
        }

    # === ASK AND POST === #

    def _ask_write_off(self, note=False):
        """Ask somebody else to write differences off; they stay out of the chase."""
        self._check_open()
        for difference in self:
            # sudo: guarded fields
            difference.sudo().write(
                {"state": "approve", "asked_by_id": self.env.uid, "credit_asked": False}
            )
            difference.sudo()._end_tasks("difference_late")
            if note:
                difference._message_log(body=note)
        self._look_again(self.case_id)
        self._renew_activity()

    def _shares(self):
        """Return what is to be cleared: a list of (item, share, its worth).

        As the books are now, oldest first, up to what the difference still covers.
        """
        self.ensure_one()
        items = self.sudo().item_ids  # sudo: agents need no right on the books
        items = items.filtered(lambda item: item.state == "open")
        items = items.sorted(lambda item: (item.date_due, item.id))
        company_currency = self.company_id.currency_id
        lines = [
            (
                item,
                max(
                    Decimal(0),
                    exact(item.move_line_id.amount_residual_currency, self.currency_id),
                ),
                exact(item.move_line_id.amount_residual, company_currency),
            )
            for item in items
        ]
        shares = spread(
            exact(self.amount_cover, self.currency_id), [owed for _i, owed, _v in lines]
        )
        digits = company_currency.decimal_places
        return [
            (item, share, worth(share, owed, value, digits))
            for (item, owed, value), share in zip(lines, shares, strict=True)
            if share > 0
        ]

    def _write_off(self, account=None):
        """Post the entries that write differences off, and reconcile them.

        Dated today; under the user's own rights in accounting.

        :param account: where reasons have none, or of the one difference
        """
        self.check_access("write")
        # a second click waits here, and then finds nothing left
        self.lock_for_update()
        self.invalidate_recordset()
        self.case_id.sudo().action_refresh()  # sudo: reads the books as they are now
        for difference in self:
            difference._check_write_off()
            chosen = account if account and len(self) == 1 else None
            chosen = chosen or difference.reason_id._account(difference.company_id)
            difference._post_write_off(chosen or account)
        self._look_again(self.case_id)
        self._renew_activity()

    def _check_write_off(self):
        """Refuse what the user may not write off now.

        :raise UserError: where nothing is left, or the books are closed
        :raise AccessError: where somebody else has to
        """
        self.ensure_one()
        if self.state not in ("open", "approve") or self.amount_cover <= 0:
            raise UserError(
                self.env._("Nothing of %s is left to write off.", self.display_name)
            )
        value = self._value_now()
        if not self._may_write_off(value, approve=self.state == "approve"):
            raise AccessError(
                self.env._(
                    "Somebody else has to write off %(amount)s: nobody approves what "
                    "they asked for, and each role has its limit.",
                    amount=format_amount(self.env, value, self.company_id.currency_id),
                )
            )

    def _post_write_off(self, account):
        self.ensure_one()
        if not account:
            raise UserError(
                self.env._(
                    "Choose the account to which %s is written off.",
                    self.reason_id.name,
                )
            )
        shares = self._shares()
        move = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(self._write_off_values(shares, account))
        )
        self._check_books_are_open(move)
        move.action_post()
        lines = move.line_ids.sorted("id")  # in the order of the documents
        for (item, _share, _value), line in zip(shares, lines, strict=False):
            (item.move_line_id.sudo(False) | line).reconcile()
        move._message_log(
            body=self.env._("Write-off of a difference: %s", self._get_html_link())
        )
        # sudo: guarded fields
        self.sudo().write({"write_off_id": move.id, "resolved_by_id": self.env.uid})
        self._message_log(body=self.env._("Written off: %s", move._get_html_link()))

    def _write_off_values(self, shares, account):
        """Return the entry: one line for each document, then what is lost."""
        name = f"{self.reason_id.name} · {self.document_names}"
        common = {"currency_id": self.currency_id.id, "tax_ids": [Command.clear()]}
        lines = [
            {
                **common,
                "name": f"{self.reason_id.name} · {item.display_name}",
                "account_id": item.move_line_id.account_id.id,
                "partner_id": item.move_line_id.partner_id.id,
                "amount_currency": -float(share),
                "balance": -float(value),
            }
            for item, share, value in shares
        ]
        lines.append(
            {
                **common,
                "name": name,
                "account_id": account.id,
                "partner_id": self.partner_id.id,
                "amount_currency": float(sum(share for _i, share, _v in shares)),
                "balance": float(sum(value for _i, _s, value in shares)),
            }
        )
        return {
            "move_type": "entry",
            "journal_id": self.company_id._debt_write_off_journal().id,
            "date": self.company_id._debt_today(),
            "ref": " · ".join(filter(None, (name, self.document_number))),
            "line_ids": [Command.create(line) for line in lines],
        }

    def _check_books_are_open(self, move):
        """Refuse to write off while the books of today are closed.

        Odoo would post the entry with another date.
        """
        locks = move._get_violated_lock_dates(move.date, False)
        if locks:
            raise UserError(
                self.env._(
                    "The books are closed until %(date)s: nothing can be written off "
                    "today.",
                    date=format_date(self.env, max(lock for lock, _field in locks)),
                )
            )
