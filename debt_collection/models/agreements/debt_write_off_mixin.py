from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import format_amount

from ...fields import LooseMany2one
from ...logic.difference import may_write_off
from ...tools.locks import hold


class DebtWriteOffMixin(models.AbstractModel):
    """Writes documents off: who may, who approves, and the entry.

    For what is left of a document as for the whole debt of a customer.
    """

    _name = "debt.write.off.mixin"
    _description = "Write-Off"
    _inherit = ["debt.entry.mixin"]
    #: The state in which it can be written off or asked for; ``approve`` is the other.
    _open_state = "open"
    #: The field of the wizard that takes it.
    _wizard_field = None

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
            alive = difference._is_alive()
            value = difference._value_now() if alive else 0
            difference.may_post = difference.state == difference._open_state and (
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

    def _is_alive(self):
        """Return whether it is neither written off nor over in another way."""
        self.ensure_one()
        return self.state in (self._open_state, "approve")

    def _value_now(self):
        """Return what is worth in the books what is not over."""
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
        """Return whose turn it is to write it off.

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
        alive = self.filtered(lambda d: d.state == d._open_state and d._to_clear() > 0)
        if not alive:
            raise UserError(self.env._("Nothing of this is left to write off."))
        return alive._write_off_wizard(self.env._("Write Off"))

    def action_approve(self):
        """Show what will be written off where, and ask for the approval."""
        asked = self.filtered(lambda d: d.state == "approve")
        if not asked:
            raise UserError(self.env._("None of these waits for an approval."))
        return asked._write_off_wizard(self.env._("Approve the Write-Off"))

    def _write_off_wizard(self, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "debt.write.off.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{self._wizard_field}": [Command.set(self.ids)]},
        }

    def action_refuse(self):
        """Refuse to write off what somebody asked for."""
        self.check_access("write")
        for difference in self.filtered(lambda d: d.state == "approve"):
            if not difference._may_write_off(0, approve=True) and (
                self.env.user != difference.asked_by_id
            ):
                raise AccessError(
                    self.env._("Whoever may approve the write-off may refuse it.")
                )
            asked_by = difference.asked_by_id
            difference._refused()
            # sudo: who refuses it may tell who asked
            difference.sudo().message_post(
                body=self.env._("The write-off was not approved."),
                partner_ids=(asked_by - self.env.user).partner_id.ids,
            )
            difference._renew_activity()

    def _refused(self):
        """Give back what was not approved."""
        # sudo: guarded fields
        self.sudo().write({"state": self._open_state, "asked_by_id": False})

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
        """Ask somebody else to write them off; they stay out of the chase."""
        self._check_open()
        for difference in self:
            difference._asked()
            if note:
                difference._message_log(body=note)
        self._look_again(self.case_id)
        self._renew_activity()

    def _asked(self):
        """Remember who asks for a write-off."""
        # sudo: guarded fields
        self.sudo().write({"state": "approve", "asked_by_id": self.env.uid})

    def _write_off(self, account=None):
        """Post the entries that write them off, and reconcile these.

        Dated today; under the user's own rights in accounting.

        :param account: where reasons have none, or of the one difference
        """
        self.check_access("write")
        # a second click is refused here, or finds nothing left
        hold(self)
        self.invalidate_recordset()
        self.case_id.sudo().action_refresh()  # sudo: reads the books as they are now
        for difference in self:
            difference._check_write_off()
            chosen = account if account and len(self) == 1 else None
            chosen = chosen or difference._loss_account()
            difference._post_write_off(chosen or account)
        self._look_again(self.case_id)
        self._renew_activity()

    def _check_write_off(self):
        """Refuse what the user may not write off now.

        :raise UserError: where nothing is left, or the books are closed
        :raise AccessError: where somebody else has to
        """
        self.ensure_one()
        if not self._is_alive() or self._to_clear() <= 0:
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
                    self._loss_name(),
                )
            )
        move = self._post_loss(account)
        move._message_log(body=self._loss_origin())
        # sudo: guarded fields
        self.sudo().write({"write_off_id": move.id, "resolved_by_id": self.env.uid})
        self._message_log(body=self._loss_said(move._get_html_link()))

    def _post_loss(self, account):
        """Post the entry and return it; see ``_post_entry``."""
        raise NotImplementedError

    def _loss_said(self, entry):
        """Return what it says of its entry.

        :param entry: the entry as a link
        """
        return self.env._("Written off: %s", entry)

    def _loss_name(self):
        """Return in few words why something is written off."""
        raise NotImplementedError

    def _loss_account(self):
        """Return the account to which it is usually written off; empty: none."""
        raise NotImplementedError

    def _loss_origin(self):
        """Return what the entry says of where it comes from."""
        raise NotImplementedError
