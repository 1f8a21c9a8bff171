import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...fields import IntegerArray, LooseMany2one
from ...logic.contact_fix import FIXES
from ...tools.sql import int_array
from ..portfolio.debt_item import HELD_REASONS

_logger = logging.getLogger(__name__)

STATES = [
    ("planned", "Planned"),
    ("approve", "To Approve"),
    ("waiting", "Waiting"),
    ("sending", "Sending"),
    ("sent", "Sent"),
    ("done", "Done"),
    ("skipped", "Skipped"),
    ("failed", "Failed"),
    ("uncertain", "Uncertain"),
    ("cancelled", "Cancelled"),
]

REASONS = HELD_REASONS + [
    ("settled", "Nothing is owed any more"),
    ("paying", "An online payment is under way"),
    ("no_address", "No address on this channel"),
    ("blacklisted", "The customer wants no messages there"),
    ("not_approved", "Not approved"),
    ("withdrawn", "Taken out of the mail queue"),
    ("amount_changed", "The amount changed before it left"),
    ("moved", "Its documents moved to another case"),
    ("bounced", "The message came back"),
    ("refused", "The mail server refused it"),
    ("rejected", "The provider refused it"),
    ("wrong_number", "Nobody has this number"),
    ("undelivered", "It did not arrive"),
    ("arrived", "The message before it did arrive"),
    ("no_test_address", "Nowhere to send it in test mode"),
    ("lost", "Interrupted while it was being handed over"),
    ("error", "An error occurred"),
    ("test_ended", "Test mode ended"),
    ("undone", "Logged by mistake"),
    ("promise_over", "The promise is not open any more"),
    ("notice_over", "The reported payment was applied or rejected"),
    ("dispute_over", "The dispute was answered"),
    ("plan_over", "The payment plan is over"),
    ("owes_again", "The customer owes again"),
    ("not_due", "Nothing is due yet"),
    ("stopped", "The campaign was stopped"),
    ("difference_over", "The difference was cleared or given back"),
    ("assignment_over", "The assignment is over, or its loss was notified"),
    ("opted_out", "The customer does not want this channel"),
    ("no_consent", "The customer has not agreed to this channel"),
    ("forbidden", "A contact policy forbids it"),
    ("no_moment", "The contact policies allow no moment within 60 days"),
]

#: States of an automatic message from which quiet days count.
CONTACTED = ("sent", "done", "uncertain", "waiting")
#: States of an action that is not over.
PENDING = ("planned", "approve", "waiting", "sending")
#: States of an action that has not begun to leave: it can be stopped.
UNSENT = ("planned", "approve", "waiting")


