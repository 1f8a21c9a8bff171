"""A mail server, a company with its books, and workers, for each test afresh."""

import os

import environment
import pytest

from .oracle import Oracle
from .postbox import Postbox
from .workers import Nursery

#: Database in which the addons are installed; cloned, never changed.
INSTALLED = os.environ.get("FAULT_TEMPLATE", environment.INSTALLED)
BOOKS = f"debt_fault_books_{os.getpid()}"
WORK = f"debt_fault_work_{os.getpid()}"
#: How often the tests with random moments are repeated.
ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))


@pytest.fixture(scope="session")
def postbox_of_all():
    postbox = Postbox()
    yield postbox
    postbox.close()


@pytest.fixture(scope="session")
def partners(postbox_of_all, tmp_path_factory):
    """The books, in a database of their own; return {name of a customer: its id}."""
    folder = tmp_path_factory.mktemp("books")
    nursery = Nursery(BOOKS, INSTALLED, folder, postbox_of_all.address)
    try:
        partners = nursery.do("keep_books")
        nursery.stop()
        yield partners
    finally:
        nursery.close()


@pytest.fixture(scope="session")
def nursery_of_all(partners, postbox_of_all, tmp_path_factory):
    """The process that forks workers. Its database is replaced before each test."""
    folder = tmp_path_factory.mktemp("work")
    nursery = Nursery(WORK, BOOKS, folder, postbox_of_all.address)
    yield nursery
    nursery.close()


@pytest.fixture
def postbox(postbox_of_all):
    postbox_of_all.reset()
    postbox_of_all.open()
    return postbox_of_all


@pytest.fixture
def nursery(nursery_of_all, postbox):
    """Workers on fresh books."""
    nursery_of_all.renew()
    yield nursery_of_all
    nursery_of_all.end_workers()


@pytest.fixture
def oracle(nursery, postbox):
    return Oracle(WORK, postbox)
