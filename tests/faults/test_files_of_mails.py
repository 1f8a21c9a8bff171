"""Workers are killed while a mail gets its files, and while others are told of it."""

import re
from collections import Counter

import pytest

from .test_killed import POINTS, kill

#: The points around the files of a mail and around what salespeople are told.
FILED = ["before mail_attached", "after mail_attached"]
COPIED = ["before mail_copied", "after mail_copied"]
ALL = 8


@pytest.fixture
def filing(nursery):
    nursery.do("bring_files_along")
    return nursery


def check_files(oracle, postbox):
    """Each customer got one file, and it is kept once."""
    assert {len(letter.files) for letter in oracle.letters()} == {1}
    assert oracle.query(
        """SELECT COUNT(*), COUNT(DISTINCT res_id) FROM ir_attachment
            WHERE res_model = 'debt.action'"""
    ) == [(ALL, ALL)]


def copies(postbox):
    """Return how often the salesperson was told of each customer."""
    texts = [letter.text for letter in postbox.to("seller@creditor.example")]
    return Counter(re.search(r"due-\d+@", text)[0] for text in texts)


def test_the_labelled_points_are_all_known(filing):
    worker = filing.start("to_the_end", stops=True)
    worker.result()
    points = [*POINTS]
    at = points.index("before mail_claimed")
    points[at:at] = FILED
    assert list(dict.fromkeys(worker.passed)) == ["start", *points, *COPIED]


@pytest.mark.parametrize("point", [*FILED, *COPIED])
def test_killed_at_a_point_each_gets_one_mail_with_its_file(
    filing, oracle, postbox, point
):
    worker = filing.start("to_the_end", stops={point})
    assert worker.run_to(point, 2)
    kill(worker, oracle)
    oracle.check_once()
    assert not oracle.interrupted(), "it had not begun to leave, or has left"
    filing.do("to_the_end")
    filing.do("queue")
    oracle.check_over()
    check_files(oracle, postbox)
    told = copies(postbox)
    assert set(told.values()) == {1}, "nobody is told twice"
    # the mail itself has left: a copy that dies with its worker is not made again
    assert len(told) == ALL - (point == "before mail_copied")
