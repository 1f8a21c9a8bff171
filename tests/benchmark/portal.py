"""How soon a customer with many open invoices sees their account.

    setup/python -m tests.benchmark.portal 1000

A real server, one request after another; beside it the account of a customer with one.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import suppress

import environment

DATABASE = "debt_bench_portal"
REQUESTS = 20
PAGES = {"": "the account", "/history": "the history", "/statement/xlsx": "the sheet"}


def fill(env, count):
    """Make a customer with so many open invoices, and one with one; return links."""
    from benchmark.generate import generate

    generate(env, count + 1)
    env.cr.execute(
        """SELECT m.id, m.partner_id FROM account_move m
             JOIN res_partner p ON p.id = m.partner_id AND p.is_company
            WHERE m.move_type = 'out_invoice' AND m.payment_state = 'not_paid'
            ORDER BY m.id LIMIT 1"""
    )
    ((move, one),) = env.cr.fetchall()
    many = env["res.partner"].create({"name": "Many", "is_company": True}).id
    values = {"move": move, "many": many}
    for table, key in (("account_move", "id"), ("account_move_line", "move_id")):
        env.cr.execute(
            f"UPDATE {table} SET partner_id = %(many)s WHERE {key} <> %(move)s", values
        )
    env.cr.execute(
        """UPDATE account_move SET commercial_partner_id = %(many)s
            WHERE id <> %(move)s""",
        values,
    )
    env.cr.execute("ANALYZE account_move; ANALYZE account_move_line")
    env.invalidate_all()
    partners = env["res.partner"].browse((one, many))
    env["debt.run"]._refresh_debtors(env.company, partners.commercial_partner_id)
    links = {}
    for case in env["debt.case"].search([("state", "=", "open")]):
        secret = env["debt.link"]._signed(case)
        links[len(case.item_ids)] = [case.id, secret]
    return links


def look(case_id, secret, session, url):
    """Return the milliseconds in which each page of an account came, and its size."""
    session.get(f"{url}/debt/pay/{secret}", timeout=60).raise_for_status()
    result = {}
    for path in PAGES:
        times = []
        for _number in range(REQUESTS):
            start = time.perf_counter()
            page = session.get(f"{url}/my/debts/{case_id}{path}", timeout=60)
            times.append((time.perf_counter() - start) * 1_000)
            page.raise_for_status()
        result[path] = statistics.median(times), len(page.content)
    return result


def serve(links):
    """Start a server and look at the accounts; return {invoices: what came}."""
    import requests

    port = environment.free_port()
    arguments = ("-d", DATABASE, "--http-port", str(port), "--max-cron-threads=0")
    server = subprocess.Popen(
        environment.odoo_command(*arguments, "--log-level=error"),
        env=environment.odoo_env(),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            with suppress(requests.ConnectionError):
                requests.get(f"{url}/web/login", timeout=60)
                break
            time.sleep(0.2)
        return {
            count: look(*link, requests.Session(), url) for count, link in links.items()
        }
    finally:
        server.terminate()
        server.wait()


def child(count):
    """Fill the database in a process of its own, with Odoo."""
    tests = str(environment.ROOT / "tests")
    variables = environment.odoo_env()
    path = os.pathsep.join(filter(None, (variables.get("PYTHONPATH"), tests)))
    answer = subprocess.run(
        [environment.odoo_python(), "-m", "benchmark.portal", "fill", str(count)],
        env={**variables, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout.splitlines()[-1])


def step(count):
    from replay.session import odoo_session

    with odoo_session(DATABASE) as env:
        links = fill(env, count)
        env.cr.commit()
    print(json.dumps(links))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("invoices", type=int, help="that the customer has open")
    count = parser.parse_args().invoices
    environment.create_database(DATABASE)
    try:
        results = serve(child(count))
    finally:
        environment.drop_database(DATABASE)
    heads = sorted(results, key=int)
    print("| |", " | ".join(f"{int(head):,} open" for head in heads), "|")
    print("| --- |" + " ---: |" * len(heads))
    for path, name in PAGES.items():
        cells = (
            f"{results[head][path][0]:.0f} ms, {results[head][path][1] / 1_000:.0f} kB"
            for head in heads
        )
        print(f"| {name} |", " | ".join(cells), "|")


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        step(int(sys.argv[2]))
    else:
        main()
