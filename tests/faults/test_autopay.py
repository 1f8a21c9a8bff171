"""Instalments are charged to saved cards: by several workers, killed and stopped."""

from collections import Counter
from datetime import timedelta

import environment
import pytest

from .days import DAY
from .test_killed import kill
from .test_together import together

#: Each charge: customer, its state, that of its transaction, the amount of both.
CHARGES = """
    SELECT k.partner_id, c.state, t.state, c.amount, t.amount, t.reference
      FROM debt_autopay_charge c
      JOIN debt_case k ON k.id = c.case_id
      LEFT JOIN payment_transaction t ON t.id = c.transaction_id
     ORDER BY c.id
"""
#: Transactions that no charge knows of, and payments of one transaction.
STRAY = """
    SELECT COUNT(*) FROM payment_transaction
     WHERE id NOT IN (SELECT transaction_id FROM debt_autopay_charge
                       WHERE transaction_id IS NOT NULL)
"""
PAYMENTS = "SELECT COUNT(*) FROM account_payment WHERE payment_transaction_id > 0"
#: Messages about charges, by what they say.
TOLD = """
    SELECT purpose, COUNT(*) FROM debt_action
     WHERE purpose LIKE 'autopay%%' AND state <> 'cancelled' GROUP BY 1
"""
#: When a charge that was refused is tried again.
RETRY = DAY + timedelta(days=2)


class Autopay:
    """Customers who pay automatically, and the book of their bank."""

    def __init__(self, nursery, oracle, plans, bank):
        self.nursery = nursery
        self.oracle = oracle
        self.plans = plans  # {customer: plan}
        self.bank = bank

    @property
    def charge(self):
        """The job, for a worker."""
        return ("charge", str(self.bank))

    def asked(self):
        """Return how often the provider was asked for each transaction."""
        lines = self.bank.read_text().splitlines() if self.bank.exists() else []
        return Counter(line.split()[0] for line in lines)

    def charges(self):
        """Return {customer: states of their charges}."""
        states = {}
        for customer, state, *_rest in self.oracle.query(CHARGES):
            states.setdefault(customer, []).append(state)
        return states

    def told(self):
        return dict(self.oracle.query(TOLD))

    def check(self):
        """Nobody was charged for what no charge knows of, and nothing twice."""
        rows = self.oracle.query(CHARGES)
        assert self.oracle.value(STRAY) == 0
        references = [reference for *_rest, reference in rows]
        assert len(set(references)) == len(references)
        asked = self.asked()
        assert set(asked) <= set(references)
        assert set(asked.values()) <= {1}
        for _customer, state, said, amount, of_transaction, _reference in rows:
            assert amount == of_transaction
            assert (state == "done") == (said == "done")
        done = [row for row in rows if row[1] == "done"]
        assert self.oracle.value(PAYMENTS) == len(done)
        self.nursery.do("refresh")
        self.oracle.check_books()


@pytest.fixture(scope="module")
def plans(nursery_of_all, partners):
    """Customers whose first instalment is due and announced: {customer: plan}.

    What each test gets is a clone of theirs.
    """
    nursery, books = nursery_of_all, f"{nursery_of_all.database}_autopay"
    nursery.renew()
    nursery.do("run")
    customers = [partners[name] for name in partners if "due" in name]
    plans = nursery.do("save_cards", customers)
    if not plans:
        pytest.skip("payment_demo is not installed.")
    nursery.do("announce_charges")
    nursery.end_workers()
    environment.create_database(books, nursery.database)
    earlier, nursery.template = nursery.template, books
    yield plans
    nursery.template = earlier
    environment.drop_database(books)


@pytest.fixture
def autopay(plans, nursery, oracle, tmp_path):
    return Autopay(nursery, oracle, plans, tmp_path / "bank")


# === SEVERAL === #


def check_all_charged_but(refused, autopay):
    """All were charged once, and the one with the bad card was asked for once."""
    autopay.check()
    expected = {customer: ["done"] for customer in autopay.plans}
    assert autopay.charges() == {**expected, refused: ["failed"]}
    assert sum(autopay.asked().values()) == len(expected)
    told = autopay.told()
    assert told["autopay_notice"] == len(expected)
    assert told["autopay_done"] == len(expected) - 1
    assert told["autopay_refused"] == 1


def test_three_workers_charge_each_instalment_once(nursery, autopay):
    refused = next(iter(autopay.plans))
    nursery.do("refuse_card", refused)
    together(nursery, *[autopay.charge] * 3)
    together(nursery, *[autopay.charge] * 2)  # what one of them left to another
    check_all_charged_but(refused, autopay)


def test_what_another_charged_meanwhile_is_not_charged_again(nursery, autopay):
    refused = list(autopay.plans)[-1]
    nursery.do("refuse_card", refused)
    slow = []
    for point in ("after autopay_announced", "after autopay_claimed"):
        slow.append(nursery.start(*autopay.charge, stops={point}))
        assert slow[-1].run_to(point)
    nursery.do(*autopay.charge)
    for worker in slow:
        worker.result()
        assert not worker.errors()
    check_all_charged_but(refused, autopay)


