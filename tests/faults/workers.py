"""Workers, as a test sees them: processes that can be stopped, awaited and killed."""

import itertools
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from multiprocessing.connection import Listener
from pathlib import Path

import environment

#: Seconds after which a worker that says nothing has hung.
PATIENCE = 60


class WorkerFailed(AssertionError):
    """A job ended with an error."""


class Nursery:
    """Forks workers of one database; Odoo is loaded once for all of them.

    :param template: database of which it is a clone; None if it is there already
    :param smtp: address of the mail server
    :param variables: for the processes
    """

    def __init__(self, database, template, folder, smtp, **variables):
        self.database = database
        self.template = template
        self.workers = []
        self.control = None
        self.renew()
        self.folder = Path(folder)
        self.smtp = smtp
        self.numbers = itertools.count(1)
        address = str(self.folder / "workers.socket")
        self.listener = Listener(address, family="AF_UNIX", backlog=32)
        self.log = self.folder / "nursery.log"
        tests = str(Path(__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, (tests, os.environ.get("PYTHONPATH"))))
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "faults.nursery", database, address],
                env=environment.odoo_env(PYTHONPATH=path, **variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self.control = self._accept()
        except WorkerFailed:
            self.close()
            raise
        self.control.recv()

    def renew(self):
        """Put the database back as it was, without workers."""
        self.end_workers()
        if self.template:
            environment.create_database(self.database, self.template)

    def _accept(self):
        """Wait for a connection; tell what happened if the process died instead."""
        listening = self.listener._listener._socket
        listening.settimeout(1)
        for _second in range(PATIENCE):
            try:
                return self.listener.accept()
            except TimeoutError:
                if self.process.poll() is not None:
                    break
        raise WorkerFailed(f"No worker came:\n{self.log.read_text()[-3000:]}")

    def start(self, job, *arguments, stops=(), **options):
        """Start a worker.

        :param str job: name of a function of jobs.py
        :param stops: names of the points to stop at, or True for all
        :param options: constants to set, see ``nursery.prepare``
        """
        self.control.send("fork")
        number = next(self.numbers)
        log = self.folder / f"worker-{number:03}-{job}.log"
        worker = Worker(self._accept(), job, log)
        self.workers.append(worker)
        request = {"log": str(log), "stops": stops, "smtp": self.smtp, **options}
        worker.link.send((job, arguments, request))
        return worker

    def do(self, job, *arguments, **options):
        """Start a worker, wait for its end and return its result."""
        return self.start(job, *arguments, **options).result()

    def end_workers(self):
        for worker in self.workers:
            worker.kill()
        self.workers.clear()

    def stop(self):
        """End the processes; the database stays."""
        self.end_workers()
        if self.control:
            self.control.close()
        else:
            self.process.kill()
        self.process.wait(PATIENCE)
        self.listener.close()

    def close(self):
        self.stop()
        if self.template:
            environment.drop_database(self.database)


class Worker:
    """One process that does one job."""

    def __init__(self, link, job, log):
        self.link = link
        self.job = job
        self.log = log
        self.passed = []  # the points it stopped at
        self.standing = False  # at one of them
        self.ended = None
        _word, self.pid = self._receive()

    def _receive(self, patience=PATIENCE):
        if not self.link.poll(patience):
            text = self.log.read_text()[-3000:] if self.log.exists() else ""
            self.kill()
            raise WorkerFailed(f"{self.job} hung after {self.passed[-3:]}\n{text}")
        return self.link.recv()

    def reach(self):
        """Wait for the next point it stops at; return its name, None at the end."""
        if self.ended:
            return None
        try:
            word, value = self._receive()
        except (EOFError, ConnectionResetError):
            word, value = "killed", None
        if word == "at":
            self.standing = True
            self.passed.append(value)
            return value
        self.ended = (word, value)
        return None

    def go_on(self):
        """Let it leave the point where it stands, if it stands."""
        if self.standing:
            self.standing = False
            self.link.send("go on")

    def run_to(self, point, times=1):
        """Let it run until it reaches a point for the nth time; False if it ended."""
        while self.passed.count(point) < times:
            self.go_on()
            if not self.reach():
                return False
        return True

    def result(self):
        """Wait for its end and return what the job returned."""
        word, value = self.end()
        if word != "done":
            raise WorkerFailed(f"{self.job} {word}: {value}")
        return value

    def end(self):
        """Wait for its end: what it came to, and what was said.

        :return: ("done", result), ("error", traceback) or ("killed", None)
        """
        self.go_on()
        while self.reach():
            self.go_on()
        return self.ended

    def kill(self):
        """kill -9; it does not get to do or say anything more."""
        if self.pid and not self.ended:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.ended = ("killed", None)
        self.link.close()

    def errors(self):
        """Return the lines of its log that an administrator would have to look at."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [
            line
            for line in lines
            if (" ERROR " in line or " CRITICAL " in line)
            and " odoo.sql_db: bad query" not in line  # tried again, or raised
        ]


def wait_until(condition, what, patience=PATIENCE):
    """Call ``condition`` until it holds."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"not within {patience} s: {what}"
        time.sleep(0.02)
