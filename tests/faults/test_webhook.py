"""What Meta tells is kept once and worked once, whoever tells it and whoever dies."""

import hmac
import json
import os
import random
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import environment
import pytest
import requests

from .conftest import INSTALLED
from .oracle import Oracle
from .test_killed import kill
from .test_together import together
from .workers import Nursery, wait_until

DATABASE = f"debt_fault_webhook_{os.getpid()}"
#: As in jobs_of_whatsapp.
SECRET = b"the secret of the faults"
WABA, PHONE_NUMBER = "998877665544332", "112233445566778"
#: Malformed bodies; a night has time for more. So many are told at a time.
MALFORMED = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 1_000
TELLERS = 4
#: Megabytes by which a server may grow while it hears them.
GROWTH = 80
PEOPLE = 6


@pytest.fixture(scope="module")
def nursery(postbox_of_all, tmp_path_factory):
    """Workers on a database of their own, in which the addons are installed."""
    folder = tmp_path_factory.mktemp("webhook")
    nursery = Nursery(DATABASE, INSTALLED, folder, postbox_of_all.address)
    yield nursery
    nursery.close()


@pytest.fixture
def oracle(nursery):
    return Oracle(DATABASE, None)


@dataclass
class Server:
    """A real server: where it hears what Meta tells, and its process."""

    address: str
    pid: int

    def memory(self):
        """Return the megabytes that it has in memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.fixture(scope="class")
def server(nursery, tmp_path_factory):
    """A real server that hears what Meta tells."""
    nursery.renew()
    key = nursery.do("keep_app")
    port = environment.free_port()
    log = tmp_path_factory.mktemp("server") / "server.log"
    arguments = ("-d", DATABASE, "--http-port", str(port), "--max-cron-threads=0")
    command = environment.odoo_command(
        *arguments, "--http-interface", "127.0.0.1", "--log-level=warn"
    )
    # as in production: no more at a time than there are connections
    variables = environment.odoo_env(ODOO_MAX_HTTP_THREADS="20")
    with log.open("w") as output:
        process = subprocess.Popen(command, env=variables, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}/debt_whatsapp"

    def listens():
        with suppress(requests.ConnectionError):
            return requests.get(f"{url}/nobody", timeout=30).status_code == 404
        return False

    wait_until(listens, "the server listens")
    yield Server(f"{url}/{key}", process.pid)
    process.terminate()
    process.wait(30)
    assert " ERROR " not in log.read_text()


def body(*messages):
    """Return the body of a webhook with a change for each message."""
    changes = [
        {
            "field": "messages",
            "value": {
                "metadata": {"phone_number_id": PHONE_NUMBER},
                "contacts": [{"wa_id": message["from"], "profile": {"name": "Marta"}}],
                "messages": [message],
            },
        }
        for message in messages
    ]
    entry = {"id": WABA, "changes": changes}
    told = {"object": "whatsapp_business_account", "entry": [entry]}
    return json.dumps(told).encode()


def text(number, person=0):
    return {
        "from": f"57300123456{person}",
        "id": f"wamid.{number}",
        "timestamp": str(1780333200 + number),
        "type": "text",
        "text": {"body": f"hola {number}"},
    }


def tell(address, raw, session=requests):
    signature = "sha256=" + hmac.digest(SECRET, raw, "sha256").hex()
    headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
    answer = session.post(address, data=raw, headers=headers, timeout=60)
    return answer.status_code


def rows(oracle, query):
    return oracle.query(query)


def count(oracle, table):
    return rows(oracle, f"SELECT COUNT(*) FROM {table}")[0][0]


class TestServer:
    """Real requests to a real server."""

    def test_malformed_bodies_trouble_nobody(self, server, oracle, nursery):
        """Never a server error, never a message or a person, nothing kept in memory."""
        generator = random.Random(20_260_601)
        good = body(text(1), text(2))

        def malformed(number):
            raw = bytearray(good)
            for _n in range(generator.randint(0, 4)):
                place = generator.randrange(len(raw))
                raw[place : place + generator.randint(0, 9)] = generator.randbytes(3)
            if number % 3:
                return bytes(raw[: generator.randrange(len(raw) - 2)])
            return generator.randbytes(generator.randrange(200))

        bodies = [malformed(number) for number in range(MALFORMED)]
        before = count(oracle, "debt_whatsapp_event")
        memory, start = server.memory(), time.monotonic()

        def tell_part(part):
            # as Meta does: few connections, that stay open
            with requests.Session() as session:
                return Counter(tell(server.address, raw, session) for raw in part)

        with ThreadPoolExecutor(TELLERS) as pool:
            parts = [bodies[number::TELLERS] for number in range(TELLERS)]
            answers = sum(pool.map(tell_part, parts), Counter())
        seconds, growth = time.monotonic() - start, server.memory() - memory
        print(f"{MALFORMED} bodies: {seconds:.0f} s, {growth:+.0f} MB")
        assert answers == {200: MALFORMED}
        assert growth < GROWTH
        assert count(oracle, "debt_whatsapp_event") == before + len(set(bodies))
        # it tells of each that it is alive: thousands take longer than one job may
        assert nursery.do("work_inbox", stops={"after whatsapp_worked"})
        states = rows(oracle, "SELECT DISTINCT state FROM debt_whatsapp_event")
        assert states == [("ignored",)]
        assert count(oracle, "debt_whatsapp_message") == 0
        assert count(oracle, "debt_whatsapp_identity") == 0

    def test_a_hundred_at_the_same_moment_are_one(self, server, oracle):
        raw, before = body(text(1)), count(oracle, "debt_whatsapp_event")
        start = threading.Barrier(100)

        def send(_number):
            start.wait()
            return tell(server.address, raw)

        with ThreadPoolExecutor(100) as pool:
            answers = Counter(pool.map(send, range(100)))
        assert answers == {200: 100}
        assert count(oracle, "debt_whatsapp_event") == before + 1


# === THE INBOX === #


@pytest.fixture
def told(nursery):
    """Each of some people wrote three times, in events of their own."""
    nursery.renew()
    nursery.do("keep_app")
    nursery.do("tell", [body(text(n, n % PEOPLE)).decode() for n in range(3 * PEOPLE)])


def check_all_once(oracle):
    """Every message is there once, in order, and was answered once."""
    written = rows(
        oracle,
        "SELECT wamid FROM debt_whatsapp_message WHERE direction = 'in' ORDER BY id",
    )
    assert written == [(f"wamid.{n}",) for n in range(3 * PEOPLE)]
    answered = rows(
        oracle, "SELECT body FROM debt_whatsapp_message WHERE direction = 'out'"
    )
    names = [name for (answer,) in answered for name in answer.split(",")]
    assert sorted(names) == sorted(wamid for (wamid,) in written)
    states = rows(oracle, "SELECT DISTINCT state FROM debt_whatsapp_event")
    assert states == [("done",)]


def test_workers_side_by_side_work_each_event_once(told, nursery, oracle):
    """One has the inbox; the others leave it alone."""
    works = together(nursery, *[("work_inbox",)] * 3)
    assert works.count(True) >= 1
    nursery.do("work_inbox")
    check_all_once(oracle)


@pytest.mark.parametrize(
    "point",
    [
        f"{side} {label}"
        for label in ("whatsapp_worked", "whatsapp_answered")
        for side in ("before", "after")
    ],
)
def test_killed_at_a_point_nothing_is_lost_or_doubled(told, nursery, oracle, point):
    worker = nursery.start("work_inbox", stops={point})
    assert worker.run_to(point, 3)
    kill(worker, oracle)
    nursery.do("work_inbox")
    check_all_once(oracle)
