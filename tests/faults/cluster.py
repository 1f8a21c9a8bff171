"""A PostgreSQL server of its own, to be crashed without disturbing anybody."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg2

#: It commits asynchronously, as slowly as possible: what the product does not insist
#: on is lost in a crash.
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
synchronous_commit = off
wal_writer_delay = 10s
bgwriter_lru_maxpages = 0
shared_buffers = 128MB
"""
PROGRAMS = ("initdb", "pg_ctl", "pg_dump", "psql")


class Cluster:
    """A server in a folder, with one database."""

    def __init__(self, user):
        self.user = user
        self.folder = Path(tempfile.mkdtemp(prefix="debt-fault-", dir="/var/tmp"))
        self.data = self.folder / "data"
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-D", self.data, "-U", user, "-A", "trust", "-E", "UTF8")
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(folder=self.folder))
        self.control("start")

    @staticmethod
    def missing():
        """Return the programs that are not there."""
        return [name for name in PROGRAMS if not shutil.which(name)]

    def where(self):
        """Return the variables of a client."""
        return {"PGHOST": str(self.folder), "PGPORT": "5432", "PGUSER": self.user}

    def run(self, *command):
        """Run a program as somebody who may run a server."""
        if os.geteuid() == 0:
            command = ("runuser", "-u", "postgres", "--", *command)
        subprocess.run(
            command,
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def control(self, *command):
        self.run("pg_ctl", *command, "-w", "-D", self.data, "-l", self.folder / "log")

    def crash(self):
        """End the server without any goodbye, and start it again."""
        self.control("restart", "-m", "immediate")

    def copy(self, database):
        """Copy a database of the usual server to this one."""
        client = {**os.environ, **self.where()}
        subprocess.run(
            ["psql", "-qc", f'CREATE DATABASE "{database}"', "postgres"],
            check=True,
            env=client,
        )
        dump = subprocess.Popen(
            ["pg_dump", "--no-owner", "--no-acl", database], stdout=subprocess.PIPE
        )
        subprocess.run(
            ["psql", "-q", database],
            check=True,
            env=client,
            stdin=dump.stdout,
            stdout=subprocess.DEVNULL,
        )
        assert dump.wait() == 0
        # from here on a commit is on disk only if somebody asks for it
        connection = psycopg2.connect(
            dbname=database, host=str(self.folder), user=self.user
        )
        connection.autocommit = True
        connection.cursor().execute("CHECKPOINT")
        connection.close()

    def remove(self):
        self.control("stop", "-m", "immediate")
        shutil.rmtree(self.folder, ignore_errors=True)
