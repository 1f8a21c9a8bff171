from odoo import api, models
from odoo.tools import SQL

from ...fields import LooseMany2one


class DebtMark(models.Model):
    """That the books have news of a debtor.

    Written before the commit of the accountant's transaction: one new row, no lock, no
    row of the books touched. The refreshing job reads and deletes it; without it the
    daily comparison finds the news all the same.
    """

    _name = "debt.mark"
    _description = "News of a Debtor"
    _log_access = False

    partner_id = LooseMany2one("res.partner", required=True)
    company_id = LooseMany2one("res.company", required=True)

    @api.model
    def _add(self, pairs):
        """Remember debtors at the end of this transaction and wake the refreshing job.

        :param pairs: iterable of (partner id, company id)
        """
        data = self.env.cr.precommit.data
        if "debt.mark" not in data:
            data["debt.mark"] = set()
            self.env.cr.precommit.add(self._write_marks)
        data["debt.mark"].update(pairs)

    @api.model
    def _write_marks(self):
        pairs = sorted(self.env.cr.precommit.data.pop("debt.mark", ()))
        if not pairs:
            return
        self.env.cr.execute_values(
            "INSERT INTO debt_mark (partner_id, company_id) VALUES %s", pairs
        )
        cron = self.env.ref(
            "debt_collection.ir_cron_debt_refresh", raise_if_not_found=False
        )
        if cron:
            cron.sudo()._trigger()  # sudo: any user's posting may wake the job

    @api.model
    def _take(self, company):
        """Delete the marks of a company and return the ids of its debtors."""
        rows = self.env.execute_query(
            SQL(
                """
            WITH taken AS (
                DELETE FROM debt_mark WHERE company_id = %s RETURNING partner_id
            )
            SELECT DISTINCT COALESCE(p.commercial_partner_id, t.partner_id)
              FROM taken t LEFT JOIN res_partner p ON p.id = t.partner_id
                """,
                company.id,
            )
        )
        return [partner_id for (partner_id,) in rows]

    @api.model
    def _catch_up(self, case):
        """Bring a debtor up to date at once, where the books have news of them.

        Not while the daily run or the refreshing job is at work: they bring the news
        themselves, and nobody waits for them.

        :param case: the case that somebody looks at, with superuser rights
        """
        company = case.company_id
        debtor = case.partner_id.commercial_partner_id
        news = [
            ("company_id", "=", company.id),
            ("partner_id", "any", [("commercial_partner_id", "=", debtor.id)]),
        ]
        if not self.search_count(news, limit=1):
            return
        runs = self.env["debt.run"]
        if runs._is_away(company):
            runs._refresh_debtors(company, debtor)
