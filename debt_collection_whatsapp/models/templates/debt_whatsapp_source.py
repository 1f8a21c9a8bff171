from datetime import date

from odoo import api, models
from odoo.tools import format_amount, format_date

from ...logic.template_text import clean, first_name

#: What variables may say: name -> (kind, whether it tells about the customer).
#: Money and dates are never replaced by something else: without them nothing is sent.
SOURCES = {
    "first_name": ("text", True),
    "contact": ("text", True),
    "customer": ("text", True),
    "company": ("text", False),
    "agent": ("text", False),
    "amount": ("money", True),
    "documents": ("text", True),
    "document": ("text", True),
    "due": ("date", True),
    "days": ("text", True),
    "reference": ("text", True),
    "promise_amount": ("money", True),
    "promise_date": ("date", True),
    "paid_amount": ("money", True),
    "paid_date": ("date", True),
    "balance": ("money", True),
    "request": ("text", True),
    "today": ("date", False),
}
#: What is filled in by whoever sends: the end of an address, a file.
GIVEN = ("link", "statement")


class DebtWhatsappSource(models.AbstractModel):
    """What the variables of a template may say: a fixed list, never an expression.

    Everything is read from an action, in the language of the context.
    """

    _name = "debt.whatsapp.source"
    _description = "What Variables of WhatsApp Templates Say"

    @api.model
    def _selection(self):
        """Return the sources for people to choose from."""
        words = {
            "first_name": self.env._("First name of the addressee"),
            "contact": self.env._("Name of the addressee"),
            "customer": self.env._("Name of the customer"),
            "company": self.env._("Name of our company"),
            "agent": self.env._("Name of the agent"),
            "amount": self.env._("Amount to be paid"),
            "documents": self.env._("Oldest document, and how many more"),
            "document": self.env._("Oldest document"),
            "due": self.env._("Oldest due date"),
            "days": self.env._("Days past due"),
            "reference": self.env._("Reference of the customer"),
            "promise_amount": self.env._("Promised amount"),
            "promise_date": self.env._("Promised date"),
            "paid_amount": self.env._("Amount received"),
            "paid_date": self.env._("Date of the payment"),
            "balance": self.env._("Balance"),
            "request": self.env._("What the customer disputed"),
            "today": self.env._("Day of the message"),
            "link": self.env._("End of the link to the customer's page"),
            "statement": self.env._("Statement of account, as PDF"),
        }
        return list(words.items())

    @api.model
    def _kind(self, source):
        """Return what a source is: text, money, date, or given by who sends."""
        return "given" if source in GIVEN else SOURCES[source][0]

    @api.model
    def _is_personal(self, source):
        """Return whether a source tells something about the customer."""
        return source == "statement" or (source in SOURCES and SOURCES[source][1])

    @api.model
    def _value(self, source, action):
        """Return what a source says for an action, in the language of the context.

        :param source: one of ``SOURCES``
        :param action: a ``debt.action``, which may be a new one
        :return: text as Meta takes it; empty where there is nothing to say
        """
        # sudo: texts read the books and the contacts
        action = action.sudo()
        # an address of a customer may have no name
        people = action.partner_id | action.debtor_id
        addressee = people.filtered("name")[:1]
        values = {
            "first_name": lambda: first_name(addressee.name, addressee.is_company),
            "contact": lambda: addressee.name,
            "customer": lambda: action.debtor_id.name,
            # S.A.S.: the full stop of a sentence may follow
            "company": lambda: (action.company_id.name or "").rstrip("."),
            "agent": lambda: action.text_agent,
            "amount": lambda: action.text_amount,
            "documents": lambda: action.text_documents,
            "document": lambda: action.text_document,
            "due": lambda: action.text_due,
            "days": lambda: str(action.case_id.days_past_due),
            "reference": lambda: action.text_reference,
            "promise_amount": lambda: action.text_promise_amount,
            "promise_date": lambda: action.text_promise_date,
            "paid_amount": lambda: action.text_paid_amount,
            "paid_date": lambda: action.text_paid_date,
            "balance": lambda: self._balance(action),
            "request": lambda: action.text_dispute_reason or action.text_reference,
            "today": lambda: (
                action.contact_day and format_date(self.env, action.contact_day)
            ),
        }
        return clean(values[source]())

    @api.model
    def _balance(self, action):
        """Return what the customer owes in all; nothing, after thanks."""
        if action.episode:
            return action.text_balance
        case = action.case_id
        return format_amount(self.env, case.amount_total, case.currency_id)

    @api.model
    def _example(self, source, company):
        """Return what a source may say, in the language of the context."""
        amount = format_amount(self.env, 450000, company.currency_id)
        day = format_date(self.env, date(2026, 11, 28))
        examples = {
            "first_name": "Marta",
            "contact": "Marta Ruiz",
            "customer": "Ferretería Andina",
            "company": (company.name or "").rstrip("."),
            "agent": "Ana Torres",
            "documents": "FV-2026-0042",
            "document": "FV-2026-0042",
            "days": "15",
            "reference": "C001234",
            "request": self.env._("difference in the price"),
        }
        by_kind = {"money": amount, "date": day}
        return clean(examples.get(source) or by_kind.get(self._kind(source), ""))
