import re

from markupsafe import Markup

from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.logic.working_days import add_working_days

#: Working days without reminders for whoever says that they cannot pay.
HARDSHIP_DAYS = 5
#: Characters of what was written that the log of the case keeps.
NOTE = 2000
#: What the assistant cannot do may be done by a person.
REFUSED = (UserError, ValidationError, AccessError)
#: A capital within the name of an effect.
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Refused(Exception):
    """What was confirmed cannot be entered: a person has to look at it."""


class DebtWhatsappEffectsMixin(models.AbstractModel):
    """What a turn does: records that people review, as others that they enter."""

    _name = "debt.whatsapp.effects.mixin"
    _description = "Effects of a Conversation"

    dispute_id = LooseMany2one(
        "debt.dispute", readonly=True, help="What is told now belongs to this dispute."
    )

    def _apply(self, turn, messages, now):
        """Do what a turn wants done.

        :param turn: a ``logic.dialogue`` Turn
        :param messages: what the person wrote
        :param now: naive UTC moment
        :return: the reference of what was entered, for the answer
        :raise Refused: where it cannot be entered; nothing was
        """
        self.ensure_one()
        reference = ""
        with self.env.cr.savepoint():
            for effect in turn.effects:
                name = _CAPITAL.sub("_", type(effect).__name__).lower()
                try:
                    record = getattr(self, f"_do_{name}")(effect, messages, now)
                except REFUSED as error:
                    raise Refused(str(error)) from error
                if record is not None:
                    reference = str(record.id)
        return reference

    # === CONSENT AND WHO IT IS === #

    def _do_stop(self, _effect, messages, now):
        self.identity_id._opt_out(self.account_id, self._said(messages), now)

    def _do_start(self, effect, messages, _now):
        asked = messages[-1:].reply_to_id.body
        said = "\n".join(filter(None, (asked, self._said(messages))))
        self.identity_id._say(
            "given",
            self.account_id,
            source=self.env._("WhatsApp"),
            wording=effect.wording or said,
        )

    def _do_wrong_person(self, _effect, messages, now):
        links = self._speaks_for()
        # who speaks for several is the wrong one of those that it is about
        about = links.filtered(lambda link: link.partner_id == self.case_id.partner_id)
        for link in about or links:
            link._wrong_person(self._said(messages), now)
        waiting = self.env["debt.whatsapp.message"]
        waiting._cancel_waiting(self, "wrong_person", now)
        self.case_id = False

    def _do_set_language(self, effect, _messages, _now):
        self.identity_id.lang = effect.lang

    def _do_verified(self, effect, messages, now):
        customer = self.env["res.partner"].browse(effect.customer)
        how = self._proofs(messages[-1:].body or "").get(customer.id)
        self.identity_id._check_passed(customer, self.company_id, how, now)
        self.case_id = self._case_of(customer)

    def _do_failed_check(self, _effect, _messages, now):
        self.identity_id._check_failed(now)

    # === AGREEMENTS === #

    def _do_make_promise(self, effect, messages, now):
        case = self._own_case()
        promise = self.env["debt.promise"]._promise_by_debtor(
            case,
            effect.day,
            "whatsapp",
            amount=float(effect.amount),
            contact_id=self._person(case).id,
            contact_action_id=self._new_contact(now, messages, "promise").id,
            note=self._said(messages),
            # the answer in the chat is the confirmation
            confirm=False,
        )
        if not promise:
            raise UserError(self.env._("Beyond the limits of self-service."))
        return self._tell(promise)

    def _do_report_payment(self, effect, messages, now):
        case = self._own_case()
        company = case.company_id
        today = company._debt_today(now)
        amount = float(effect.amount or 0) or case._promise_amount()
        owed = case.item_ids.filtered(lambda item: item.amount_residual_currency > 0)
        amount = amount or sum(owed.mapped("amount_residual"))
        named = messages.browse([int(name) for name in effect.media]).exists()
        files = named.attachment_ids.sorted("id")
        notice = (
            self.env["debt.payment.notice"]
            .sudo()  # sudo: what the customer reports, to be reviewed
            .create(
                {
                    "case_id": case.id,
                    "amount": amount,
                    "made_date": today,
                    "date": effect.day or today,
                    "source": "whatsapp",
                    "user_id": case._debt_agent().id,
                    "contact_id": self._person(case).id,
                    "contact_action_id": self._new_contact(now, messages, "paid").id,
                    "note": effect.text or False,
                    "receipt": files[:1].datas,
                    "receipt_name": files[:1].name,
                }
            )
        )
        for file in files[1:]:
            file.copy({"res_model": notice._name, "res_id": notice.id})
        return self._tell(notice)

    def _do_open_dispute(self, effect, messages, now):
        case = self._own_case()
        owed = case.item_ids.filtered(lambda item: item.amount_residual_currency > 0)
        item = owed.filtered(lambda item: item.id == effect.document)
        if not item and len(owed) == 1:
            item = owed
        if not item:
            # which invoice is not known: a person asks
            self._ask_person("claim", effect.text, messages, now)
            return None
        dispute = (
            self.env["debt.dispute"]
            .sudo()  # sudo: what the customer says, to be answered by a person
            .create(
                {
                    "case_id": case.id,
                    "item_ids": [Command.set(item.ids)],
                    "reason_id": self.env["debt.dispute.reason"]
                    ._of_code(effect.reason)
                    .id,
                    "description": effect.text or False,
                    "opened_date": case.company_id._debt_today(now),
                    "source": "whatsapp",
                    "user_id": case._debt_agent().id,
                    "contact_action_id": self._new_contact(now, messages, "dispute").id,
                }
            )
        )
        self.dispute_id = dispute
        self._attach(dispute, messages.browse(map(int, effect.media)))
        return self._tell(dispute)

    def _do_add_to_dispute(self, effect, messages, now):
        dispute = self.dispute_id.exists().sudo()  # sudo: as where it was opened
        if not dispute or dispute.state != "open":
            self._ask_person("claim", effect.text, messages, now)
            return
        if effect.text:
            told = filter(None, (dispute.description, effect.text))
            dispute.description = "\n".join(told)
        self._attach(dispute, messages.browse(map(int, effect.media)))

    def _do_accept_plan(self, effect, messages, now):
        case = self._own_case()
        plan = case.plan_ids.filtered(
            lambda plan: plan.id == effect.plan and plan.state == "offered"
        )
        if not plan:
            raise UserError(self.env._("This plan is agreed already."))
        # sudo: the customer accepts; whether it may be, by who offered it
        plan = plan.with_user(plan.user_id or case._debt_agent()).sudo()
        plan._activate(accepted_by=self._person(case).name, accepted_how="whatsapp")
        self._new_contact(now, messages, "promise")
        plan._look_again(case)
        return self._tell(plan)

    # === PEOPLE === #

    def _do_call_person(self, effect, messages, now):
        if effect.mute:
            self._mute(self.env["res.users"], now)
        self._ask_person(effect.reason, effect.text, messages, now)
        if effect.pause and self.case_id:
            self._pause(effect.pause, now)

    def _do_missed(self, effect, messages, now):
        self.env["debt.whatsapp.miss"].sudo()._note(self, effect.text, now)

    def _ask_person(self, reason, text, messages, now):
        """Let a person answer: the inbox shows it, and the agent has a task."""
        self._want_person(reason, now)
        if self.case_id:
            names = dict(self._fields["waits_reason"]._description_selection(self.env))
            told = f"WhatsApp, {names[reason]}: {text}" if text else names[reason]
            contact = self._new_contact(now, messages, text=told)
            contact._ask_to_answer(self._answer_day(now))

    def _pause(self, pause, now):
        """Hold the case: some working days, or until a person decides."""
        case = self.case_id.sudo()  # sudo: what the customer said protects them
        today = case.company_id._debt_today(now)
        country = case.company_id.country_id
        holidays = country._debt_holidays({today.year}) if country else frozenset()
        until = pause == "days" and add_working_days(today, HARDSHIP_DAYS, holidays)
        if case.state == "closed" or (
            case.state == "hold"
            and (not case.hold_until or (until and case.hold_until >= until))
        ):
            return
        case.write(
            {
                "state": "hold",
                "hold_until": until or False,
                "hold_reason": self.env._("The customer wrote on WhatsApp: see there"),
            }
        )

    # === EVIDENCE === #

    def _own_case(self):
        """Return the case that the conversation is about, with superuser rights."""
        case = self.case_id.sudo()  # sudo: the service acts for the customer
        links = self._speaks_for()
        if not case or case.partner_id not in links.partner_id:
            raise UserError(self.env._("Nobody knows whose account it is."))
        return case

    def _person(self, case):
        """Return the contact that writes, the customer where it is not known."""
        people = self.env["res.partner"].sudo()  # sudo: people of the customer
        phone = self.identity_id.phone
        known = phone and people.search(
            [
                (
                    "commercial_partner_id",
                    "=",
                    case.partner_id.commercial_partner_id.id,
                ),
                ("phone_sanitized", "=", phone),
            ],
            limit=1,
        )
        return known or case.partner_id

    def _said(self, messages):
        """Return what the person wrote, as text."""
        return "\n".join(filter(None, messages.mapped("body")))[:NOTE]

    def _new_contact(self, now, messages=None, outcome=None, text=None):
        """Log that the customer wrote; once for each message.

        :return: the action
        """
        case = self.case_id.sudo()  # sudo: evidence is the product's
        actions = self.env["debt.action"].sudo()
        reference = messages[-1:].wamid if messages else False
        if reference and (
            known := actions.search(
                [
                    ("company_id", "=", case.company_id.id),
                    ("incoming_ref", "=", reference),
                ]
            )
        ):
            return known
        found = self.env["debt.outcome"].sudo()
        return actions.create(
            {
                **actions._incoming_vals(case, case.company_id._debt_today(now)),
                "partner_id": self._person(case).id,
                "channel": "whatsapp",
                "purpose": "reply",
                "reached": "debtor",
                "address": self.identity_id.phone,
                "incoming_ref": reference,
                "sent_date": now,
                "amount": case.amount_chaseable,
                "outcome_id": outcome
                and found.search([("code", "=", outcome)], limit=1).id,
                "note": (text or (messages and self._said(messages)) or "")[:NOTE],
            }
        )

    def _tell(self, record):
        """Write on the case what the assistant entered; return the record."""
        kind = self.env["ir.model"]._get(record._name).name
        record.case_id._message_log(
            body=Markup("<p>%s %s</p>")
            % (
                self.env._("Entered by the customer on WhatsApp: %s.", kind),
                record._get_html_link(),
            )
        )
        return record

    def _attach(self, record, messages):
        """Copy what was sent to a record that people look at."""
        for file in messages.exists().attachment_ids:
            file.copy({"res_model": record._name, "res_id": record.id})
