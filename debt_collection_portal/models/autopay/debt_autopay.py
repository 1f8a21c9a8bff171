from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.tools.locks import hold

from ...logic.autopay import Instalment, next_day

#: States in which its instalments are charged, or will be again.
LIVE = ("on", "paused")
STATES = [
    ("on", "On"),
    ("paused", "Paused"),
    ("stopped", "Stopped"),
    ("done", "Plan Is Over"),
]


class DebtAutopay(models.Model):
    """The consent of a customer to charge the instalments of a plan to a saved card.

    It is evidence: another card, or once more after it was stopped, is a new one.
    """

    _name = "debt.autopay"
    _description = "Automatic Payment"
    _order = "id desc"

    plan_id = LooseMany2one(
        "debt.plan", string="Payment Plan", required=True, index=True
    )
    case_id = LooseMany2one("debt.case", required=True, readonly=True, index=True)
    company_id = LooseMany2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(related="case_id.partner_id", string="Customer")
    token_id = LooseMany2one("payment.token", string="Saved Card", readonly=True)
    card = fields.Char(readonly=True, help="The end of its number, and the provider.")
    state = fields.Selection(STATES, required=True, default="on", readonly=True)
    why = fields.Char(
        string="Reason", readonly=True, help="Why it is paused, or was stopped."
    )
    person_id = LooseMany2one("res.partner", string="Person", readonly=True)
    user_id = LooseMany2one("res.users", string="Logged In as", readonly=True)
    consent_date = fields.Datetime(string="Agreed on", readonly=True)
    consent_ip = fields.Char(string="Address", readonly=True)
    consent_browser = fields.Char(string="Browser", readonly=True)
    consent_text = fields.Text(
        string="Text Agreed to", readonly=True, help="Exactly as it was shown."
    )
    stopped_date = fields.Datetime(string="Stopped on", readonly=True)
    stopped_by_id = LooseMany2one("res.users", string="Stopped by", readonly=True)
    charge_ids = fields.One2many("debt.autopay.charge", "autopay_id", readonly=True)
    next_date = fields.Date(string="Next Charge", compute="_compute_next")
    words = fields.Char(compute="_compute_next", string="In Words")

    _plan_uniq = models.UniqueIndex(
        "(plan_id) WHERE state IN ('on', 'paused')",
        "The plan is paid automatically already.",
    )

    @api.depends("partner_id", "card")
    def _compute_display_name(self):
        for autopay in self:
            # sudo: the name of the debtor is shown wherever it is
            name = autopay.partner_id.sudo().display_name or ""
            autopay.display_name = f"{name} · {autopay.card or ''}"

    @api.depends("state", "why", "card", "plan_id.promise_ids.state", "charge_ids")
    @api.depends_context("lang")
    def _compute_next(self):
        for autopay in self:
            day = autopay._next()[1] if autopay.state in LIVE else False
            autopay.next_date = day
            autopay.words = autopay._in_words(day)

    def _in_words(self, day):
        """Return how it stands, in a sentence without its end."""
        if self.state == "paused":
            return self.env._("automatic payment paused: %s", self.why)
        if self.state == "on" and not self.company_id.sudo()._debt_autopay_runs():
            # sudo: settings of the company decide
            return self.env._("automatic payment, switched off in the company for now")
        if self.state == "on" and day:
            return self.env._(
                "paid automatically with %(card)s, next charge on %(date)s",
                card=self.card,
                date=format_date(self.env, day),
            )
        if self.state == "on":
            return self.env._("paid automatically with %s", self.card)
        return False

    def _next(self):
        """Return (instalment, day) of the next charge, (empty, False) without one."""
        self.ensure_one()
        # sudo: settings of the company decide
        retries = self.company_id.sudo()._debt_autopay_tries()
        promises = self.plan_id.promise_ids.filtered(lambda p: p.state == "open")
        for promise in promises.sorted(lambda p: (p.date, p.id)):
            charges = promise.autopay_charge_ids
            if charges.filtered(lambda charge: charge.state not in ("failed",)):
                continue  # under way, done, or nobody tries any more
            day = next_day(Instalment(promise.date, charges._days()), retries)
            if day:
                return promise, day
        return promises.browse(), False

    # === CONSENT === #

    @api.model
    def _why_not(self, plan):
        """Return in words why a plan cannot be paid automatically, or None."""
        if not plan.company_id.debt_autopay:
            return self.env._("This company offers no automatic payment.")
        if plan.state != "active":
            return self.env._("Only a payment plan in force is paid automatically.")
        if plan.written_off_id or plan._is_converted():
            return self.env._(
                "The instalments of this plan are paid in another way. Please ask us."
            )
        if not plan.promise_ids.filtered(lambda promise: promise.state == "open"):
            return self.env._("No instalment is to come.")
        return None

    @api.model
    def _cards(self, plan, person):
        """Return the saved cards with which a person may let a plan be paid.

        :param person: the contact of the user who is logged in
        """
        # sudo: cards of the person, of providers that customers may not read
        tokens = self.env["payment.token"].sudo()
        providers = self.env["payment.provider"].sudo()
        providers = providers.search(
            [
                *providers._check_company_domain(plan.company_id),
                ("state", "in", ("enabled", "test")),
                ("is_published", "=", True),
                ("allow_tokenization", "=", True),
            ]
        ).filtered(
            lambda provider: (
                not provider.available_currency_ids
                or plan.currency_id in provider.available_currency_ids
            )
        )
        owners = person | person.commercial_partner_id
        return tokens.search(
            [("provider_id", "in", providers.ids), ("partner_id", "in", owners.ids)]
        )

    @api.model
    def _card_name(self, token):
        """Return what is shown of a card."""
        return f"{token.display_name} ({token.provider_id.name})"

    @api.model
    def _consent(self, plan):
        """Return the text that a customer agrees to, in their language.

        Whatever is agreed is in it, but for the card, which is chosen below it.
        """
        company = plan.company_id
        rows = plan.promise_ids.filtered(lambda promise: promise.state == "open")
        retries = company._debt_autopay_tries()
        parts = [
            self.env._(
                "I authorise %(company)s to charge the card that I choose for each "
                "instalment of my payment plan, on its day: what is still to be paid "
                "of it then, never more than the instalment.",
                company=company.name,
            ),
            "\n".join(
                f"{format_date(self.env, promise.date)}: {plan._money(promise.amount)}"
                for promise in rows.sorted("date")
            ),
        ]
        if company.debt_autopay_notice_days:
            parts.append(
                self.env._(
                    "I get a message with day and amount %s days before each charge.",
                    company.debt_autopay_notice_days,
                )
            )
        if retries:
            parts.append(
                self.env._(
                    "A charge that is refused is tried again after this many days: "
                    "%s. I get a message each time.",
                    ", ".join(map(str, retries)),
                )
            )
        parts.append(
            self.env._(
                "I can stop this here at any time before a charge. The number of the "
                "card is kept by the payment provider, not by %(company)s.",
                company=company.name,
            )
        )
        return "\n\n".join(parts)

    @api.model
    def _begin(self, plan, token, visit, text):
        """Keep the consent of a customer; it takes the place of an earlier one.

        :param plan: the payment plan
        :param token: one of ``_cards``
        :param visit: the ``Visit`` of the user
        :param text: the text they agreed to
        :raise UserError: where it cannot be
        :return: the automatic payment
        """
        hold(plan)
        plan.invalidate_recordset()
        if reason := self._why_not(plan):
            raise UserError(reason)
        autopay = self.sudo()  # sudo: evidence is the product's
        live = autopay.search([("plan_id", "=", plan.id), ("state", "in", LIVE)])
        live._end(self.env._("Replaced by a new consent"))
        live.flush_recordset()  # one is in force at a time
        record = autopay.create(
            {
                "plan_id": plan.id,
                "case_id": plan.case_id.id,
                "company_id": plan.company_id.id,
                "token_id": token.id,
                "card": self._card_name(token),
                "person_id": visit.person.id,
                "user_id": self.env.uid,
                "consent_date": fields.Datetime.now(),
                "consent_ip": visit.ip,
                "consent_browser": visit.browser,
                "consent_text": text,
            }
        )
        visit.case._portal_contact(
            visit, text=self.env._("Automatic payment turned on: %s", record.card)
        )
        plan._message_log(
            body=self.env._(
                "%(person)s lets the instalments be charged to %(card)s.",
                person=visit.person.name,
                card=record.card,
            )
        )
        record._wake()
        return record

    def _end(self, why, state="stopped"):
        """End it: nothing more is charged.

        :param why: in words
        :param state: ``stopped``, ``paused`` or ``done``
        """
        for autopay in self.sudo():  # sudo: evidence is the product's
            autopay.write(
                {
                    "state": state,
                    "why": why,
                    "stopped_date": fields.Datetime.now(),
                    "stopped_by_id": self.env.uid,
                }
            )
            autopay.plan_id._message_log(
                body=self.env._("Automatic payment: %s", why),
            )

    def _end_by(self, visit):
        """Let the customer stop it."""
        live = self.filtered(lambda autopay: autopay.state in LIVE)
        if not live:
            return
        hold(live)
        live._end(self.env._("Stopped by the customer"))
        visit.case._portal_contact(
            visit, text=self.env._("Automatic payment turned off")
        )

    def _card_gone(self):
        """Return in words why the card cannot be charged any more, or None."""
        token = self.token_id.sudo().exists()  # sudo: the card, to use it
        customer = self.case_id.partner_id.commercial_partner_id
        if not token.active:
            return self.env._("The saved card was removed. Please choose another one.")
        if (
            token.provider_id.state == "disabled"
            or token.partner_id.commercial_partner_id != customer
        ):
            return self.env._("This card cannot be charged. Please choose another one.")
        return None

    def _wake(self):
        # sudo: the queue is the system's
        self.env.ref("debt_collection_portal.ir_cron_debt_autopay").sudo()._trigger()

    # === BUTTONS === #

    def action_stop(self):
        """Ask why the company stops charging."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stop Automatic Payment"),
            "res_model": "debt.withdraw.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_ids": self.ids,
            },
        }

    def _withdraw(self, reason):
        """Stop charging for a reason; whoever may work the case may do it."""
        self.check_access("read")
        self.case_id.check_access("write")
        live = self.filtered(lambda autopay: autopay.state in LIVE)
        if not live:
            raise UserError(self.env._("It is stopped already."))
        hold(live.sudo())  # sudo: evidence, see ``_end``
        live._end(reason)

    def action_open_plan(self):
        """Open the payment plan."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "debt.plan",
            "res_id": self.plan_id.id,
            "view_mode": "form",
        }
