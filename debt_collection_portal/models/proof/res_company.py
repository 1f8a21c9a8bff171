from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.debt_collection.logic.health import Finding

from ...logic.link_check import is_outside, judge
from ...tools.link_client import follow

CHECKS = [
    ("none", "Nothing more"),
    ("tax", "The last digits of their tax number"),
    ("code", "A code by e-mail or SMS"),
]
#: What is wrong with links without stopping anybody from paying.
MILD = ("open", "pay_currency")


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_portal_check = fields.Selection(
        CHECKS,
        string="Behind a Link Customers Give",
        default="none",
        required=True,
        help="What whoever opens the link of a message gives before they see amounts. "
        "Users who log in give nothing more.",
    )
    debt_link_problems = fields.Json(
        readonly=True,
        help="What the last check of the links to pay found: [code, name].",
    )

    def _debt_check_links(self):
        """Look whether customers of these companies reach the page, and can pay there.

        A company that is in test mode, or none of whose strategies is on, writes to
        nobody.
        """
        answers = {}
        for company in self:
            problems = []
            if not company.debt_test_mode and company._debt_writes_links():
                url = self.env["debt.link"]._example(company)
                host = company.get_base_url()
                if host not in answers:
                    answers[host] = self._debt_link_problem(url)
                if answers[host]:
                    problems.append([answers[host], host])
                problems += company._debt_provider_problems()
            if problems != (company.debt_link_problems or []):
                company.debt_link_problems = problems

    def _debt_link_problem(self, url):
        """Return what is wrong with a link of ours, None where it works."""
        return judge(*follow(url)) if is_outside(url) else "inside"

    def _debt_writes_links(self):
        """Return whether a strategy that is on writes links to customers."""
        self.ensure_one()
        steps = self.env["debt.strategy.step"].search(
            [
                ("strategy_id.active", "=", True),
                ("strategy_id.enabled", "=", True),
                ("strategy_id.company_id", "in", (self.id, False)),
            ]
        )
        return any(step._debt_has_link() for step in steps)

    def _debt_provider_problems(self):
        """Return [[code, name]] of what hinders customers from paying on the page."""
        self.ensure_one()
        providers = self.env["payment.provider"].search(
            Domain("state", "=", "enabled")
            & Domain("is_published", "=", True)
            & Domain(self.env["payment.provider"]._check_company_domain(self))
        )
        # a transfer is booked when the bank tells of it
        ready = providers.filtered(lambda p: p.journal_id or p.code == "custom")
        if not ready:
            return [["pay_provider", ""]]
        if any(not provider.available_currency_ids for provider in ready):
            return []
        missing = self._debt_currencies() - ready.available_currency_ids
        names = ", ".join(missing.sorted("name").mapped("name"))
        return [["pay_currency", names]] if missing else []

    def _debt_currencies(self):
        """Return the currencies in which customers owe something."""
        self.env["debt.item"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT currency_id FROM debt_item
             WHERE company_id = %s AND state = 'open' AND amount_residual > 0
                """,
                self.id,
            )
        )
        return self.env["res.currency"].browse([currency for (currency,) in rows])

    def _debt_link_findings(self):
        """Return the problems of links that the last check found, as findings."""
        self.ensure_one()
        return [
            Finding(f"link_{code}", code, code not in MILD, {"name": name})
            for code, name in self.debt_link_problems or ()
        ]
