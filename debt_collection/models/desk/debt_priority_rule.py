import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

#: What the words of a rule may name.
PLACEHOLDER = re.compile(r"{(\w*)}")
PLACEHOLDERS = ("amount", "days")

FIGURES = [
    ("amount", "Amount to chase: among the top %"),
    ("days", "Days past due"),
    ("bucket", "Days until the next age"),
    ("contact", "Days without contact"),
    ("promise_due", "Days since a promised day, nothing paid"),
    ("promise_broken", "Days since a promise was broken"),
    ("callback", "Days since a call back was due"),
    ("reply", "Days that an answer of the customer waits"),
]


class DebtPriorityRule(models.Model):
    """Points for cases, with the words that explain them.

    A rule is a domain on the case, a range of one figure, or both. Of the rules on the
    same figure only the one with the most points counts, so that bands need no care.
    """

    _name = "debt.priority.rule"
    _description = "Priority Rule"
    _inherit = ["debt.config.mixin", "debt.case.rule.mixin"]
    _order = "sequence, id"

    name = fields.Char(
        string="Reason",
        translate=True,
        help="What the agent reads, and can say on the phone. {amount} and {days} "
        "stand for the figures of the case.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the rule counts in every company."
    )
    points = fields.Integer(
        required=True,
        default=10,
        help="Less than zero: the case can wait.",
    )
    domain = fields.Char(help="Which cases get the points. Empty: every one.")
    figure = fields.Selection(
        FIGURES,
        help="A figure of each day. Of the rules on the same figure only the one with "
        "the most points counts.",
    )
    figure_from = fields.Integer(string="From")
    figure_to = fields.Integer(string="Up to", help="0: without limit.")
    case_count = fields.Integer(string="Cases Now", compute="_compute_case_count")

    _range = models.Constraint(
        "CHECK(figure_from >= 0 AND (figure_to = 0 OR figure_to >= figure_from))",
        "A range goes from a figure to the same or a higher one.",
    )

    @api.depends_context("allowed_company_ids")
    def _compute_case_count(self):
        rows = self.env.execute_query(
            SQL(
                """
            SELECT (reason->>0)::int, COUNT(*)
              FROM debt_case c, jsonb_array_elements(c.priority_reasons) reason
             WHERE c.company_id = ANY(%s) AND c.state = 'open'
             GROUP BY 1
                """,
                self.env.companies.ids,
            )
        )
        counts = dict(rows)
        for rule in self:
            rule.case_count = counts.get(rule.id, 0)

    @api.constrains("name")
    def _check_placeholders(self):
        for rule in self:
            unknown = set(PLACEHOLDER.findall(rule.name)) - set(PLACEHOLDERS)
            if unknown:
                raise ValidationError(
                    self.env._(
                        "A reason can name {amount} and {days}, not %(names)s.",
                        names=", ".join(f"{{{name}}}" for name in sorted(unknown)),
                    )
                )

    @api.constrains("figure", "figure_from", "figure_to")
    def _check_percent(self):
        for rule in self:
            if rule.figure == "amount" and not 0 < rule.figure_to <= 100:
                raise ValidationError(
                    self.env._("Say among which top percentage, from 1 to 100.")
                )

    def _words(self, amount, days):
        """Return the reason in the language of the reader.

        :param amount: the amount as text
        :param days: number of days
        """
        self.ensure_one()
        values = {"amount": amount, "days": str(days)}
        return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), self.name)

    @api.model
    def _of_company(self, company):
        """Return the rules of a company and their groups.

        :return: (rules, list of groups): the rules of each group exclude each other
            and stand in the order in which they win
        """
        rules = self.search([("company_id", "in", [company.id, False])])
        groups = {}
        for rule in rules:
            groups.setdefault(rule.figure or rule.id, []).append(rule)
        for group in groups.values():
            group.sort(key=lambda rule: -rule.points)
        return rules, list(groups.values())

    @api.model
    def _maximum(self, groups):
        """Return the points of a case for which everything speaks; at least 1."""
        return max(1, sum(max(0, group[0].points) for group in groups))

    def action_view_cases(self):
        """Open the cases that have this reason now."""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM debt_case
                    WHERE company_id = ANY(%s) AND state = 'open'
                      AND jsonb_path_exists(priority_reasons, %s::text::jsonpath)""",
                self.env.companies.ids,
                f"$[*] ? (@[0] == {self.id})",
            )
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_case_action"
        )
        action["domain"] = [("id", "in", [case_id for (case_id,) in rows])]
        action["context"] = {}
        return action
