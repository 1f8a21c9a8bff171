import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.tools.locks import hold

from ...logic.autopay import OVER, WAIT, Instalment, verdict
from .debt_autopay import LIVE
from .payment_transaction import ChargeLost

_logger = logging.getLogger(__name__)

#: Nobody knows what became of a charge without an answer for so long.
PATIENCE = timedelta(hours=1)
#: States of a charge that is not over.
UNDER_WAY = ("charging", "pending", "uncertain")
STATES = [
    ("charging", "Being Charged"),
    ("pending", "Pending"),
    ("done", "Charged"),
    ("failed", "Refused"),
    ("missed", "Not Charged"),
    ("uncertain", "Uncertain"),
]


class DebtAutopayCharge(models.Model):
    """One try to charge an instalment to a saved card.

    It is committed, with its transaction, before the provider is asked: what was
    interrupted then is never charged again by itself; a person decides.
    """

    _name = "debt.autopay.charge"
    _description = "Automatic Charge"
    _inherit = ["debt.autopay.job.mixin"]
    _order = "id desc"
    _over_reason = "plan_over"

    autopay_id = LooseMany2one("debt.autopay", required=True, index=True)
    promise_id = LooseMany2one(
        "debt.promise", string="Instalment", required=True, index=True
    )
    case_id = LooseMany2one("debt.case", required=True, index=True)
    company_id = LooseMany2one("res.company", required=True)
    partner_id = fields.Many2one(related="case_id.partner_id", string="Customer")
    plan_id = fields.Many2one(related="autopay_id.plan_id", string="Payment Plan")
    card = fields.Char(related="autopay_id.card")
    day = fields.Date(required=True)
    amount = fields.Monetary()
    currency_id = LooseMany2one("res.currency", required=True)
    transaction_id = LooseMany2one(
        "payment.transaction", string="Payment Transaction", index="btree_not_null"
    )
    reference = fields.Char()
    state = fields.Selection(STATES, required=True, default="charging")
    claimed = fields.Datetime(help="When the provider was about to be asked.")
    error = fields.Char(string="Reason", help="What the provider or the product said.")

    # two workers never charge the same instalment
    _promise_uniq = models.UniqueIndex(
        "(promise_id) WHERE state IN ('charging', 'pending', 'uncertain')"
    )

    @api.depends("day", "amount", "case_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for charge in self:
            # sudo: the name of the debtor is shown wherever it is
            charge.display_name = self.env._(
                "%(customer)s: %(amount)s on %(date)s",
                customer=charge.partner_id.sudo().display_name or "",
                amount=charge.currency_id.format(charge.amount),
                date=format_date(self.env, charge.day),
            )

    def _days(self):
        """Return the days of these tries, in order."""
        return tuple(sorted(self.mapped("day")))

    # === ONE CHARGE === #

    @api.model
    def _charge_one(self, promise, day):
        """Charge an instalment, if it is to be charged now.

        :param promise: the instalment
        :param day: today in the company
        :return: the charge, empty where none was made
        """
        run = self.env["debt.run"]
        charges = self._to_them(promise.case_id)
        promise = promise.with_env(charges.env)
        charge = run._retry(lambda: charges._claim(promise, day))
        if charge.transaction_id:
            charge._send()
        return charge

    @api.model
    def _claim(self, promise, day):
        """Take an instalment for this worker; commit the charge that is to be made.

        :return: the charge; one without transaction says why nothing is charged
        """
        run = self.env["debt.run"]
        # what others paid is read after the instalment is held
        run._checkpoint(read_committed=True)
        charge = self._claimed(promise, day)
        run._checkpoint("autopay_claimed", read_committed=True)
        return charge

    @api.model
    def _claimed(self, promise, day):
        autopay = promise.plan_id.autopay_id.try_lock_for_update()
        if not autopay:
            return self.browse()  # another worker has it, or it was stopped
        autopay.invalidate_recordset()
        promise.case_id._refresh(day)
        charges = promise.autopay_charge_ids
        refused = charges.filtered(lambda charge: charge.state == "failed")
        if (
            autopay.state not in LIVE
            or promise.plan_id.state != "active"
            or promise.state != "open"
            or charges - refused
        ):
            return self.browse()
        instalment = Instalment(promise.date, refused._days())
        retries = promise.company_id._debt_autopay_tries()
        what = verdict(instalment, retries, day)
        parts = self._parts(promise)
        if what == WAIT or len(refused) > len(retries) or not parts:
            return self.browse()
        values = {
            "autopay_id": autopay.id,
            "promise_id": promise.id,
            "case_id": promise.case_id.id,
            "company_id": promise.company_id.id,
            "currency_id": promise.currency_id.id,
            "day": day,
            "amount": sum(parts.values()),
        }
        held = self._held_by(promise, autopay)
        if what == OVER:
            if refused and not held:
                held = refused.sorted("id")[-1].error
            return self._miss(values, held)
        if held:
            return self.browse()
        if reason := autopay._card_gone():
            autopay._end(reason, "paused")
            charge = self.create({**values, "state": "failed", "error": reason})
            charge._tell_refused()
            return charge
        if not self._lock_lines(parts):
            return self.browse()
        return self._with_transaction(autopay, promise, values, parts)

    def _miss(self, values, reason):
        """Write that an instalment is not charged any more; the agent gets a task."""
        reason = reason or self.env._("It was not charged on its days.")
        charge = self.create({**values, "state": "missed", "error": reason})
        charge._ask_agent()
        return charge

    @api.model
    def _with_transaction(self, autopay, promise, values, parts):
        token = autopay.token_id.sudo()  # sudo: the card, to use it
        transactions = self.env["payment.transaction"].sudo()  # sudo: as Odoo does
        transaction = transactions.create(
            {
                **autopay.case_id.sudo()._debt_transaction_vals(
                    parts, autopay.plan_id.currency_id, promise=promise
                ),
                "provider_id": token.provider_id.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                "partner_id": token.partner_id.id,
                "operation": "offline",
            }
        )
        return self.create(
            {
                **values,
                "transaction_id": transaction.id,
                "reference": transaction.reference,
                "claimed": fields.Datetime.now(),
            }
        )

    def _send(self):
        """Ask the provider for a claimed charge, and record its answer."""
        run = self.env["debt.run"]
        # sudo: the transaction belongs to the system
        transaction = self.transaction_id.sudo().with_context(debt_autopay=True)
        if not self._is_wanted():
            self._call_off(transaction)
            return
        lost = None
        try:
            transaction._charge_with_token()
        except ChargeLost as error:
            lost = str(error)
        except Exception as error:
            if not run._may_commit():
                raise
            self.env.cr.rollback()
            _logger.exception("Automatic charge %s", self.reference)
            lost = str(error)
        # what the provider said is kept before anything else is done with it
        run._checkpoint("autopay_charged", read_committed=True)
        run._retry(lambda: self._take_in(lost))

    def _is_wanted(self):
        """Return whether nobody stopped it, or decided on it, since it was claimed.

        From now on nobody can, until the answer of the provider is kept.
        """
        for record in (self, self.autopay_id):
            self.env.execute_query(
                SQL(
                    "SELECT FROM %s WHERE id = %s FOR NO KEY UPDATE",
                    SQL.identifier(record._table),
                    record.id,
                )
            )
            record.invalidate_recordset()
        return self.state == "charging" and self.autopay_id.state in LIVE

    def _call_off(self, transaction):
        """End a claimed charge of which the provider hears nothing."""
        if self.state == "charging":
            words = self.env._("The card was not charged")
            self.write({"state": "failed", "error": words})
            transaction._set_canceled(state_message=words)
        self.env["debt.run"]._checkpoint("autopay_reported", read_committed=True)

    def _take_in(self, lost=None):
        """Record what became of the charge, from its transaction.

        :param lost: why nobody knows it
        """
        run = self.env["debt.run"]
        self.invalidate_recordset()
        transaction = self.transaction_id.sudo()  # sudo: see ``_send``
        said = transaction.state
        if said == "done":
            self._charged(transaction)
        elif said in ("pending", "authorized"):
            self.state = "pending"
        elif said in ("error", "cancel"):
            self._refused(transaction.state_message)
        elif self.state in ("charging", "pending") and (lost or self._is_late()):
            self._lose(lost)
        run._checkpoint("autopay_reported", read_committed=True)

    def _is_late(self):
        return self.claimed <= fields.Datetime.now() - PATIENCE

    def _charged(self, transaction):
        """The money came: apply it, once."""
        first = self.state != "done"
        self.write({"state": "done", "error": False})
        if not transaction.is_post_processed:
            transaction._post_process()
        if first:
            self._end_task()
            self._tell("autopay_done")

    def _refused(self, message):
        if self.state == "failed":
            return
        self.write(
            {
                "state": "failed",
                "error": message or self.env._("The provider refused the card."),
            }
        )
        self._tell_refused()

    def _tell_refused(self):
        """Tell the customer; after the last try the agent too."""
        self._tell("autopay_refused")
        if not self._again():
            self._ask_agent()

    def _again(self):
        """Return the day of the next try of the instalment, False without one."""
        promise, day = self.autopay_id._next()
        return day if promise == self.promise_id else False

    def _lose(self, reason):
        """Nobody knows whether the card was charged: a person decides."""
        self.write(
            {
                "state": "uncertain",
                "error": reason or self.env._("The provider gave no answer."),
            }
        )
        self._ask_agent()

    # === MESSAGES AND TASKS === #

    def _wants(self, action):
        """Return whether a message or task about it still makes sense."""
        if action.track == "service":
            return True
        return self.promise_id.state == "open" or self.state == "uncertain"

    def _action_values(self, **values):
        promise = self.promise_id
        return {
            **promise._action_values(),
            "promise_id": False,
            "autopay_charge_id": self.id,
            "amount": self.amount,
            **values,
        }

    def _tell(self, purpose):
        """Write to whoever agreed to it."""
        addressee = self.autopay_id.person_id or self.case_id.partner_id
        self.promise_id._plan_actions(
            [
                self._action_values(
                    partner_id=addressee.id,
                    channel="email",
                    track="service",
                    purpose=purpose,
                    user_id=self.case_id._debt_agent().id,
                )
            ]
        )

    def _ask_agent(self):
        """Give the agent a task: nothing happens by itself any more."""
        agent = self.case_id._debt_agent()
        words = self.with_context(lang=agent.lang).env._
        if self.state == "uncertain":
            note = words(
                "Nobody knows whether the card was charged (%(reference)s): %(error)s "
                "Look into the account of the payment provider, then decide on the "
                "charge.",
                reference=self.reference,
                error=self.error,
            )
        else:
            note = words(
                "The instalment of %(date)s was not paid automatically: %(error)s",
                date=format_date(self.env, self.promise_id.date, lang_code=agent.lang),
                error=self.error,
            )
        self.promise_id._plan_actions(
            [
                self._action_values(
                    channel="task",
                    track="task",
                    purpose="autopay_task",
                    user_id=agent.id,
                    note=note,
                )
            ]
        )

    def _end_task(self):
        actions = self.env["debt.action"].sudo()  # sudo: tasks of the product
        tasks = actions.search(
            [
                ("autopay_charge_id", "in", self.ids),
                ("purpose", "=", "autopay_task"),
                ("state", "in", ("planned", "sent")),
            ]
        )
        tasks.activity_id.exists().unlink()
        tasks.write({"state": "cancelled", "reason": self._over_reason})

    # === BUTTONS === #

    def action_was_charged(self):
        """Decide that the card was charged: the money is looked for in the bank."""
        self._decide("done", self.env._("The card was charged"))

    def action_was_not_charged(self):
        """Decide that the card was not charged: it is tried again on its next day."""
        self._decide("failed", self.env._("The card was not charged"))

    def _decide(self, state, words):
        self.ensure_one()
        self.check_access("read")
        self.case_id.check_access("write")
        charge = self.sudo()  # sudo: the right to work the case is the right to decide
        hold(charge)
        charge.invalidate_recordset()
        if charge.state != "uncertain":
            raise UserError(self.env._("Nothing is to be decided on this charge."))
        charge.write({"state": state, "error": words})
        if state == "failed" and charge.transaction_id.state == "draft":
            charge.transaction_id._set_canceled(state_message=words)
        charge._end_task()
        charge.plan_id._message_log(
            body=self.env._(
                "%(user)s decided on an uncertain charge (%(reference)s): %(words)s",
                user=self.env.user.name,
                reference=charge.reference,
                words=words,
            )
        )
