import logging
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from odoo import api, models
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)

#: Cases that the set-based steps take at a time, and commit.
SLICE = 10_000
#: Fewer cases are not worth a connection of their own.
LEAST = 1_000
#: Connections that work slices at the same time, and the parameter that says another
#: number; each keeps one core of the database server busy.
WORKERS, WORKERS_PARAMETER = 2, "debt_collection.run_workers"
MOST_WORKERS = 8


class DebtRunSlicesMixin(models.AbstractModel):
    """Steps 2 to 5 of the flow go slice by slice, several of them at the same time.

    Slices share no case, so that their transactions do not meet. What they have in
    common are the counters of the run, added up last, under a lock of its row.
    """

    _name = "debt.run.slices.mixin"
    _description = "Slices of a Run"

    def _each_slice(self, company, case_ids, work, *args):
        """Call a method for each slice of cases; one that fails stops no other.

        :param company: the company of the cases
        :param case_ids: ids, in order
        :param str work: name of the method; it gets the company, the ids of a slice and
            ``args``, and commits
        """
        workers = self._slice_workers(company, len(case_ids))
        size = min(SLICE, max(LEAST, -(-len(case_ids) // workers)))
        slices = list(split_every(size, case_ids, list))
        if workers == 1 or len(slices) < 2:
            for slice_ids in slices:
                self._work_slice(company, slice_ids, work, args)
            return
        # no snapshot of ours stays open meanwhile: what slices update several times
        # could not be tidied up
        self._checkpoint()
        with ThreadPoolExecutor(min(workers, len(slices))) as pool:
            done = pool.map(
                lambda slice_ids: self._work_slice_apart(
                    company, slice_ids, work, args
                ),
                slices,
            )
            for _slice in done:
                pass  # raises what a slice could not say on the run
        self.env.invalidate_all(flush=False)

    @api.model
    def _slice_workers(self, company, count):
        """Return how many slices may be worked at the same time.

        One, where a slice depends on what others did: a strategy with a limit of new
        debtors for each day, cases that are still to be shared out among agents.
        """
        if not self._may_commit() or self.simulate or count < 2 * LEAST:
            return 1
        parameter = self.env["ir.config_parameter"].sudo().get_param(WORKERS_PARAMETER)
        workers = int(parameter) if parameter and parameter.isdigit() else WORKERS
        limited = self.env["debt.strategy"].search_count(
            [("enabled", "=", True), ("max_new_debtors", ">", 0)], limit=1
        )
        if limited or self.env["debt.case"]._awaits_assignment(company):
            return 1
        return max(1, min(workers, MOST_WORKERS))

    def _work_slice_apart(self, company, slice_ids, work, args):
        """Work a slice on a connection of its own."""
        # the progress of the scheduled action is told by its own connection
        context = {
            key: value
            for key, value in self.env.context.items()
            if key != "ir_cron_progress_id"
        }
        # as Odoo's own threads say it in the log
        threading.current_thread().dbname = self.env.cr.dbname
        with self.env.registry.cursor() as cr:
            run = self.with_env(self.env(cr=cr, context=context))
            run._work_slice(company.with_env(run.env), slice_ids, work, args)

    def _work_slice(self, company, slice_ids, work, args):
        # asked before anything goes wrong: afterwards the database answers nothing
        alone = self.simulate or not self._may_commit()
        try:
            self._retry(lambda: getattr(self, work)(company, slice_ids, *args))
        except Exception as error:
            if alone:
                raise
            self.env.cr.rollback()
            _logger.exception("A slice of the run of company %s failed", company.id)
            self._note(f"{company.name}: {error}")

    # === COUNTERS === #

    def _add_up(self, seconds, reasons=(), **counts):
        """Add what a slice did to the figures of the run; it commits right after.

        :param seconds: {step: seconds}
        :param reasons: {reason: number of items held}
        :param counts: {counter: number}
        """
        self._lock_row()
        for name, number in counts.items():
            self[name] += number
        self.reasons = dict(Counter(self.reasons or {}) + Counter(reasons or {}))
        durations = dict(self.durations or {})
        for step, spent in seconds.items():
            durations[step] = round(durations.get(step, 0) + spent, 3)
        self.durations = durations

    def _lock_row(self):
        """Let others wait who count on these runs, and see what they counted."""
        if not self._may_commit():
            return
        self.flush_recordset()
        # the lines of a run refer to it, which must not wait
        self.env.cr.execute(
            SQL(
                "SELECT FROM debt_run WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                list(self.ids),
            )
        )
        self.invalidate_recordset(flush=False)


@contextmanager
def timed(seconds, step):
    """Add the seconds that a step takes to a dictionary."""
    start = time.monotonic()
    yield
    seconds[step] = seconds.get(step, 0) + time.monotonic() - start