class DebtAction(models.Model):
    """One contact or task, planned or done. What happened is never edited."""

    _name = "debt.action"
    _description = "Collection Action"
    _inherit = [
        "debt.action.text.mixin",
        "debt.action.fallback.mixin",
        "debt.action.sms.mixin",
        "debt.action.thanks.mixin",
        "debt.action.log.mixin",
        "debt.action.letter.mixin",
        "debt.action.evidence.mixin",
        "debt.action.attach.mixin",
        "debt.action.answer.mixin",
        "debt.action.statement.mixin",
        "debt.action.copy.mixin",
        "debt.action.desk.mixin",
        "debt.action.policy.mixin",
    ]
    _log_access = False
    _order = "contact_day desc, id desc"

    case_id = LooseMany2one("debt.case", required=True, index=True)
    company_id = LooseMany2one("res.company", required=True)
    debtor_id = LooseMany2one("res.partner", string="Customer", required=True)
    partner_id = LooseMany2one("res.partner", string="Addressee")
    run_id = LooseMany2one("debt.run", index="btree_not_null")
    strategy_id = LooseMany2one("debt.strategy")
    step_id = LooseMany2one("debt.strategy.step")
    channel = fields.Selection(selection="_channels", required=True)
    track = fields.Selection(
        [("message", "Message"), ("task", "Task"), ("service", "Confirmation")],
        required=True,
        default="message",
        help="Quiet days and limits concern messages; a confirmation answers the "
        "customer.",
    )
    purpose = fields.Selection(
        [
            ("step", "Step of the Strategy"),
            ("last_step", "After the Last Step"),
            ("fix_contact", "Fix Contact Data"),
            ("contact", "Logged Contact"),
            ("call_back", "Call Back"),
            ("document", "Document Wanted"),
            ("escalate", "Escalation"),
            ("answer", "Answer the Customer"),
            ("fix_phone", "Fix Phone Number"),
            ("fix_address", "Fix Postal Address"),
            ("promise_confirm", "Confirmation of a Promise"),
            ("promise_remind", "Reminder of a Promise"),
            ("promise_broken", "Broken Promise"),
            ("notice_expired", "Reported Payment Did Not Come"),
            ("notice_rejected", "Rejected Payment Notice"),
            ("dispute_reject", "Answer to a Dispute"),
            ("dispute_late", "Late Dispute"),
            ("thanks", "Thanks for the Payment"),
            ("campaign", "Campaign"),
            ("plan_broken", "Broken Payment Plan"),
            ("plan_credit", "Credit after a Payment Plan Ended"),
            ("difference_ask", "Request of a Document"),
            ("difference_late", "Missing Document of a Difference"),
            ("difference_return", "Difference That Has to Be Paid"),
            ("loss_notice", "Loss Notice to a Factor or Insurer"),
            ("limitation", "Debt That Lapses Soon"),
            ("statement", "Monthly Statement"),
            ("reply", "Reply of the Customer"),
            ("opt_out", "No More Emails"),
            ("opt_out_call", "Call: Wants No More Emails"),
        ],
        required=True,
        default="step",
    )
    state = fields.Selection(STATES, required=True, default="planned")
    reason = fields.Selection(REASONS)
    reason_detail = fields.Char(help="What the mail server or the error said.")
    promise_id = LooseMany2one("debt.promise", string="Promise")
    notice_id = LooseMany2one("debt.payment.notice", string="Payment Notice")
    dispute_id = LooseMany2one("debt.dispute", string="Dispute")
    difference_id = LooseMany2one("debt.difference", string="Difference")
    plan_id = LooseMany2one("debt.plan", string="Payment Plan")
    assignment_id = LooseMany2one("debt.assignment", string="Assigned Debt")
    campaign_id = LooseMany2one(
        "debt.campaign", string="Campaign", index="btree_not_null"
    )
    user_id = LooseMany2one("res.users", string="Agent")
    planned_date = fields.Date()
    sent_date = fields.Datetime(string="Sent on")
    contact_day = fields.Date(
        string="Day",
        help="Local day of the contact: quiet days, gaps and limits count from it.",
    )
    is_test = fields.Boolean(
        string="Test",
        help="Sent to the test address while the company was in test mode.",
    )
    outcome_id = LooseMany2one("debt.outcome")
    delivery = fields.Selection(
        [
            ("queued", "In the Queue"),
            ("sending", "Leaving"),
            ("accepted", "Taken by the Provider"),
            ("delivered", "Delivered"),
            ("delayed", "Not Taken for Now"),
            ("printed", "Printed"),
            ("posted", "Taken to the Post"),
            ("bounced", "Bounced"),
            ("failed", "Failed"),
        ],
        help="Delivered: the mail server took it, or it arrived at the phone.",
    )
    address = fields.Char(help="Where it was sent.")
    subject = fields.Char()
    mail_message_id = LooseMany2one("mail.message", index="btree_not_null")
    activity_id = LooseMany2one("mail.activity", index="btree_not_null")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(help="To chase, when the action was planned or sent.")
    amount_charges = fields.Monetary(
        string="Late Charges", help="Claimed beside the amount in the message."
    )
    item_refs = IntegerArray(help="The items listed, as ids.")
    item_ids = fields.Many2many("debt.item", compute="_compute_item_ids")
    name = fields.Char(compute="_compute_name")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    _pending_idx = models.Index(
        "(company_id, state) WHERE state IN ('planned','approve','waiting','sending')"
    )

    _wait_idx = models.Index("(company_id, wait_until) WHERE state = 'waiting'")
    # what was skipped while the promise was over is said when it counts again
    _promise_uniq = models.UniqueIndex(
        "(promise_id, purpose) WHERE promise_id IS NOT NULL"
        " AND (state <> 'skipped' OR reason IS DISTINCT FROM 'promise_over')"
    )
    _notice_uniq = models.UniqueIndex(
        "(notice_id, purpose) WHERE notice_id IS NOT NULL"
    )
    _plan_uniq = models.UniqueIndex("(plan_id, purpose) WHERE plan_id IS NOT NULL")
    _assignment_uniq = models.UniqueIndex(
        "(assignment_id, purpose) WHERE assignment_id IS NOT NULL"
    )
    _dispute_uniq = models.UniqueIndex(
        "(dispute_id, purpose) WHERE dispute_id IS NOT NULL"
    )
    _thanks_uniq = models.UniqueIndex("(case_id, episode) WHERE episode IS NOT NULL")
    _statement_uniq = models.UniqueIndex(
        "(case_id, statement_month)"
        " WHERE statement_month IS NOT NULL AND state <> 'skipped'"
    )
    # a document may be asked for again, on another day
    _difference_uniq = models.UniqueIndex(
        "(difference_id, purpose, contact_day) WHERE difference_id IS NOT NULL"
    )
    _answer_idx = models.Index("(case_id) WHERE purpose = 'answer' AND state = 'sent'")
    _waiting_idx = models.Index(
        "(company_id, case_id) WHERE delivery IN ('queued','sending')"
        " OR (stops_messages AND state = 'sent')"
    )
    _fallback_uniq = models.UniqueIndex(
        "(fallback_of_id, channel) WHERE fallback_of_id IS NOT NULL"
    )
    _incoming_uniq = models.UniqueIndex(
        "(company_id, incoming_ref) WHERE incoming_ref IS NOT NULL"
    )
    _sms_idx = models.Index("(address) WHERE channel = 'sms'")

    @api.model
    def _pending_states(self):
        """Return the states of an action that is not over."""
        return PENDING

    def _test_address(self):
        """Return where this goes while its company is in test mode; empty: nowhere."""
        self.ensure_one()
        channel = self.env["debt.channel"]._get(self.channel)
        return channel._test_address(self.company_id)

    @api.model
    def _channels(self):
        """Return the channels of strategies, and those that people use by hand."""
        steps = self.env["debt.strategy.step"]._fields["channel"]
        channels = dict(steps._description_selection(self.env))
        by_hand = {
            "whatsapp": self.env._("WhatsApp"),
            "other": self.env._("Other"),
        }
        return list({**by_hand, **channels}.items())

    @api.depends("item_refs")
    def _compute_item_ids(self):
        for action in self:
            action.item_ids = self.env["debt.item"].browse(action.item_refs)

    @api.depends("step_id", "purpose", "channel", "outcome_id", "campaign_id")
    @api.depends_context("lang")
    def _compute_name(self):
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        channels = dict(self._channels())
        for action in self:
            if action.purpose == "contact":
                # sudo: a name, for everybody
                outcome = action.outcome_id.sudo().name
                parts = (channels.get(action.channel), outcome)
                action.name = ": ".join(filter(None, parts))
                if action.import_id:
                    action.name = self.env._("%s (imported)", action.name)
            elif action.purpose == "step" and action.step_id:
                action.name = action.step_id.sudo().name  # sudo: a name, for everybody
            elif action.campaign_id:
                action.name = action.campaign_id.sudo().name  # sudo: as above
            else:
                action.name = purposes[action.purpose]

    @api.depends("name", "debtor_id")
    def _compute_display_name(self):
        for action in self:
            # sudo: the name of the debtor is shown wherever the action is
            action.display_name = f"{action.debtor_id.sudo().name} · {action.name}"

    @api.depends("state", "item_refs", "step_id")
    @api.depends_context("lang")
    def _compute_preview(self):
        for action in self:
            if action.mail_message_id:
                # sudo: the text that was sent belongs to the action
                action.preview = action.mail_message_id.sudo().body
            elif action.state in PENDING and action.channel:
                channel = self.env["debt.channel"]._get(action.channel)
                action.preview = channel._preview(action)
            else:
                action.preview = False

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An action is evidence and cannot be deleted."))

    # === BUTTONS === #

    def action_approve(self):
        """Let prepared messages leave. The dispatch job sends them within minutes."""
        actions = self.filtered(lambda action: action.state == "approve")
        if not actions:
            raise UserError(self.env._("None of these messages waits for approval."))
        actions.case_id.check_access("write")
        # sudo: the right to work the case is the right to approve its messages
        actions.sudo().write({"state": "planned"})
        self.env.ref("debt_collection.ir_cron_debt_dispatch").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Approved: %(count)s. They leave within minutes.",
                    count=len(actions),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_refuse(self):
        """Do not send prepared messages; their items may be planned again."""
        actions = self._unsent()
        if not actions:
            raise UserError(self.env._("None of these messages can be stopped."))
        actions.case_id.check_access("write")
        actions.sudo()._skip("not_approved")  # sudo: see action_approve

    def action_mark_sent(self):
        """Decide that messages of which nobody knows did leave."""
        self._decide({"state": "sent", "reason": False})

    def action_send_again(self):
        """Decide that messages of which nobody knows shall be sent again."""
        self._decide(
            {
                "state": "planned",
                "reason": False,
                "delivery": False,
                "mail_message_id": False,
            }
        )
        self.env.ref("debt_collection.ir_cron_debt_dispatch").sudo()._trigger()

    def _unsent(self):
        """Return those that have not begun to leave and can be stopped."""
        return self.filtered(lambda action: action.state in UNSENT)

    def _decide(self, values):
        actions = self.filtered(lambda action: action.state == "uncertain")
        if not actions:
            raise UserError(self.env._("None of these messages is uncertain."))
        actions.case_id.check_access("write")
        # sudo: the right to work the case is the right to decide on its messages
        actions.sudo().write(values)
        for action in actions:
            action.case_id._message_log(
                body=self.env._(
                    "%(user)s decided on an uncertain message: %(action)s, %(state)s",
                    user=self.env.user.name,
                    action=action.name,
                    state=dict(self._fields["state"]._description_selection(self.env))[
                        action.state
                    ],
                )
            )

    def action_open_case(self):
        """Open the case of the action."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "debt.case",
            "res_id": self.case_id.id,
            "view_mode": "form",
        }

    # === STATES === #

    def _skip(self, reason):
        """End actions unsent for a reason that may pass: their items fall back."""
        told = self.filtered(lambda a: a.track == "message" and a.state in CONTACTED)
        self.write({"state": "skipped", "reason": reason, "delivery": False})
        self._release()
        if told:
            self._recount_contacts(told.case_id)

    def _release(self):
        """Give back the steps that these actions reserved."""
        if not self:
            return
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
            DELETE FROM debt_item_step s
             USING debt_item i
             WHERE (i.case_id = ANY(%s) OR i.id = ANY(%s))
               AND s.item_id = i.id AND s.action_id = ANY(%s)
            RETURNING s.item_id
                """,
                int_array(self.case_id.ids),
                # also those that moved to another case
                [item_id for action in self for item_id in action.item_refs],
                int_array(self.ids),
            )
        )
        item_ids = [item_id for (item_id,) in rows]
        self.env["debt.item"]._fall_back(SQL("i.id = ANY(%s)", item_ids))
        self.env["debt.item"].browse(item_ids).invalidate_recordset()
        self.env["debt.item.step"].invalidate_model(flush=False)
        self.case_id.write({"judged_day": False})

    def _fail(self, reason, detail=None, outcome=None):
        """End actions that can never leave; their step is consumed.

        The next channel of the step says it instead, where there is one.
        """
        vals = {"state": "failed", "reason": reason, "reason_detail": detail}
        if outcome:
            vals["outcome_id"] = self.env["debt.outcome"]._by_code(outcome).id
        told = self.filtered(lambda a: a.track == "message" and a.state in CONTACTED)
        self.write(vals)
        if told:
            self._recount_contacts(told.case_id)
        self._try_next()

    def _lose(self, detail=None):
        """Nobody knows whether these actions left: a person decides."""
        self.write(
            {
                "state": "uncertain",
                "reason": "lost",
                "reason_detail": detail,
                "delivery": False,
            }
        )

    def _contacted(self):
        """Remember on the cases that the debtors got an automatic message."""
        for day, actions in (
            self.filtered(lambda a: a.track == "message").grouped("contact_day").items()
        ):
            cases = actions.case_id.filtered(
                lambda case, day=day: (
                    not case.last_message_day or case.last_message_day < day
                )
            )
            # no change that is shown in the chatter
            cases.with_context(mail_notrack=True).write({"last_message_day": day})

    def _bounced(self, detail):
        """Record that messages came back, and ask for better contact data."""
        self.delivery = "bounced"
        self._fail("bounced", detail=detail, outcome="bounced")
        self._fix_contact()

    def _text_is_stale(self):
        """Return whether what was written is no longer what is to be chased.

        Other documents, though the amount be the same: a payment that is allocated
        moves from the documents that it covered to those that it pays. Nor may it claim
        what was waived meanwhile.
        """
        self.ensure_one()
        amounts, items = (self.amount, self.amount_charges), list(self.item_refs)
        self._refresh_text()
        return items != list(self.item_refs) or any(
            self.currency_id.compare_amounts(before, now) != 0
            for before, now in zip(
                amounts, (self.amount, self.amount_charges), strict=True
            )
        )

    def _must_be_test(self):
        """Return whether test mode began after this was written to the customer."""
        self.ensure_one()
        return self.company_id.debt_test_mode and not self.is_test

    def _plan_again(self):
        """Let a message whose text is out of date be written again."""
        self.write(
            {
                "state": "planned",
                "reason": "amount_changed",
                "delivery": False,
                "mail_message_id": False,
            }
        )
        self._recount_contacts(self.case_id)
        self.env.ref("debt_collection.ir_cron_debt_dispatch").sudo()._trigger()

    @api.model
    def _recount_contacts(self, cases):
        """Recompute the day of the last automatic message of cases."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case c
               SET last_message_day = (SELECT MAX(a.contact_day) FROM debt_action a
                                        WHERE a.case_id = c.id AND a.track = 'message'
                                          AND a.state IN %s
                                          AND (o.debt_test_mode OR NOT a.is_test))
              FROM res_company o
             WHERE o.id = c.company_id AND c.id = ANY(%s)
                """,
                CONTACTED,
                int_array(cases.ids),
            )
        )
        cases.invalidate_recordset(["last_message_day"])

    # === DISPATCH === #

    @api.model
    def _claim(self, companies, limit, now, exclude=()):
        """Lock and return actions that may leave and that no other worker holds.

        Must be the first statement of its transaction: what was committed before it is
        seen, what others hold is left to them. A company whose queue is long takes no
        more of a batch than the others.

        :param now: naive UTC moment: what waits for a later one is left alone
        """
        self.flush_model(["state", "company_id", "wait_until"])
        due = SQL(
            """(a.state = 'planned' OR a.state = 'waiting' AND a.wait_until <= %s)
               AND NOT a.id = ANY(%s)""",
            now,
            int_array(exclude),
        )
        rows = self.env.execute_query(
            SQL(
                """
            WITH company AS MATERIALIZED (
                SELECT id FROM unnest(%(companies)s) o(id)
                 WHERE EXISTS (SELECT FROM debt_action a
                                WHERE a.company_id = o.id AND %(due)s)
            )
            SELECT c.id
              FROM company o
             CROSS JOIN LATERAL (
                    SELECT a.id FROM debt_action a
                     WHERE a.company_id = o.id AND %(due)s
                     ORDER BY a.id
                     LIMIT (SELECT GREATEST(1, %(limit)s / COUNT(*)) FROM company)
                       FOR UPDATE SKIP LOCKED) c
                """,
                companies=int_array(companies.ids),
                due=due,
                limit=limit,
            )
        )
        return self.browse([action_id for (action_id,) in rows])

    def _dispatch(self, now):
        """Check these actions against the books and hand them to their channels.

        :param now: naive UTC moment
        :return: the actions handed over
        """
        sent = self.browse()
        for company, actions in self.grouped("company_id").items():
            day, cases = company._debt_today(now), actions.case_id
            cases._refresh(day, prioritise=False)
            ready = actions._suppress(now)
            ready._refresh_text()
            ready._prefer_channel()
            for code, group in ready.grouped("channel").items():
                sent |= group._hand_over(self.env["debt.channel"]._get(code), day, now)
            self.env.flush_all()
            cases._prioritise(company, day, cases)
        return sent

    def _prefer_channel(self):
        """Let confirmations take the channel on which the customer writes to us.

        They are e-mails, but for addons that bring such a channel.
        """

    def _hand_over(self, channel, day, now):
        """Give checked actions to their channel; skip those that nobody can reach.

        :return: the actions handed over
        """
        addresses = channel._addresses(self)
        unreachable = self.filtered(lambda action: action not in addresses)
        if unreachable:
            for reason, group in channel._why_unreachable(unreachable).items():
                group._unreachable(reason)
        reachable = (self - unreachable)._permit(channel, addresses, now)
        if reachable:
            reachable.contact_day = day
            reachable._remember_why(addresses)
            channel._send(reachable, now)
            reachable._contacted()
        return reachable

    def _unreachable(self, reason):
        """Let actions that reach nobody take the next channel, or end them.

        :param reason: why, a value of ``reason``
        """
        lost = self - self._go_on(reason)
        lost._skip(reason)
        # who did not answer on a channel that reaches them needs no other one
        (lost - lost._said_elsewhere())._fix_contact()

    @api.model
    def _leave_behind(self, cases, items):
        """Take items that moved to another case out of messages that wait.

        Their steps are given back; a message with nothing left is skipped.

        :param cases: the cases where they were
        :param items: the items
        """
        waiting = self.search([("case_id", "in", cases.ids), ("state", "in", UNSENT)])
        moved = set(items.ids)
        waiting = waiting.filtered(
            lambda a: moved.intersection(a.item_refs) and not a._agreement()
        )
        if not waiting:
            return
        rows = self.env.execute_query(
            SQL(
                """
            DELETE FROM debt_item_step
             WHERE item_id = ANY(%s) AND action_id = ANY(%s) RETURNING item_id
                """,
                list(items.ids),
                list(waiting.ids),
            )
        )
        given_back = [item_id for (item_id,) in rows]
        self.env["debt.item"]._fall_back(SQL("i.id = ANY(%s)", given_back))
        self.env["debt.item"].invalidate_model(flush=False)
        self.env["debt.item.step"].invalidate_model(flush=False)
        for action in waiting:
            action.item_refs = [i for i in action.item_refs if i not in moved]
        waiting._refresh_text()
        waiting.filtered(lambda a: not a.item_refs)._skip("moved")

    def _refresh_text(self):
        """Keep in each action the items that are still chased, and their amount."""
        self._refresh_statement()
        actions = self.filtered(
            lambda a: not (a._agreement() or a.episode or a.statement_month)
        )
        claimed = actions._charge_rows()
        for action in actions:
            charges = sum(float(row["amount_company"]) for row in claimed[action])
            if action.currency_id.compare_amounts(action.amount_charges, charges):
                action.amount_charges = charges
            case, amount, item_ids = action.case_id, 0, []
            for item in action.item_ids:
                chaseable = item.amount_chaseable
                if chaseable <= 0 or item.state != "open" or item.case_id != case:
                    continue
                item_ids.append(item.id)
                if in_currency := item.amount_residual_currency:
                    amount += chaseable * item.amount_residual / in_currency
            if action.item_refs != item_ids:
                action.item_refs = item_ids
            if action.currency_id.compare_amounts(action.amount, amount):
                action.amount = amount

    def _suppress(self, now):
        """Skip, with its reason, what must not leave any more; return the rest.

        Reads the items that were refreshed a moment ago, the online payments and the
        state of the case and its strategy.
        """
        ready_ids = []
        paying = self._paying_cases(now)
        for action in self:
            reason = action._skip_reason(paying)
            if reason == "settled" and action.track == "task":
                action.write({"state": "cancelled", "reason": reason})
                action._release()
            elif reason:
                action._skip(reason)
            else:
                ready_ids.append(action.id)
        return self.browse(ready_ids)

    def _agreement(self):
        """Return the agreement that it is about: a promise, a dispute, a plan…"""
        self.ensure_one()
        return (
            self.promise_id
            or self.notice_id
            or self.dispute_id
            or self.difference_id
            or self.plan_id
            or self.assignment_id
        )

    def _skip_reason(self, paying):
        """Return why this action must not leave now, or None."""
        self.ensure_one()
        case = self.case_id
        if self.purpose in (*FIXES.values(), "limitation"):
            return "settled" if case.state == "closed" else None
        if self.company_id.debt_test_mode and not self._test_address():
            return "no_test_address"
        if self._agreement() or self.episode:
            return self._skip_reason_of_subject()
        if self.statement_month:
            return self._skip_reason_of_statement()
        return self._skip_reason_of_case(paying)

    def _skip_reason_of_case(self, paying):
        """Return why its case wants no message or task of a step now, or None."""
        self.ensure_one()
        case = self.case_id
        if case.state == "closed":
            return "settled"
        if case.state == "hold":
            return "hold"
        if self.campaign_id:
            if self._too_soon():
                return "quiet"
        elif not self.strategy_id.enabled:
            return "strategy_off"
        reason = self._skip_reason_of_items()
        if reason:
            return reason
        if case in paying:
            return "paying"
        if self.track == "message" and case.stage_id.stop_contact:
            return "stage_stops"
        return None

    def _skip_reason_of_items(self):
        """Return why nothing of its items is to be chased here, or None."""
        self.ensure_one()
        reason = "settled"
        for item in self.item_ids:
            if item.state != "open":
                continue
            if item.case_id != self.case_id:
                reason = "moved" if reason == "settled" else reason
            elif item.amount_chaseable > 0:
                return None
            elif reason in ("settled", "moved", "covered"):
                reason = item.excluded or item.covered_by or "covered"
        return reason

    def _skip_reason_of_subject(self):
        """Return why what this action is about needs it no more, or None."""
        self.ensure_one()
        if agreement := self._agreement():
            return None if agreement._wants(self) else agreement._over_reason
        return None if self.case_id.state == "closed" else "owes_again"

    def _too_soon(self):
        """Return whether the debtor was written to since the campaign was prepared."""
        self.ensure_one()
        campaign, case = self.campaign_id, self.case_id
        if self.track == "task" or campaign.in_quiet_days or not case.last_message_day:
            return False
        days = (self.contact_day - case.last_message_day).days
        return days < case.strategy_id.quiet_days

    @api.model
    def _addressees(self):
        """Return the SELECT of who gets the messages of a debtor: parent_id, id."""
        return SQL(
            """
    SELECT DISTINCT ON (parent_id) parent_id, id
      FROM res_partner
     WHERE (type = 'invoice' OR debt_role = 'payer') AND active
       AND parent_id IS NOT NULL
       -- a branch that pays separately is its own debtor
       AND debt_branch_id IS DISTINCT FROM id
     ORDER BY parent_id, COALESCE(email, '') = '', debt_role IS DISTINCT FROM 'payer',
              id
            """
        )

    @api.model
    def _cancel_settled(self, cases):
        """End the tasks of cases that owe nothing any more, with their activities."""
        actions = self.search(
            [
                ("case_id", "in", cases.ids),
                ("case_id.state", "=", "closed"),
                ("track", "=", "task"),
                ("state", "in", ("planned", "sent")),
            ]
        )
        actions.activity_id.exists().unlink()
        actions.write({"state": "cancelled", "reason": "settled"})

    def _paying_cases(self, now):
        """Return the cases whose debtor has an online payment under way.

        Pending and authorised transactions suppress for ``debt_pending_days``; one that
        is done and not post-processed yet always does.
        """
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT c.id
              FROM debt_case c
              JOIN res_company o ON o.id = c.company_id
              JOIN res_partner e ON e.id = c.partner_id
              -- who pays for one branch may pay for the others
              JOIN res_partner p ON p.commercial_partner_id = e.commercial_partner_id
              JOIN payment_transaction t ON t.partner_id = p.id
                                        AND t.company_id = c.company_id
             WHERE c.id = ANY(%(cases)s)
               AND ((t.state = 'done' AND t.is_post_processed IS NOT TRUE)
                    OR (t.state IN ('pending', 'authorized')
                        AND t.last_state_change
                            > %(now)s - o.debt_pending_days * INTERVAL '1 day'))
                """,
                cases=int_array(self.case_id.ids),
                now=now,
            )
        )
        return self.env["debt.case"].browse([case_id for (case_id,) in rows])
