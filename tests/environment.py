"""Where Odoo and its databases are, for tests that start processes of their own.

Everything comes from the variables that setup/test and setup/python export.
"""

import configparser
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Databases to clone, made by setup/test and setup/python, never to be changed:
BASE = "debt_test_base"  # only what the addons depend on
INSTALLED = "debt_test_installed"  # the addons too, without demo data


def odoo_python():
    """Return the interpreter that can import Odoo and all requirements."""
    return sys.executable


def odoo_env(**variables):
    """Return the environment variables of an Odoo process, with a few more."""
    if "ODOO_RC" not in os.environ:
        raise RuntimeError("run this by setup/test or setup/python")
    return {**os.environ, **variables}


def odoo_command(*arguments):
    """Return the command line of an Odoo process, to be run with `odoo_env()`.

    It opens no port unless the arguments say so; a free one is `free_port()`.
    """
    return [odoo_python(), "-m", "odoo", *map(str, arguments)]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def data_dir():
    config = configparser.RawConfigParser()
    config.read(odoo_env()["ODOO_RC"])
    return Path(config["options"]["data_dir"])


def filestore(name):
    return data_dir() / "filestore" / name


def connect(name="postgres"):
    """Return a psycopg2 connection in autocommit mode."""
    import psycopg2

    odoo_env()
    connection = psycopg2.connect(dbname=name)
    connection.autocommit = True
    return connection


def _execute(statement, *names):
    from psycopg2 import sql

    connection = connect()
    try:
        with connection.cursor() as cursor:
            query = sql.SQL(statement).format(*map(sql.Identifier, names))
            cursor.execute(query)
        return connection.server_version
    finally:
        connection.close()


def _disconnect(name):
    connection = connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND usename = current_user",
                [name],
            )
    finally:
        connection.close()


def create_database(name, template=INSTALLED):
    """Make a database, in the place of one of this name: a clone, in half a second."""
    version = drop_database(name)
    # by files: after PostgreSQL's newer way, a crash can set sequences back
    strategy = " STRATEGY FILE_COPY" if version >= 150000 else ""
    _execute("CREATE DATABASE {} TEMPLATE {}" + strategy, name, template)
    if filestore(template).exists():
        shutil.copytree(filestore(template), filestore(name))
    return name


def drop_database(name):
    """Drop a database, whoever is connected, and its files. Returns the version."""
    _disconnect(name)
    # not by force, which is refused while PostgreSQL itself vacuums the database
    version = _execute("DROP DATABASE IF EXISTS {}", name)
    shutil.rmtree(filestore(name), ignore_errors=True)
    return version


def restart_postgres(mode="fast"):
    """Restart the private PostgreSQL server (mode: smart, fast, immediate).

    Returns False, and does nothing, if the server is not ours to restart.
    """
    data = Path(odoo_env()["PGHOST"]) / "data"
    if not data.is_dir():
        return False
    command = ["pg_ctl", "restart", "-w", "-m", mode, "-D", data]
    command += ["-l", data.parent / "log"]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    with open(os.devnull, "w") as nowhere:
        subprocess.run(command, check=True, cwd="/", stdout=nowhere, stderr=nowhere)
    return True
