from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount

from ...fields import LooseMany2one
from ...logic.difference import may_write_off
from ...tools.locks import hold


class DebtChargeWaiveMixin(models.AbstractModel):
    """Waives charges: who may, and who approves what goes beyond.

    Each role has its limit for what it waives of a customer in a day; beyond it
    somebody with a higher one decides, never who asked.
    """

    _name = "debt.charge.waive.mixin"
    _description = "Waiving of Late Charges"

    approval = fields.Selection(
        [
            ("asked", "Waiver Asked For"),
            ("given", "Waiver Approved"),
            ("refused", "Waiver Refused"),
        ],
        string="Waiver",
        readonly=True,
    )
    waive_reason = fields.Char(string="Why", readonly=True)
    asked_by_id = LooseMany2one("res.users", string="Asked for by", readonly=True)
    waived_by_id = LooseMany2one("res.users", string="Decided by", readonly=True)
    waived_date = fields.Date(string="Decided on", readonly=True)
    activity_id = LooseMany2one("mail.activity", readonly=True)
    may_approve = fields.Boolean(compute="_compute_may_approve")

    @api.depends("approval", "amount_company", "asked_by_id")
    @api.depends_context("uid")
    def _compute_may_approve(self):
        for charge in self:
            charge.may_approve = charge.approval == "asked" and (
                charge._may_waive(approve=True)
            )

    # === WHO MAY === #

    @api.model
    def _waive_limits(self, company, user):
        """Return what a user waives: (alone, asked by another one).

        :param company: its settings decide
        :return: amounts in the currency of the company; None: any; -1: nothing
        """
        company = company.sudo()  # sudo: settings of the company
        if user.has_group("debt_collection.group_debt_manager"):
            return company.debt_charge_waive_manager, None
        if user.has_group("debt_collection.group_debt_supervisor"):
            return (company.debt_charge_waive_supervisor,) * 2
        if user.has_group("debt_collection.group_debt_agent"):
            return company.debt_charge_waive_agent, -1
        return -1, -1

    def _may_waive(self, approve=False):
        """Return whether the current user may waive all of these charges of a case.

        :param approve: another one asked for it; nobody approves their own
        """
        if approve and self.env.user in self.asked_by_id:
            return False
        worth = sum(self.mapped("amount_company"))
        if not approve:
            worth += self._waived_today()
        limits = self._waive_limits(self.company_id, self.env.user)
        return may_write_off(worth, limits, asked_by_another=approve)

    def _waived_today(self):
        """Return what the current user waived today in the same case: a limit is not
        got around in small pieces."""
        # sudo: what they waived counts, whoever reads it now
        ((worth,),) = self.sudo()._read_group(
            [
                ("case_id", "in", self.case_id.ids),
                ("state", "=", "waived"),
                ("approval", "=", False),
                ("waived_by_id", "=", self.env.uid),
                ("waived_date", "=", self.company_id[:1]._debt_today()),
            ],
            [],
            ["amount_company:sum"],
        )
        return worth or 0

    # === BUTTONS === #

    def action_waive(self):
        """Ask why these charges are waived, or reversed where they were invoiced."""
        charges = self.filtered(lambda charge: charge.state in ("claimed", "posted"))
        if not charges:
            raise UserError(self.env._("Nothing of this is claimed any more."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waive or Reverse"),
            "res_model": "debt.charge.waive.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_charge_ids": charges.ids},
        }

    def action_approve_waiver(self):
        """Waive what others asked for, inside the own limits."""
        asked = self._asked()
        for case, charges in asked.grouped("case_id").items():
            case.check_access("read")
            if not charges._may_waive(approve=True):
                raise AccessError(
                    self.env._(
                        "Somebody else has to approve %(amount)s: nobody approves what "
                        "they asked for, and each role has its limit.",
                        amount=charges._company_money(),
                    )
                )
            charges._set_waived(approval="given")
        asked._end_activities()

    def action_refuse_waiver(self):
        """Refuse to waive what others asked for; it stays claimed."""
        asked = self._asked()
        for case, charges in asked.grouped("case_id").items():
            # whoever asked may think better of it
            own = charges.filtered(lambda c: c.asked_by_id == self.env.user)
            if charges - own and not (charges - own)._may_waive(approve=True):
                raise AccessError(
                    self.env._("Whoever may approve the waiver may refuse it.")
                )
            # sudo: guarded rows; the rights are checked above
            charges.sudo().write({"approval": "refused"})
            case.sudo()._message_log(
                body=self.env._(
                    "Not waived: %(names)s",
                    names=", ".join(charges.mapped("display_name")),
                )
            )
        asked._end_activities()

    def _asked(self):
        self.check_access("read")
        asked = self.filtered(
            lambda charge: charge.approval == "asked" and charge.state == "claimed"
        )
        if not asked:
            raise UserError(self.env._("None of these waits for an approval."))
        return asked

    # === WAIVE === #

    def _waive(self, reason):
        """Waive claimed charges, or ask who may.

        :param str reason: why; it stays with the charge
        :return: (waived, asked for)
        """
        self.check_access("read")
        waived = asked = self.browse()
        for case, charges in self.grouped("case_id").items():
            case.check_access("write")
            hold(case)
            charges.invalidate_recordset(["state", "approval"])
            if any(charge.state != "claimed" for charge in charges):
                raise UserError(self.env._("Some of this is not claimed any more."))
            # sudo: guarded rows; the right to work the case is checked above
            charges.sudo().write({"waive_reason": reason})
            if charges._may_waive():
                charges._end_activities()
                charges._set_waived(approval=False)
                waived |= charges
            else:
                charges._ask_waiver(reason)
                asked |= charges
        return waived, asked

    def _set_waived(self, approval):
        today = self.company_id[:1]._debt_today()
        # sudo: guarded rows; callers check rights and limits
        self.sudo().write(
            {
                "state": "waived",
                "approval": approval,
                "waived_by_id": self.env.uid,
                "waived_date": today,
            }
        )
        for case, charges in self.grouped("case_id").items():
            case.sudo()._message_log(
                body=self.env._(
                    "Waived: %(names)s, %(amount)s. %(reason)s",
                    names=", ".join(charges.mapped("display_name")),
                    amount=charges._money(),
                    reason=charges[:1].waive_reason,
                )
            )

    def _ask_waiver(self, reason):
        """Ask somebody with a higher limit to waive charges of a case."""
        self._end_activities()
        case = self.case_id
        values = {"approval": "asked", "asked_by_id": self.env.uid}
        user = self.company_id.sudo()._debt_dispute_supervisor()  # sudo: settings
        if user and user != self.env.user:
            # sudo: the task is part of asking
            values["activity_id"] = (
                case.sudo()
                .activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("Waive late charges: %s", self._money()),
                    note=reason,
                    user_id=user.id,
                )
                .id
            )
        self.sudo().write(values)  # sudo: guarded rows
        case.sudo()._message_log(
            body=self.env._(
                "Asked to waive %(amount)s: %(reason)s",
                amount=self._money(),
                reason=reason,
            )
        )

    def _end_activities(self):
        # sudo: whoever decides ends the task
        self.sudo().activity_id.exists().action_feedback()

    def _company_money(self):
        return format_amount(
            self.env, sum(self.mapped("amount_company")), self.company_currency_id[:1]
        )
