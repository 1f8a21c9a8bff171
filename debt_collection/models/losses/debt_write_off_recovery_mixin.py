from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ...logic.difference import worth
from ...tools.locks import hold
from ..agreements.debt_notice_match_mixin import exact

#: States of Odoo's payments that brought money.
RECEIVED = ("in_process", "paid")


class DebtWriteOffRecoveryMixin(models.AbstractModel):
    """What still comes in of a debt that was written off."""

    _name = "debt.write.off.recovery.mixin"
    _description = "Recovery after a Write-Off"
    _inherit = ["debt.cover.desk.mixin"]

    amount_written_off = fields.Monetary(currency_field="company_currency_id")
    payment_ids = fields.One2many(
        "account.payment", "debt_write_off_id", string="Recoveries", readonly=True
    )
    recovery_entry_ids = fields.Many2many(
        "account.move",
        "debt_write_off_recovery_rel",
        string="Entries That Take It Back",
        readonly=True,
        copy=False,
    )
    plan_ids = fields.One2many("debt.plan", "written_off_id", string="Settlements")
    amount_recovered = fields.Monetary(
        string="Recovered",
        currency_field="company_currency_id",
        compute="_compute_recovered",
        store=True,
        help="Payments that came after it was written off, in the currency of the "
        "company.",
    )
    recovered_currency = fields.Monetary(
        string="Recovered in Its Currency", compute="_compute_recovered", store=True
    )
    amount_net = fields.Monetary(
        string="Net Loss",
        currency_field="company_currency_id",
        compute="_compute_net",
        store=True,
        help="Written off, less what was recovered.",
    )
    amount_open = fields.Monetary(
        string="Still Out",
        compute="_compute_open",
        help="Written off and neither recovered nor settled.",
    )

    @api.depends(
        "payment_ids.amount",
        "payment_ids.amount_company_currency_signed",
        "payment_ids.state",
    )
    def _compute_recovered(self):
        for write_off in self:
            # sudo: what came in is shown to whoever may see the loss
            payments = write_off.sudo().payment_ids.filtered(
                lambda payment: payment.state in RECEIVED
            )
            write_off.recovered_currency = sum(payments.mapped("amount"))
            write_off.amount_recovered = sum(
                payments.mapped("amount_company_currency_signed")
            )

    @api.depends("amount_written_off", "amount_recovered")
    def _compute_net(self):
        for write_off in self:
            write_off.amount_net = (
                write_off.amount_written_off - write_off.amount_recovered
            )

    @api.depends("amount", "recovered_currency", "state", "plan_ids.state")
    def _compute_open(self):
        for write_off in self:
            settled = write_off.plan_ids.filtered(
                lambda plan: plan.state == "done" and plan.amount_discount > 0
            )
            write_off.amount_open = 0 if settled else write_off._left_now()[0]

    def _left_now(self):
        """Return what is out: (left, its worth in the books, recovered).

        In the currency, in the currency of the company, in the currency.
        """
        self.ensure_one()
        if self.state != "posted" or not self.amount:
            return 0, 0, 0
        left = max(0, self.currency_id.round(self.amount - self.recovered_currency))
        value = float(
            worth(
                exact(left, self.currency_id),
                exact(self.amount, self.currency_id),
                exact(self.amount_written_off, self.company_id.currency_id),
                self.company_id.currency_id.decimal_places,
            )
        )
        return left, value, self.recovered_currency

    # === BUTTONS === #

    def action_recover(self):
        """Enter a payment that came after the debt was written off."""
        self.ensure_one()
        self._check_recoverable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register Recovery"),
            "res_model": "debt.recovery.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_write_off_id": self.id},
        }

    def action_settle(self):
        """Offer to settle the debt that is written off for a part of it."""
        self.ensure_one()
        self._check_recoverable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settlement Offer"),
            "res_model": "debt.plan",
            "view_mode": "form",
            "context": {
                **self.case_id._settlement_defaults(),
                "default_written_off_id": self.id,
                "default_currency_id": self.currency_id.id,
                "default_item_ids": [Command.set(self.item_ids.ids)],
            },
        }

    def action_open_payments(self):
        """Open the payments that came after the debt was written off."""
        self.ensure_one()
        domain = [("debt_write_off_id", "=", self.id)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recoveries"),
            "res_model": "account.payment",
            "view_mode": "list,form",
            "domain": domain,
            "context": {"create": False},
        }

    def _check_recoverable(self):
        if self.state != "posted":
            raise UserError(self.env._("Only what is written off can be recovered."))
        if self._left_now()[0] <= 0:
            raise UserError(self.env._("All of this debt is recovered already."))

    # === BOOK === #

    def _recover(self, amount, day, journal, memo=False):
        """Book a payment of a debt that was written off.

        Against the income of recoveries, or, as the company chose, against the account
        of the loss, which is taken back by as much; under the user's own rights.

        :param amount: in the currency of the debt
        :param day: the day of the payment
        :param journal: the bank or cash journal that received it
        :param memo: what the payment says
        :return: the payment
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Accounting books recoveries."))
        # sudo: a second click is refused here, or finds nothing left
        hold(self.sudo())
        self.invalidate_recordset()
        self._check_recoverable()
        left = self._left_now()[0]
        if amount <= 0 or self.currency_id.compare_amounts(amount, left) > 0:
            raise UserError(
                self.env._(
                    "A recovery is more than zero and at most what is still out: "
                    "%(left)s.",
                    left=self._money(left),
                )
            )
        company = self.company_id.sudo()  # sudo: settings of the company
        income = company.debt_recovery_booking == "income"
        if income and not company.debt_recovery_account_id:
            raise UserError(
                self.env._("Choose the account of recoveries in the settings.")
            )
        memo = memo or self.env._("Recovery of a written-off debt")
        payments = self.env["account.payment"].with_company(self.company_id)
        payment = payments.create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partner_id.id,
                "amount": amount,
                "currency_id": self.currency_id.id,
                "date": day,
                "journal_id": journal.id,
                "memo": memo,
                "debt_write_off_id": self.id,
                **(
                    {"destination_account_id": company.debt_recovery_account_id.id}
                    if income
                    else {}
                ),
            }
        )
        payment.action_post()
        if not income:
            self._take_back(payment)
        payment._message_log(
            body=self.env._("Recovery of a write-off: %s", self._get_html_link())
        )
        # sudo: whoever books it may say so
        self.sudo()._message_log(
            body=self.env._(
                "Recovered %(amount)s: %(payment)s",
                amount=self._money(amount),
                payment=payment._get_html_link(),
            )
        )
        self._look_again(self.case_id)
        return payment

    def _take_back(self, payment):
        """Post an entry that takes back a part of the loss, and let it be paid.

        Each account of the write-off takes its part, the last one what rounding leaves.
        """
        move = payment.move_id
        received = move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        amount, value = -received.amount_currency, -received.balance
        lost = self.write_off_id.line_ids.filtered(
            lambda line: line.account_type != "asset_receivable"
        ).sorted("id")
        total = sum(lost.mapped("balance"))
        common = {
            "currency_id": self.currency_id.id,
            "partner_id": self.partner_id.id,
            "tax_ids": [Command.clear()],
            "name": payment.memo,
        }
        lines = []
        rest, rest_value = amount, value
        for line in lost:
            last = line == lost[-1:]
            part = line.balance / total
            share = rest if last else self.currency_id.round(amount * part)
            worth_ = (
                rest_value if last else self.company_id.currency_id.round(value * part)
            )
            rest, rest_value = rest - share, rest_value - worth_
            lines.append(
                {
                    **common,
                    "account_id": line.account_id.id,
                    "amount_currency": -share,
                    "balance": -worth_,
                }
            )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.company_id._debt_write_off_journal().id,
                "date": payment.date,
                "ref": payment.memo,
                "line_ids": [
                    Command.create(
                        {
                            **common,
                            "account_id": received.account_id.id,
                            "amount_currency": amount,
                            "balance": value,
                        }
                    ),
                    *map(Command.create, lines),
                ],
            }
        )
        entry.action_post()
        owed = entry.line_ids.filtered(
            lambda line: line.account_id == received.account_id
        )
        (owed | received).reconcile()
        # sudo: guarded field
        self.sudo().recovery_entry_ids = [Command.link(entry.id)]
