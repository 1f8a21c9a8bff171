from odoo import models
from odoo.tools import SQL

from odoo.addons.debt_collection.tools.sql import int_array


class DebtAction(models.Model):
    _inherit = "debt.action"

    def _paying_cases(self, now):
        """Also those that somebody else pays: a head office for its branch."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT c.id
              FROM debt_case c
              JOIN res_company o ON o.id = c.company_id
              JOIN payment_transaction t ON t.debt_case_id = c.id
             WHERE c.id = ANY(%s)
               AND ((t.state = 'done' AND t.is_post_processed IS NOT TRUE)
                    OR (t.state IN ('pending', 'authorized')
                        AND t.last_state_change
                            > %s - o.debt_pending_days * INTERVAL '1 day'))
                """,
                int_array(self.case_id.ids),
                now,
            )
        )
        paying = self.env["debt.case"].browse([case_id for (case_id,) in rows])
        return super()._paying_cases(now) | paying
