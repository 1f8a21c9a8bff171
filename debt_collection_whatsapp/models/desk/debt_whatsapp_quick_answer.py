import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.debt_collection.models.contact.debt_text_template import PLACEHOLDER

#: What is typed after the slash.
SHORTCUT = re.compile(r"[\w-]{1,32}")
#: What says how much somebody owes, or for what: only for who proved who they are.
PRIVATE = {"amount", "documents", "oldest", "due", "days", "charges", "link"}


class DebtWhatsappQuickAnswer(models.Model):
    """A text that agents send often, filled in for the customer."""

    _name = "debt.whatsapp.quick.answer"
    _description = "Quick Answer"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    shortcut = fields.Char(
        required=True, help="What is typed after / to find it, such as: receipt."
    )
    company_id = fields.Many2one(
        "res.company", help="Empty: every company uses this answer."
    )
    team_id = fields.Many2one("debt.team", help="Empty: every team uses this answer.")
    body = fields.Text(
        string="Text",
        required=True,
        translate=True,
        help="May contain {contact}, {customer}, {amount}, {documents}, {oldest}, "
        "{due}, {days}, {charges}, {link}, {reference}, {agent} and {company}. Between "
        "stars it is *bold*, between underscores _italic_.",
    )

    _shortcut_uniq = models.UniqueIndex(
        "(shortcut, COALESCE(company_id, 0), COALESCE(team_id, 0)) WHERE active",
        "There is a quick answer with this shortcut already.",
    )

    @api.constrains("shortcut")
    def _check_shortcut(self):
        for answer in self:
            if not SHORTCUT.fullmatch(answer.shortcut or ""):
                raise ValidationError(
                    self.env._(
                        "A shortcut is one word of letters, digits and hyphens, "
                        "without the slash."
                    )
                )

    @api.constrains("body")
    def _check_body(self):
        known = self.env["debt.text.template"]._placeholders()
        for answer in self:
            unknown = set(PLACEHOLDER.findall(answer.body)) - known.keys()
            if unknown:
                raise ValidationError(
                    self.env._(
                        "Nobody knows what to write for %(names)s.",
                        names=", ".join(f"{{{name}}}" for name in sorted(unknown)),
                    )
                )

    @api.model
    def _of_user(self, company):
        """Return the quick answers of the current user: of all and of their teams."""
        # sudo: in which teams one is
        members = self.env["debt.team.member"].sudo()
        teams = members.search([("user_id", "=", self.env.uid)]).team_id
        return self.search(
            [
                ("company_id", "in", [company.id, False]),
                ("team_id", "in", [*teams.ids, False]),
            ]
        )

    def _is_private(self):
        """Return whether the text says what somebody owes."""
        self.ensure_one()
        return bool(PRIVATE & set(PLACEHOLDER.findall(self.body)))

    def _fill(self, action):
        """Return the text for an action, in the language of the context."""
        self.ensure_one()
        known = self.env["debt.text.template"]._placeholders()
        return PLACEHOLDER.sub(
            lambda match: known[match[1]](action) or "", self.body
        ).strip()
