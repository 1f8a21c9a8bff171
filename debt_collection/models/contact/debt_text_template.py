import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount, format_date

from ...logic.sms_text import plain, size

#: What a text may contain between braces.
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class DebtTextTemplate(models.Model):
    """A short plain text: of messages that people send by hand, and of SMS."""

    _name = "debt.text.template"
    _description = "Short Text"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: every company uses this text."
    )
    body = fields.Text(
        string="Text",
        required=True,
        translate=True,
        help="May contain {contact}, {customer}, {amount}, {documents}, {oldest}, "
        "{due}, {days}, {charges}, {total} (with charges), {link}, {reference}, "
        "{agent} and {company}.",
    )

    sms_size = fields.Char(
        string="As SMS",
        compute="_compute_sms_size",
        help="What the text takes with an example in place of what is between braces. "
        "Each part is paid for.",
    )
    sms_is_long = fields.Boolean(compute="_compute_sms_size")

    @api.depends("body")
    @api.depends_context("lang")
    def _compute_sms_size(self):
        for template in self:
            example = template._example()
            template.sms_size = example and self._size_words(example)
            template.sms_is_long = size(example).is_long

    def _example(self):
        """Return the text filled in for nobody."""
        self.ensure_one()
        company = self.company_id or self.env.company
        lines = self.env._("INV/2026/00123")
        values = {
            "contact": "Ana Torres",
            "customer": "Ferretería Andina",
            "amount": format_amount(self.env, 1234567, company.currency_id),
            "documents": f"{lines}\n{lines}",
            "oldest": lines,
            "due": format_date(self.env, fields.Date.today()),
            "days": "15",
            "charges": "",
            "total": format_amount(self.env, 1234567, company.currency_id),
            "link": self.env["debt.link"]._example(company),
            "reference": "C001234",
            "agent": self.env.user.name,
            "company": company.name,
        }
        text = PLACEHOLDER.sub(
            lambda match: values.get(match[1], match[0]), self.body or ""
        )
        return plain(text).strip()

    @api.model
    def _size_words(self, text):
        """Return in words how long a text is as SMS, and why it takes many parts."""
        found = size(text)
        words = self.env._(
            "%(places)s characters, parts: %(parts)s",
            places=found.places,
            parts=found.parts,
        )
        if found.foreign and found.parts > 1:
            words += " · " + self.env._(
                "without %(characters)s it would take fewer",
                characters=" ".join(found.foreign[:10]),
            )
        return words

    @api.model
    def _placeholders(self):
        """Return what a text may contain, each with how it reads for an action."""
        return {
            "contact": lambda action: action.partner_id.name,
            "customer": lambda action: action.debtor_id.name,
            "amount": lambda action: action.text_amount,
            "documents": lambda action: action.text_lines,
            "oldest": lambda action: action.text_document,
            "due": lambda action: action.text_due,
            "days": lambda action: str(action.case_id.days_past_due),
            "charges": lambda action: action.text_charges,
            "total": lambda action: action.text_total,
            "link": lambda action: action.text_pay_url,
            "reference": lambda action: action.text_reference,
            "agent": lambda action: action.text_agent,
            "company": lambda action: action.company_id.name,
        }

    @api.constrains("body")
    def _check_body(self):
        known = self._placeholders()
        for template in self:
            unknown = set(PLACEHOLDER.findall(template.body)) - known.keys()
            if unknown:
                raise ValidationError(
                    self.env._(
                        "Nobody knows what to write for %(names)s.",
                        names=", ".join(f"{{{name}}}" for name in sorted(unknown)),
                    )
                )

    def _fill(self, action, **values):
        """Return the text for an action, in the language of the context.

        :param action: a ``debt.action``, which may be a new one
        :param values: what stands for some of the placeholders instead
        """
        self.ensure_one()
        known = self._placeholders()

        def fill(match):
            name = match[1]
            value = values.get(name) or known[name](action) or ""
            # a name that ends with a full stop, at the end of a sentence
            ends = self.body[match.end() :].startswith(".")
            return value.removesuffix(".") if ends else value

        return PLACEHOLDER.sub(fill, self.body).strip()
