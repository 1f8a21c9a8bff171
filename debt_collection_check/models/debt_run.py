from odoo import api, models
from odoo.tools import SQL


class DebtRun(models.Model):
    _inherit = "debt.run"

    @api.model
    def _shadowed(self):
        return {
            **super()._shadowed(),
            "debt_cheque": ("t.company_id = ANY(%(companies)s)", ["check_id"]),
        }

    @api.model
    def _expire_approvals(self, company, day):
        """Let what is written about a bounced cheque wait until somebody decides.

        Nothing would prepare it again: it is of this day as well.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_action SET contact_day = %(day)s
             WHERE company_id = %(company)s AND state = 'approve'
               AND bounce_id IS NOT NULL AND contact_day < %(day)s
                """,
                company=company.id,
                day=day,
            )
        )
        return super()._expire_approvals(company, day)
