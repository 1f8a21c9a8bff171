from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..logic import template_payload
from .common import DAY, WhatsappCommon

#: Monday, noon in Bogotá.
NOON = fields.Datetime.to_datetime("2026-06-01 17:00:00")

#: In which language of Odoo the messages of a language at Meta are written.
SPOKEN = {"es": "es_419"}


def days(count):
    return DAY + timedelta(days=count)


def minutes(count):
    return NOON + timedelta(minutes=count)


@tagged("post_install", "-at_install")
class SendingCommon(WhatsappCommon):
    """A customer who agreed to be written to, and messages that Meta approved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.strategy.action_archive()
        cls.strategy = cls.new_strategy([(3, "whatsapp")])
        cls.segment.strategy_id = cls.strategy
        cls.approve("overdue", "account", "promise_confirm", "case_update")
        cls.identity = cls.people()._of_partner(cls.account, cls.debtor).sudo()
        cls.link = cls.identity._link(cls.debtor, cls.company)
        cls.link.sudo().state = "confirmed"

    @classmethod
    def people(cls):
        return cls.env["debt.whatsapp.identity"].sudo()

    @classmethod
    def approve(cls, *purposes, account=None, lang="en"):
        """Meta approved the messages of these purposes."""
        account = (account or cls.account).sudo()
        texts = cls.env["debt.whatsapp.text"].sudo()
        templates = cls.env["debt.whatsapp.template"].sudo()
        for purpose in purposes:
            text = texts._standard(purpose, account.company_id)
            text = text.with_context(lang=SPOKEN.get(lang, "en_US"))
            told = template_payload.creation(
                text._draft(lang), f"{text.code}_v1", text._examples(account.company_id)
            )
            templates |= templates._take_in(
                account,
                {
                    **told,
                    "id": f"77{account.id}{text.id}",
                    "category": text.category,
                    "status": "APPROVED",
                },
                NOON,
            )
        return templates

    # === DOING === #

    @property
    def messages(self):
        # the product itself works the queue
        return self.env["debt.whatsapp.message"].sudo()

    def message_of(self, action):
        return self.messages.search([("action_id", "=", action.id)], order="id")

    def reminded(self, amount=100, partner=None):
        """Return the message of a customer who owes an overdue invoice, queued."""
        self.overdue = self.invoice(amount, due=days(-5), partner=partner)
        debtor = partner or self.debtor
        actions = self.actions_of(self.run_on())
        action = actions.filtered(lambda a: a.debtor_id == debtor).sudo()
        message = self.message_of(action)
        self.assertEqual((action.state, action.delivery), ("sent", "queued"))
        self.assertEqual(message.state, "queued")
        return message

    def conversation(self, partner=None, account=None, wrote=None):
        """Return the conversation with a customer, who wrote at a moment."""
        account = account or self.account
        identity = self.people()._of_partner(account, partner or self.debtor)
        conversations = self.env["debt.whatsapp.conversation"].sudo()
        conversation = conversations._of(account, identity)
        conversation.case_id = self.case_of(partner, account.company_id)
        if wrote:
            conversation.last_inbound = wrote
        return conversation

    def answered(self, body="Gracias", author="bot", conversation=None, **values):
        """Return a message in our words, queued."""
        return self.messages._enqueue(
            conversation or self.conversation(wrote=NOON),
            {"type": "text", "text": {"body": body}},
            author=author,
            body=body,
            now=fields.Datetime.now(),
            priority=0,
            **values,
        )

    def dispatch(self):
        """The job hands over what is planned."""
        self.env["debt.run"].sudo()._dispatch(self.company, fields.Datetime.now())

    def another_company(self):
        """Return the number of another company, on WhatsApp too."""
        company = self.setup_other_company()["company"]
        return self.new_account(
            company=company,
            name="Other",
            phone_number_id="999888777666555",
            waba_id="555666777888999",
            portfolio="700700700700",
        )

    def work(self):
        """The job sends what is due."""
        self.messages._cron_send()

    def report(self, message, word, minute=1, **more):
        """Meta reports on a message; return whether it was of ours."""
        status = {
            "id": message.wamid or f"wamid.{message.uuid}",
            "status": word,
            "timestamp": str(int(minutes(minute).timestamp())),
            "biz_opaque_callback_data": f"dcw1:{message.uuid}",
            **more,
        }
        return self.messages._merge_status(message.account_id, status, NOON)

    def report_failed(self, message, code, minute=1, **more):
        errors = [{"code": code, "title": f"Error {code}"}]
        return self.report(message, "failed", minute, errors=errors, **more)
