from odoo import api, fields, models
from odoo.exceptions import UserError

from ...fields import IntegerArray
from ...logic.contact_policy import NEVER, SEND, WAIT
from .debt_contact_facts_mixin import Ask

#: Receipts, and answers to what the debtor asked: no limit is for them. By kind, never
#: by a tick.
EXEMPT = {"promise_confirm", "dispute_reject", "difference_return", "thanks"}


class DebtActionPolicyMixin(models.AbstractModel):
    """Messages leave at a moment that the contact policies allow, or wait for one."""

    _name = "debt.action.policy.mixin"
    _description = "Contact Policies of Actions"

    wait_until = fields.Datetime(
        string="Waits until",
        help="The first minute at which the contact policies allow it.",
    )
    policy_verdict = fields.Selection(
        [("send", "Allowed"), ("wait", "Wait"), ("never", "Never")],
        string="Contact Policy",
        readonly=True,
    )
    policy_reason = fields.Selection(
        [
            ("hours", "Outside the Hours"),
            ("holiday", "Holiday"),
            ("cap", "Limit of Contacts"),
            ("gap", "Too Soon after the Last Contact"),
            ("one_channel", "Another Channel Was Used This Week"),
            ("opted_out", "Not Wanted on This Channel"),
            ("no_consent", "No Consent for This Channel"),
            ("forbidden", "Forbidden"),
            ("no_moment", "No Moment within 60 Days"),
        ],
        string="Why Not at Once",
        readonly=True,
    )
    policy_refs = IntegerArray(
        help="The policies that bound the decision, as ids: first the one that said "
        "no, or 0."
    )
    policy_decision = fields.Char(
        compute="_compute_policy_decision", string="Decision on the Contact"
    )
    visit_place = fields.Selection(
        [("home", "At Home"), ("work", "At Work"), ("other", "Elsewhere")],
        string="Place of the Visit",
        help="Some policies forbid visits at home or at work.",
    )
    override_reason = fields.Char(
        readonly=True, help="Why it was made against the contact policies."
    )
    waits_long = fields.Boolean(compute="_compute_waits_long", search="_search_long")

    @api.depends("policy_verdict", "policy_reason", "policy_refs", "wait_until")
    @api.depends_context("lang", "tz")
    def _compute_policy_decision(self):
        Policy = self.env["debt.contact.policy"]
        verdicts = dict(self._fields["policy_verdict"]._description_selection(self.env))
        for action in self:
            verdict = action.policy_verdict
            if verdict in (False, SEND):
                action.policy_decision = verdicts.get(verdict, False)
                continue
            action.policy_decision = Policy._say(
                verdict,
                action.wait_until,
                action.policy_reason,
                (action.policy_refs or (False,))[0],
            )

    @api.model
    def _group_of(self, channel):
        """Return how the law looks at a channel, None for what reaches no debtor.

        What people use by hand, without a channel here, is a message.
        """
        known = self.env.get(f"debt.channel.{channel}")
        return "message" if known is None else known._contact_group

    @api.model
    def _exempt_purposes(self):
        """Return the purposes of messages that no limit is for."""
        return EXEMPT

    def _is_exempt(self):
        """Return whether neither limits nor the need of consent are for this."""
        self.ensure_one()
        # sudo: what a step is, for whoever approves its message
        return (
            self.purpose in self._exempt_purposes() or self.sudo().step_id.legal_notice
        )

    def _ask(self, address=None):
        """Return what is to be decided on this action."""
        self.ensure_one()
        return Ask(
            key=self.id,
            case_id=self.case_id.id,
            addressee_id=(self.partner_id or self.debtor_id).id,
            channel=self.channel,
            address=address or self.address or "",
            exempt=self._is_exempt(),
            action_id=self.id,
            place=self._place(),
        )

    def _place(self):
        """Return where this is done, where it is a visit."""
        self.ensure_one()
        # sudo: who is visited, and what a step says, for whoever may work the case
        action = self.sudo()
        return (
            action.visit_place
            or action.step_id.visit_place
            or (action.partner_id or action.debtor_id)._debt_visit_place()
        )

    def _permit(self, channel, addresses, now):
        """Return the actions that may leave now; let others wait, or end them.

        Tasks never wait, since whoever does them is told when to. But nobody is asked
        for a call or visit that is forbidden.

        :param channel: their channel
        :param addresses: {action: address}
        :param now: naive UTC moment
        """
        verdicts = self._verdicts(channel, addresses, now)
        permitted = self
        judged = self.browse([action.id for action in verdicts])
        for verdict, actions in judged.grouped(verdicts.get).items():
            decision = verdict.decision
            actions.write(actions._decided(verdict))
            if decision.kind == SEND:
                continue
            permitted -= actions
            if decision.kind == WAIT:
                actions._wait(decision.until.replace(tzinfo=None))
            else:
                actions._unreachable(decision.reason)
        return permitted

    def _verdicts(self, channel, addresses, now):
        """Return {action: Verdict} of those on which the contact policies decide.

        :param channel: their channel
        :param addresses: {action: address}
        :param now: naive UTC moment
        """
        by_itself = channel._track == "message"
        judged = self.filtered(lambda a: by_itself or a.purpose == "step")
        if not channel._contact_group or not judged:
            return {}
        verdicts = self.env["debt.contact.policy"]._judge(
            self.company_id,
            [action._ask(addresses[action]) for action in judged],
            now,
            binding_only=not by_itself,
        )
        return {
            action: verdict
            for action in judged
            for verdict in (verdicts[action.id],)
            if by_itself or (verdict.consumer and verdict.decision.kind == NEVER)
        }

    def _foresee(self, now):
        """Say what would become of planned actions, taking the channel of each on which
        it can be said: for simulations.

        :param now: naive UTC moment at which they would be handed over
        :return: ({action: address}, {action: why it would never leave}, {action:
            Verdict of those that would wait})
        """
        addresses, why, waits = {}, {}, {}
        left = self
        while left:
            found, lost = left._reach()
            addresses |= found
            why |= lost
            refused = {}
            reached = self.browse([action.id for action in found])
            for code, actions in reached.grouped("channel").items():
                channel = self.env["debt.channel"]._get(code)
                for action, verdict in actions._verdicts(channel, found, now).items():
                    if verdict.decision.kind == WAIT:
                        waits[action] = verdict
                    elif verdict.decision.kind == NEVER:
                        refused[action] = verdict.decision.reason
            for action in refused:
                del addresses[action]
            why |= refused
            left = self.browse([action.id for action in refused])
            left = self.browse().union(
                *(
                    actions._go_on(reason)
                    for reason, actions in left.grouped(refused.get).items()
                )
            )
        return addresses, why, waits

    def _judge_now(self, now):
        """Return the verdict on this action at a moment, naive UTC."""
        self.ensure_one()
        return self.env["debt.contact.policy"]._judge(
            self.company_id, [self._ask()], now
        )[self.id]

    def _permit_in_queue(self, now):
        """Decide again in the moment in which a message leaves its queue.

        A queue may be hours behind. The debtor is locked already.

        :param now: naive UTC moment
        :return: (whether it may leave now, until when it waits else, naive UTC; None:
            it never may, and its action has gone on or ended)
        """
        verdict = self._judge_now(now)
        decision = verdict.decision
        if decision.kind == SEND:
            return True, None
        self.write(self._decided(verdict))
        if decision.kind != WAIT:
            self._unreachable(decision.reason)
            return False, None
        until = decision.until.replace(tzinfo=None)
        self.wait_until = until
        self.contact_day = self.company_id._debt_today(until)
        self._contacted()
        return False, until

    @api.model
    def _judge_log(self, case, channel, partner_id, values):
        """Decide on a contact that a person makes, under the lock of its debtor.

        :param values: those of the log; ``ahead``: the contact is yet to be made;
            ``answers``: the debtor wrote and is answered, which knows no limits
        :return: the values that keep the decision
        :raise UserError: for one to be made against what binds, without a reason or
            the right to it
        """
        ahead, answers = values.pop("ahead", False), values.pop("answers", False)
        if answers or values.get("incoming") or values.get("import_id"):
            return {}
        # sudo: the lock of a debtor, for whoever may log on the case
        case.sudo()._lock_debtors(wait=True)
        contact = self.env["res.partner"].browse(partner_id or ())
        verdict, binding = case._judge_contact(
            channel, contact, values.get("sent_date"), values.get("visit_place")
        )
        reason = values.get("override_reason")
        allowed = self.env.user.has_group("debt_collection.group_debt_contact_override")
        if ahead and binding and not (reason and allowed):
            words = case._contact_said(verdict)
            if not allowed:
                raise UserError(
                    self.env._(
                        "%(decision)s\nA supervisor may decide otherwise, with a "
                        "reason.",
                        decision=words,
                    )
                )
            raise UserError(
                self.env._("%(decision)s\nSay why it is made now.", decision=words)
            )
        until = verdict.decision.until
        return {
            **self._decided(verdict),
            "wait_until": until.replace(tzinfo=None) if until else False,
        }

    def _decided(self, verdict):
        """Return the values that keep a decision with an action."""
        decision, rule = verdict.decision, verdict.decision.rule
        # who wants no contact, or at other hours, is named by no policy
        first = rule if isinstance(rule, int) else 0
        others = [ref for ref in verdict.policy_ids if ref != first]
        return {
            "policy_verdict": decision.kind,
            "policy_reason": decision.reason or False,
            "policy_refs": [first, *others],
        }

    def _wait(self, until):
        """Let actions leave by themselves at a moment, naive UTC."""
        self.write({"state": "waiting", "wait_until": until, "reason": False})
        for company, actions in self.grouped("company_id").items():
            actions.contact_day = company._debt_today(until)
        self._wake("debt_collection.ir_cron_debt_dispatch", until)

    @api.model
    def _wake(self, xmlid, moment):
        """Let a scheduled action run at a moment, once for all who ask for it."""
        cron = self.env.ref(xmlid).sudo()  # sudo: a job of the system
        known = self.env["ir.cron.trigger"].sudo()  # sudo: as above
        if not known.search_count(
            [("cron_id", "=", cron.id), ("call_at", "=", moment)], limit=1
        ):
            cron._trigger(at=moment)

    def _lock_debtors(self, wait=False):
        """Hold the debtors of these actions; see ``debt.case._lock_debtors``.

        :return: the actions whose debtors are held
        """
        held = set(self.case_id._lock_debtors(wait).ids)
        return self.filtered(lambda action: action.case_id.id in held)

    # === WAITING === #

    @api.depends("state", "planned_date")
    def _compute_waits_long(self):
        for action in self:
            company = action.company_id
            action.waits_long = (
                action.state == "waiting"
                and bool(action.planned_date)
                and (company._debt_today() - action.planned_date).days
                > company.debt_wait_days
            )

    @api.model
    def _search_long(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = self.search([("state", "=", "waiting")])
        return [
            (
                "id",
                "in" if True in value else "not in",
                waiting.filtered("waits_long").ids,
            )
        ]

    def action_decide_again(self):
        """Let waiting messages be decided on again, now, such as after a policy was
        changed."""
        waiting = self.filtered(lambda action: action.state == "waiting")
        waiting.case_id.check_access("write")
        # sudo: the right to work the case is the right to its messages
        waiting.sudo().write({"state": "planned"})
        self.env.ref("debt_collection.ir_cron_debt_dispatch").sudo()._trigger()
