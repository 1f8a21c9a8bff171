from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...logic import health

#: Jobs of others that our messages need.
JOBS = ("mail.ir_cron_mail_scheduler_action", "sms.ir_cron_sms_scheduler_action")
#: Why a message that failed says something about its channel.
FAULTS = ("bounced", "refused", "error")


class DebtHealthMixin(models.AbstractModel):
    """What the watchdog looks at: a handful of queries, whatever the portfolio."""

    _name = "debt.health.mixin"
    _description = "Facts of the Watchdog"

    @api.model
    def _look(self, now):
        """Return what is not well, as {(company id or False, code, key): finding}.

        :param now: naive UTC moment
        """
        self.env.flush_all()
        found = {}
        for finding in filter(None, self._look_at_jobs(now)):
            found[False, finding.code, finding.key] = finding
        queues = self._look_at_queues(now)
        for company in self.env["debt.run"]._companies():
            limits = company._debt_watch_limits()
            findings = [
                *(health.queue(*row, now, limits) for row in queues[company.id]),
                *self._look_at_company(company, now),
            ]
            for finding in filter(None, findings):
                found[company.id, finding.code, finding.key] = finding
        return found

    @api.model
    def _look_at_jobs(self, now):
        """Judge our scheduled jobs, and those that send what we wrote."""
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.cron"), ("module", "=like", "debt\\_collection%")]
        )
        names = {row.res_id: row.complete_name for row in data}
        for name in JOBS:
            if job := self.env.ref(name, raise_if_not_found=False):
                names[job.id] = name
        jobs = self.env["ir.cron"].with_context(active_test=False).browse(names)
        return [
            health.job(
                names[job.id],
                job.name,
                job.active,
                job.nextcall,
                self._interval(job),
                job.failure_count,
                now,
            )
            for job in jobs.exists()
        ]

    def _interval(self, job):
        """Return how long after one call of a job the next one comes."""
        if job.interval_type == "months":
            return timedelta(days=31 * job.interval_number)
        return timedelta(**{job.interval_type: job.interval_number})

    @api.model
    def _look_at_queues(self, now):
        """Return {company id: what waits in each queue}, with a query for each.

        :return: (model, its name, since when the oldest could have left, count)
        """
        waiting = defaultdict(list)
        for queue in self.env["debt.queue.mixin"]._debt_queues():
            name = self.env["ir.model"]._get(queue._name).name
            for company_id, oldest, count in queue._debt_backlog(now):
                waiting[company_id].append((queue._name, name, oldest, count))
        return waiting

    @api.model
    def _look_at_company(self, company, now):
        """Judge channels, actions and runs of a company."""
        today, limits = company._debt_today(now), company._debt_watch_limits()
        return [
            *self._look_at_channels(company, today, limits),
            *self._look_at_actions(company, today, limits),
            self._look_at_run(company, now, today, limits),
        ]

    @api.model
    def _look_at_channels(self, company, today, limits):
        rows = self.env.execute_query(
            SQL(
                """
            SELECT channel, COUNT(*) FILTER (WHERE state IN ('sent', 'done')),
                   COUNT(*) FILTER (WHERE state = 'failed' AND reason IN %s)
              FROM debt_action
             WHERE company_id = %s AND track <> 'task' AND incoming IS NOT TRUE
               AND contact_day > %s AND contact_day <= %s
             GROUP BY channel
                """,
                FAULTS,
                company.id,
                today - timedelta(days=health.CHANNEL_DAYS),
                today,
            )
        )
        return [health.channel(*row, limits) for row in rows]

    @api.model
    def _look_at_actions(self, company, today, limits):
        rows = self.env.execute_query(
            SQL(
                """
            SELECT state, MIN(COALESCE(contact_day, planned_date)), COUNT(*)
              FROM debt_action
             WHERE company_id = %s AND state IN %s
             GROUP BY state
                """,
                company.id,
                tuple(limits.waiting),
            )
        )
        return [
            health.waiting(state, oldest or today, count, today, limits)
            for state, oldest, count in rows
        ]

    @api.model
    def _look_at_run(self, company, now, today, limits):
        runs = self.env["debt.run"]
        real = [
            ("company_ids", "in", company.ids),
            ("simulate", "=", False),
            ("state", "!=", "requested"),
        ]
        last = runs.search(real, limit=1)
        good = runs.search([*real, ("state", "in", ("done", "error"))], limit=1)
        in_use = self.env["debt.strategy"].search_count(
            [("enabled", "=", True), ("company_id", "in", (company.id, False))], limit=1
        )
        return health.run(
            last.state or None,
            last.started,
            good.day or None,
            in_use,
            now,
            today,
            limits,
        )
