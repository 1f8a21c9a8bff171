"""The process from which workers are forked: Odoo is loaded in it once.

    python -m faults.nursery DATABASE SOCKET

A worker is a fork of it: a process of its own with connections of its own, that can be
killed. It gets one job over the socket, stops where it is told to, and answers.
"""

import os
import signal
import sys
import traceback
from multiprocessing.connection import Client

import odoo
from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

from . import (
    jobs,
    jobs_of_accountants,
    jobs_of_autopay,
    jobs_of_channels,
    jobs_of_customers,
    jobs_of_portal,
    jobs_of_whatsapp,
)


def main(database, address):
    arguments = ["--database", database, "--no-http", "--max-cron-threads=0"]
    # a test may have a server of its own
    arguments += ["--db_host", os.environ["PGHOST"], "--db_port", os.environ["PGPORT"]]
    config.parse_config(arguments, setup_logging=True)
    registry = Registry(database)
    sql_db.close_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    control = Client(address)
    control.send(("ready", odoo.release.version))
    while True:
        try:
            control.recv()
        except EOFError:
            return
        if os.fork() == 0:
            control.close()
            registry._db = sql_db.db_connect(database)  # in the name of the fork
            work(registry, Client(address))
            os._exit(0)


def work(registry, link):
    """Do the one job that comes over the link, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    link.send(("pid", os.getpid()))
    job, arguments, options = link.recv()
    redirect_output(options.pop("log"))
    try:
        stops = Stops(link, options.pop("stops"))
        prepare(stops, **options)
        stops.reach("start")
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            result = find(job)(env, *arguments)
        link.send(("done", result))
    except BaseException:
        link.send(("error", traceback.format_exc()))


def find(job):
    """Return the function of a job."""
    rooms = (
        jobs,
        jobs_of_accountants,
        jobs_of_autopay,
        jobs_of_channels,
        jobs_of_portal,
        jobs_of_customers,
        jobs_of_whatsapp,
    )
    return next(getattr(room, job) for room in rooms if hasattr(room, job))


def redirect_output(path):
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)


class Stops:
    """The labelled points at which the worker waits until it is told to go on.

    :param names: names of points, or True for all of them
    """

    def __init__(self, link, names):
        self.link = link
        self.names = names

    def reach(self, name):
        if self.names is True or name in self.names:
            self.link.send(("at", name))
            self.link.recv()


def prepare(
    stops,
    smtp,
    slice_size=4,
    batch_size=3,
    smtp_timeout=5,
    lock_timeout=None,
    lock_wait=20,
    broken_case=None,
    workers=1,
):
    """Make the product stop at its labelled points, and small data take several turns.

    ``before X`` is the point in front of the commit of checkpoint X, ``after X`` the
    one behind it; a checkpoint that does not commit is called by its label.

    :param str lock_timeout: fail rather than wait longer than this for a lock
    :param workers: slices that are worked at the same time
    :param tuple broken_case: customer whose case cannot be refreshed, and the
        statement that fails
    """
    from odoo.addons.base.models import ir_mail_server
    from odoo.addons.debt_collection.models.daily import debt_run, debt_run_slices_mixin
    from odoo.addons.debt_collection.models.letters import debt_letter_run
    from odoo.addons.debt_collection.models.portfolio import (
        debt_case,
        debt_case_statement_mixin,
    )

    # what takes wkhtmltopdf seconds is not what is tested here
    debt_case_statement_mixin.DebtCaseStatementMixin._statement_file = (
        lambda case, day: ("statement.pdf", b"%PDF")
    )
    debt_letter_run.DebtLetterRun._pdf = lambda run, letters: ",".join(
        f"letter {letter.id}" for letter in letters
    ).encode()
    debt_letter_run.DebtLetterRun._pages = lambda run, pdf: 1
    if lock_timeout:
        os.environ["PGOPTIONS"] = f"-c lock_timeout={lock_timeout}"
    if broken_case:
        break_refresh(debt_case.DebtCase, *broken_case)
    debt_run_slices_mixin.SLICE = slice_size
    debt_run_slices_mixin.LEAST = slice_size if workers > 1 else 1_000
    debt_run_slices_mixin.WORKERS = workers
    debt_run.BATCH = batch_size
    debt_run.LOCK_WAIT = lock_wait
    ir_mail_server.SMTP_TIMEOUT = smtp_timeout
    config["smtp_server"], config["smtp_port"] = smtp
    checkpoint = debt_run.DebtRun._checkpoint

    def _checkpoint(self, label=None, commit=True, read_committed=False):
        if label:
            stops.reach(f"before {label}" if commit else label)
        checkpoint(self, label, commit, read_committed)
        if label and commit:
            stops.reach(f"after {label}")

    debt_run.DebtRun._checkpoint = _checkpoint


def break_refresh(model, partner_id, statement):
    refresh = model._refresh

    def _refresh(self, day, prioritise=True):
        if partner_id in self.partner_id.ids:
            self.env.cr.execute(statement)
        return refresh(self, day, prioritise)

    model._refresh = _refresh


if __name__ == "__main__":
    main(*sys.argv[1:])
