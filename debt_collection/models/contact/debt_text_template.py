import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What a text may contain between braces.
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class DebtTextTemplate(models.Model):
    """A short text for messages that people send by hand."""

    _name = "debt.text.template"
    _description = "Text by Hand"
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
        "{due}, {days}, {charges}, {link}, {reference}, {agent} and {company}.",
    )

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

    def _fill(self, action):
        """Return the text for an action, in the language of the context.

        :param action: a ``debt.action``, which may be a new one
        """
        self.ensure_one()
        known = self._placeholders()
        return PLACEHOLDER.sub(
            lambda match: known[match[1]](action) or "", self.body
        ).strip()
