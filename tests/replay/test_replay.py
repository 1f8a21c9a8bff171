"""The laws hold through the life of a small invented portfolio."""

import json
import os
import subprocess
from datetime import date, timedelta
from decimal import Decimal

import environment
import pytest

from . import ledger

DATABASE = "debt_replay_test"


def replay(*arguments):
    path = [os.environ.get("PYTHONPATH", ""), str(environment.ROOT / "tests")]
    return subprocess.run(
        [environment.odoo_python(), "-m", "replay", *map(str, arguments)],
        env=environment.odoo_env(PYTHONPATH=os.pathsep.join(path)),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_what_is_written_is_read_again(tmp_path):
    invoices = ledger.make_up(50, 60)
    path = tmp_path / "made.csv"
    ledger.write(path, invoices)
    book = ledger.read(path, ledger.OWN_COLUMNS, ledger.OWN_DATE_FORMAT)
    assert book.invoices == invoices
    assert {invoice.settled is None for invoice in invoices} == {True, False}


def test_columns_and_dates_of_a_file_can_be_named(tmp_path):
    path = tmp_path / "facturas.csv"
    path.write_text(
        "Cliente,invoiceNumber,InvoiceDate,Vencimiento,InvoiceAmount,SettledDate\n"
        "Sur,7,03/01/2025,31/01/2025,12.50,\n"
    )
    columns = {"customer": "Cliente", "due": "Vencimiento"}
    (invoice,) = ledger.read(path, columns, "%d/%m/%Y").invoices
    assert invoice == ledger.Invoice(
        "Sur", "7", date(2025, 1, 3), date(2025, 1, 31), Decimal("12.50")
    )


def test_a_line_that_cannot_be_is_named(tmp_path):
    path = tmp_path / "wrong.csv"
    day = date(2025, 1, 2)
    made = ledger.Invoice("a", "1", day, day - timedelta(days=1), Decimal(1))
    ledger.write(path, [made])
    with pytest.raises(ValueError, match="line 2"):
        ledger.read(path, ledger.OWN_COLUMNS, ledger.OWN_DATE_FORMAT)


def test_the_laws_hold_every_day(tmp_path):
    made, counts = tmp_path / "made.csv", tmp_path / "counts.json"
    ledger.write(made, ledger.make_up(30, 60, customers=12))
    try:
        result = replay(made, "--own", "--json", counts, "--database", DATABASE)
    finally:
        environment.drop_database(DATABASE)
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads(counts.read_text())
    assert not report["violations"]
    # and something happened at all
    assert report["ledger"]["invoices"] == 30
    assert report["work"]["mails accepted by the server"] > 15
    assert report["work"]["tasks done by agents"] > 8
    assert report["cases"]["closed"] > 2
    for name in ("promises", "payments reported", "disputes", "disputes answered"):
        assert report["work"][name] > 1, name
    assert report["work"]["plans"]
    assert report["work"]["interest of plans invoiced"]
    for name in ("claimed by hand", "invoiced", "waived", "reversed"):
        assert report["work"][f"charges {name}"] > 1, name
    assert sum(n for name, n in report["charges"].items() if "step" in name) > 10
    assert report["work"]["cheques received"] > 3
    assert set(report["cheques"]) == {"cleared", "bounced"}
    assert report["work"]["reconciliations undone"]
    assert set(report["promises"]) > {"kept"}
    assert not report["work"]["runs with errors"]
