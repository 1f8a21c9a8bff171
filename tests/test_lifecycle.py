"""Installing, uninstalling and installing again, by real processes."""

import subprocess

import pytest
from environment import BASE, connect, create_database, drop_database, odoo_command
from environment import odoo_env as environment

NAME = "debt_test_lifecycle"
ADDON = "debt_collection"


def odoo(*arguments):
    """Run Odoo's command line and return its log; a warning or an error fails."""
    result = subprocess.run(
        odoo_command(*arguments),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    log = result.stderr
    assert result.returncode == 0, log[-3000:]
    for level in (" WARNING ", " ERROR ", " CRITICAL "):
        assert level not in log, "\n".join(
            line for line in log.splitlines() if level in line
        )
    return log


def query(statement):
    connection = connect(NAME)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


@pytest.fixture
def database():
    create_database(NAME, BASE)
    yield NAME
    drop_database(NAME)


def test_uninstalling_leaves_nothing_and_installing_again_works(database):
    install = ("-d", database, "-i", ADDON, "--stop-after-init", "--no-http")
    odoo(*install)
    odoo("-d", database, "-u", ADDON, "--stop-after-init", "--no-http")
    assert query("SELECT count(*) FROM debt_strategy WHERE enabled") == [(0,)]
    odoo("module", "uninstall", "-d", database, ADDON)
    left = query("SELECT relname FROM pg_class WHERE relname LIKE 'debt%'")
    left += query(
        "SELECT column_name FROM information_schema.columns"
        " WHERE column_name LIKE 'debt\\_%'"
    )
    assert left == []
    odoo(*install)
    assert query("SELECT count(*) FROM debt_strategy") == [(5,)]
