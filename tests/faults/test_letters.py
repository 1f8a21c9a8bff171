"""Letters are printed in one file and posted once, whoever is at it, and killed."""

import re
from collections import Counter

import pytest

from .post_office import PostOffice
from .test_killed import kill
from .test_together import together

#: From the commit of the claim until that of the result nobody can know.
AMBIGUOUS = {"after letter_claimed", "letter_accepted", "before letter_reported"}
POINTS = ["before letter_claimed", *sorted(AMBIGUOUS), "after letter_reported"]
ALL = 8


@pytest.fixture
def post_office():
    office = PostOffice()
    yield office
    office.close()


@pytest.fixture
def queued(nursery, post_office):
    """The letters of a run wait to be printed."""
    nursery.do("write_by_letter", post_office.endpoint)
    nursery.do("run")


def printed(nursery):
    """Return how often each letter is in a file."""
    return Counter(
        letter
        for text in nursery.do("letter_files")
        for letter in re.findall(r"letter (\d+)", text)
    )


def test_who_prints_while_somebody_else_does_gets_no_letter_twice(queued, nursery):
    first = nursery.start("print_letters", stops={"asked"})
    assert first.run_to("asked")
    refused = nursery.do("print_letters")
    assert "Somebody else" in refused
    assert first.result() is True
    assert "waits to be printed" in nursery.do("print_letters")
    files = printed(nursery)
    assert len(files) == ALL
    assert set(files.values()) == {1}


def test_letters_that_are_printed_at_one_moment_are_in_one_file(queued, nursery):
    together(nursery, *[("print_letters",)] * 3)
    nursery.do("print_letters")
    files = printed(nursery)
    assert len(files) == ALL
    assert set(files.values()) == {1}


def test_killed_while_it_prints_nothing_is_lost(queued, nursery, oracle):
    worker = nursery.start("print_letters", stops={"asked"})
    assert worker.run_to("asked")
    kill(worker, oracle)
    assert nursery.do("print_letters") is True
    files = printed(nursery)
    assert len(files) == ALL
    assert set(files.values()) == {1}


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_no_letter_is_posted_twice_or_forgotten(
    queued, nursery, oracle, post_office, point
):
    nursery.do("hand_to_service")
    worker = nursery.start("post_queue", stops={point})
    assert worker.run_to(point, 2)
    kill(worker, oracle)
    nursery.do("post_queue")
    nursery.do("find_lost_of", "snailmail.letter")
    nursery.do("post_queue")
    uncertain = int(point in AMBIGUOUS)
    states = Counter(
        oracle.query(
            """SELECT a.state, a.delivery
                 FROM debt_action a JOIN res_partner p ON p.id = a.debtor_id
                WHERE a.channel = 'letter' AND p.ref = 'due'"""
        )
    )
    expected = Counter({("sent", "posted"): ALL - uncertain})
    if uncertain:
        expected["uncertain", None] = 1
    assert states == expected
    posted = Counter(post_office.accepted)
    assert set(posted.values()) == {1}
    assert len(posted) == ALL - (point == "after letter_claimed")
    assert oracle.query("SELECT state FROM debt_letter_run") == [("posted",)]
