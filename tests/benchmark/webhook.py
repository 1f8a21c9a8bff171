"""What Meta tells, with many messages in the database: how soon it is kept and worked.

    setup/python -m tests.benchmark.webhook 100000

Not a part of the run over sizes: nothing here depends on the books.
"""

import argparse
import hmac
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import suppress

import environment

DATABASE = "debt_bench_webhook"
SECRET = b"the secret of the benchmark"
APP, WABA, NUMBER = "700800900100", "998877665544332", "112233445566778"
REQUESTS = 200
UPDATES = 1_000


def fill(env, count):
    """Make an app, a number, and so many messages that were sent; return its key."""
    app = env["debt.whatsapp.app"].create(
        {"name": "Benchmark", "app_id": APP, "app_secret": SECRET.decode()}
    )
    account = env["debt.whatsapp.account"].create(
        {
            "name": "Benchmark",
            "app_id": app.id,
            "company_id": env.company.id,
            "waba_id": WABA,
            "phone_number_id": NUMBER,
            "phone": "+57 601 5551234",
            "token": "EAAthetokenofthebenchmark",
            "state": "ready",
        }
    )
    env.flush_all()
    values = (account.id, env.company.id, count)
    env.cr.execute(
        """
        WITH person AS (
            INSERT INTO debt_whatsapp_identity (portfolio, wa_id, phone)
            SELECT '1', (573000000000 + n)::text, '+' || (573000000000 + n)::text
              FROM generate_series(1, %(count)s / 10) n
            RETURNING id
        ), talk AS (
            INSERT INTO debt_whatsapp_conversation
                        (account_id, company_id, identity_id, last_message)
            SELECT %(account)s, %(company)s, id, '2026-06-01' FROM person
            RETURNING id
        )
        INSERT INTO debt_whatsapp_message
                    (conversation_id, account_id, company_id, direction, author, kind,
                     body, uuid, wamid, state, moment, priority, tries)
        SELECT id, %(account)s, %(company)s, 'out', 'strategy', 'template', 'Aviso',
               md5(id || '.' || n), 'wamid.' || id || '.' || n, 'accepted',
               '2026-06-01', 20, 1
          FROM talk, generate_series(1, 10) n
        """,
        dict(zip(("account", "company", "count"), values, strict=True)),
    )
    env.cr.execute("ANALYZE debt_whatsapp_message")
    return {"key": app.url_key}


def work(env):
    """Work one event with a thousand reports; return the seconds."""
    app = env["debt.whatsapp.app"].search([("app_id", "=", APP)])
    events = env["debt.whatsapp.event"]
    now = env.cr.now().replace(microsecond=0)
    events.search([]).state = "ignored"
    env.cr.execute(
        "SELECT wamid FROM debt_whatsapp_message ORDER BY id DESC LIMIT %s", (UPDATES,)
    )
    reports = [
        {"id": wamid, "status": "delivered", "timestamp": "1780333200"}
        for (wamid,) in env.cr.fetchall()
    ]
    events._store(app, body(statuses=reports), now)
    env.flush_all()
    start = time.perf_counter()
    events._work_app(app, now)
    seconds = time.perf_counter() - start
    event = events.search([], limit=1)
    assert event.state == "done", (event.state, event.error)
    return {"seconds": seconds}


def body(**value):
    """Return a body of the webhook, as bytes."""
    value = {"metadata": {"phone_number_id": NUMBER}, **value}
    entry = {"id": WABA, "changes": [{"field": "messages", "value": value}]}
    told = {"object": "whatsapp_business_account", "entry": [entry]}
    return json.dumps(told).encode()


def tell(key):
    """Start a server, tell it one message after another; return the milliseconds."""
    import requests

    port = environment.free_port()
    arguments = ("-d", DATABASE, "--http-port", str(port), "--max-cron-threads=0")
    server = subprocess.Popen(
        environment.odoo_command(*arguments, "--log-level=error"),
        env=environment.odoo_env(),
    )
    session, url = requests.Session(), f"http://127.0.0.1:{port}/debt_whatsapp"
    try:
        while True:
            with suppress(requests.ConnectionError):
                session.get(f"{url}/nobody", timeout=60)
                break
            time.sleep(0.2)
        return [_tell_one(session, f"{url}/{key}", n) for n in range(REQUESTS)]
    finally:
        server.terminate()
        server.wait()


def _tell_one(session, url, number):
    message = {"id": f"wamid.IN{number}", "from": "573001234567", "type": "text"}
    raw = body(messages=[{**message, "text": {"body": "ya pagué"}}])
    header = "sha256=" + hmac.digest(SECRET, raw, "sha256").hex()
    start = time.perf_counter()
    answer = session.post(url, data=raw, headers={"X-Hub-Signature-256": header})
    seconds = time.perf_counter() - start
    assert answer.status_code == 200
    return seconds * 1_000


def child(name, *arguments):
    """Do one of the steps in a process of its own, with Odoo."""
    tests = str(environment.ROOT / "tests")
    variables = environment.odoo_env()
    path = os.pathsep.join(filter(None, (variables.get("PYTHONPATH"), tests)))
    answer = subprocess.run(
        [environment.odoo_python(), "-m", "benchmark.webhook", name, *arguments],
        env={**variables, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout.splitlines()[-1])


def step(name, *arguments):
    from replay.session import odoo_session

    with odoo_session(DATABASE) as env:
        result = {"fill": fill, "work": work}[name](env, *map(int, arguments))
        env.cr.commit()
    print(json.dumps(result))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("messages", type=int, help="that are in the database already")
    count = parser.parse_args().messages
    environment.create_database(DATABASE)
    try:
        times = sorted(tell(child("fill", str(count))["key"]))
        seconds = child("work")["seconds"]
    finally:
        environment.drop_database(DATABASE)
    late = times[int(len(times) * 0.95)]
    print(f"| | {count:,} messages |\n| --- | ---: |")
    print(
        f"| a request of Meta is answered, median | {statistics.median(times):.0f} ms |"
    )
    print(f"| … 95 of 100 within | {late:.0f} ms |")
    print(f"| {UPDATES:,} reports in one body, worked | {seconds:.1f} s |")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ("fill", "work"):
        step(*sys.argv[1:])
    else:
        main()