def test_workers_that_announce_at_once_write_once(nursery, partners, autopay):
    before = autopay.told()["autopay_notice"]
    nursery.do("save_cards", [partners["call 1"], partners["call 2"]])
    slow = nursery.start(*autopay.charge, stops={"before autopay_announced"})
    assert slow.run_to("before autopay_announced")
    other = nursery.start(*autopay.charge)
    slow.result()
    other.result()
    assert not other.errors()
    assert autopay.told()["autopay_notice"] == before + 2
    autopay.check()


def test_what_cannot_be_booked_stops_no_other(nursery, autopay):
    broken, refused, *others = autopay.plans
    nursery.do("refuse_card", refused)
    for day in (DAY, RETRY):  # it is the first of those that are looked at again
        nursery.do(*autopay.charge, day, None, broken)
        assert len(nursery.workers[-1].errors()) == 1
    done = {customer: ["done"] for customer in others}
    assert autopay.charges() == {
        **done,
        broken: ["charging"],
        refused: ["failed", "failed"],
    }
    nursery.do(*autopay.charge, RETRY)
    assert autopay.charges()[broken] == ["done"]
    autopay.check()


# === KILLED === #

#: Where one worker after another is killed, each with the instalment of another
#: customer: whether the provider was asked by then, and what becomes of the charge.
POINTS = [
    ("before autopay_claimed", False, "done"),
    ("after autopay_claimed", False, "uncertain"),
    ("provider_asked", True, "uncertain"),
    ("before autopay_charged", True, "uncertain"),
    ("after autopay_charged", True, "done"),
    ("before autopay_reported", True, "done"),
    ("after autopay_reported", True, "done"),
]


def test_killed_nothing_is_charged_a_second_time(nursery, oracle, autopay):
    doubtful = []
    for point, asked, state in POINTS:
        before, book = autopay.charges(), sum(autopay.asked().values())
        worker = nursery.start(*autopay.charge, stops={point})
        assert worker.run_to(point)
        kill(worker, oracle)
        assert sum(autopay.asked().values()) in (book, book + asked)
        if state == "uncertain":
            (customer,) = autopay.charges().keys() - before.keys()
            doubtful.append((customer, asked))
    # whoever is at work now waits for those that may still be alive
    nursery.do(*autopay.charge)
    under_way = {customer: ["charging"] for customer, _asked in doubtful}
    done = {customer: ["done"] for customer in autopay.plans}
    assert autopay.charges() == {**done, **under_way}
    # later on, and on the day of the next try, a person is asked and nobody else
    for day in (DAY, RETRY):
        nursery.do(*autopay.charge, day, 0)
    uncertain = {customer: ["uncertain"] for customer, _asked in doubtful}
    assert autopay.charges() == {**done, **uncertain}
    assert autopay.told()["autopay_task"] == len(doubtful)
    assert sum(autopay.asked().values()) == len(done) - 1
    autopay.check()
    # who looks into the account of the provider knows, and decides
    for customer, asked in doubtful:
        nursery.do("decide", autopay.plans[customer], asked)
    nursery.do(*autopay.charge, RETRY, 0)
    decided = {
        customer: ["done"] if asked else ["failed", "done"]
        for customer, asked in doubtful
    }
    assert autopay.charges() == {**done, **decided}
    assert "autopay_task" not in autopay.told()
    assert set(autopay.asked().values()) == {1}
    assert sum(autopay.asked().values()) == len(done)


# === STOPPED === #


def test_stopped_between_two_instalments(nursery, autopay):
    *others, customer = autopay.plans
    worker = nursery.start(*autopay.charge, stops={"after autopay_reported"})
    assert worker.run_to("after autopay_reported")
    assert nursery.do("stop_autopay", autopay.plans[customer])
    worker.result()
    autopay.check()
    assert autopay.charges() == {other: ["done"] for other in others}
    assert sum(autopay.asked().values()) == len(others)


def test_stopped_after_the_claim_the_provider_is_not_asked(nursery, autopay):
    customer, *others = autopay.plans
    worker = nursery.start(*autopay.charge, stops={"after autopay_claimed"})
    assert worker.run_to("after autopay_claimed")
    assert nursery.do("stop_autopay", autopay.plans[customer])
    worker.result()
    nursery.do(*autopay.charge, DAY, 0)
    autopay.check()
    assert autopay.charges()[customer] == ["failed"]
    assert sum(autopay.asked().values()) == len(others)
    told = autopay.told()
    assert "autopay_refused" not in told
    assert "autopay_task" not in told
    # who agrees once more is charged on the next day of retries
    nursery.do("begin_again", autopay.plans[customer])
    nursery.do(*autopay.charge, RETRY, 0)
    assert autopay.charges()[customer] == ["failed", "done"]


def test_who_stops_while_it_is_charged_has_to_ask_again(nursery, autopay):
    customer = next(iter(autopay.plans))
    points = ("before autopay_claimed", "provider_asked")
    worker = nursery.start(*autopay.charge, stops=set(points))
    for point in points:
        assert worker.run_to(point)
        assert nursery.do("stop_autopay", autopay.plans[customer]) is False
    worker.result()
    assert nursery.do("stop_autopay", autopay.plans[customer])
    autopay.check()
    assert autopay.charges()[customer] == ["done"]
