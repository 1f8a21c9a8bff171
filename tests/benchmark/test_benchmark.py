"""The books that the benchmark generates are valid, and the run finds all of them.

How fast it is, is measured by hand: never by a test.
"""

import environment
import pytest

from .__main__ import child, table

DATABASE = "debt_bench_test"
SIZE = 1_000


@pytest.fixture(scope="module")
def books():
    environment.create_database(DATABASE)
    child(DATABASE, "generate", count=SIZE)
    yield DATABASE
    environment.drop_database(DATABASE)


def test_the_books_are_as_odoo_writes_them(books):
    counts = child(books, "check")
    assert counts["unbalanced"] == 0
    assert counts["wrong_residual"] == 0
    assert counts["not_three_lines"] == 0
    assert not counts["changed"]
    assert counts["open"] == SIZE
    assert counts["invoices"] == SIZE * 13 // 10
    assert counts["paid"] == SIZE * 3 // 10
    assert counts["partial"] == SIZE // 20
    assert counts["payments"] == counts["paid"] + counts["partial"]


def test_the_run_finds_every_open_item(books):
    first = child(books, "run")
    assert first["items"] == SIZE
    assert first["actions"] > SIZE // 20
    second = child(books, "run")
    assert (second["items"], second["actions"]) == (0, 0)


def test_promises_are_judged(books):
    child(books, "run")
    child(books, "promise")
    verdicts = child(books, "judge", extra=8)["verdicts"]
    assert sum(verdicts.values()) == SIZE
    assert verdicts["broken"] > SIZE // 2


def test_instalments_are_judged(books):
    child(books, "run")
    child(books, "instal")
    verdicts = child(books, "judge", extra=8)["verdicts"]
    assert sum(verdicts.values()) == SIZE // 4 * 4
    assert min(verdicts[state] for state in ("broken", "open", "cancelled")) > 0


def test_the_table_has_a_column_for_each_size():
    figure = {"seconds": 2.0, "rss_mb": 150, "durations": {}, "items": 1, "actions": 1}
    sent = {**figure, "mails": 8, "planned": 10, "items_per_mail": 2}
    sent |= {"per_second": 4, "bare_per_second": 8}
    names = ("first", "second", "quiet", "floor first", "floor quiet", "floor judge")
    judged = {**figure, "verdicts": {"kept": 3}}
    figures = {name: figure for name in names}
    figures |= {"dispatch": sent, "judge": judged, "peer": figure}
    figures |= {"instalments": judged, "floor instalments": figure}
    text = table([{**figures, "size": 10}, {**figures, "size": 20, "peer": None}])
    assert "| | 10 open | 20 open |" in text
    assert "| … ratio to the floor | 1.0 | 1.0 |" in text
