"""Command line of the benchmark, see README.md."""

import argparse
import configparser
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import environment

from . import floor, peer

SETTINGS = (
    "server_version",
    "shared_buffers",
    "work_mem",
    "fsync",
    "synchronous_commit",
    "jit",
    "random_page_cost",
)
#: What grows.
VACUUMED = (
    "res_partner",
    "account_move",
    "account_move_line",
    "account_payment",
    "account_partial_reconcile",
    "account_full_reconcile",
    "debt_case",
    "debt_item",
    "debt_item_step",
    "debt_action",
)
#: Beyond this the peer does not finish, and a clone for each repetition is too large.
LIMIT = 100_000


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/python -m tests.benchmark",
        description="Measure the daily run on books of any size.",
    )
    parser.add_argument("sizes", nargs="+", type=int, help="open items")
    parser.add_argument(
        "--mails", type=int, default=10_000, help="messages to dispatch, at most"
    )
    parser.add_argument(
        "--repeat", type=int, default=3, help="of so many times, the best one counts"
    )
    parser.add_argument("--no-peer", action="store_true", help="leave the OCA out")
    parser.add_argument("--keep", action="store_true", help="keep the databases")
    parser.add_argument(
        "--template", default=environment.INSTALLED, help="database to clone"
    )
    parser.add_argument("--json", metavar="FILE", help="write the figures here too")
    return parser.parse_args(arguments)


# ---------------------------------------------------------------- processes


def child(database, name, addons=None, **options):
    """Take a measurement in a process of its own."""
    variables = {}
    if addons:
        variables["ODOO_RC"] = str(_config_with(addons))
    command = [environment.odoo_python(), "-m", "benchmark.measure", database, name]
    answer = subprocess.run(
        [*command, json.dumps(options)],
        env=_with_tests(environment.odoo_env(**variables)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout.splitlines()[-1])


def _with_tests(variables):
    path = [variables.get("PYTHONPATH", ""), str(environment.ROOT / "tests")]
    return {**variables, "PYTHONPATH": os.pathsep.join(path)}


def _config_with(addons):
    """Write a configuration with one more folder of addons; return its path."""
    config = configparser.RawConfigParser()
    config.read(environment.odoo_env()["ODOO_RC"])
    config["options"]["addons_path"] += f",{addons}"
    path = Path(tempfile.gettempdir()) / "debt_benchmark_peer.conf"
    with open(path, "w", encoding="utf-8") as file:
        config.write(file)
    return path


# ---------------------------------------------------------------- one size


def benchmark(size, options):
    """Return all figures of one size."""
    name = f"debt_bench_{size}"
    print(f"{size:,} open items", file=sys.stderr)
    environment.create_database(name, options.template)
    try:
        figures = {"size": size, "generate": child(name, "generate", count=size)}
        _vacuum(name)
        if not options.no_peer and size <= LIMIT:
            figures["peer"] = measure_peer(name)
        times = options.repeat if size <= LIMIT else 1
        figures.update(measure_own(name, times, options))
        return figures
    finally:
        if not options.keep:
            environment.drop_database(name)


def measure_own(name, times, options):
    figures = {}
    values = child(name, "values")["values"]
    figures["floor first"] = _floor(name, floor.first_run, values, options.repeat)
    figures["first"] = _best(name, times)
    figures["second"] = min((child(name, "run") for _ in range(times)), key=_time)
    figures["approve"] = child(name, "approve", limit=options.mails)
    figures["dispatch"] = child(name, "dispatch")
    child(name, "settle")
    _vacuum(name)
    values = child(name, "values", extra=1)["values"]
    figures["floor quiet"] = _floor(name, floor.quiet_day, values, options.repeat)
    figures["quiet"] = _best(name, times, extra=1)
    child(name, "promise")
    values = child(name, "values", extra=8)["values"]
    figures["floor judge"] = _floor(name, floor.judging, values, options.repeat)
    figures["judge"] = child(name, "judge", extra=8)
    child(name, "instal")
    figures["floor instalments"] = _floor(
        name, floor.instalments, values, options.repeat
    )
    figures["instalments"] = child(name, "judge", extra=8)
    return figures


def _best(name, times, **options):
    """Return the best of several runs: the last on the database, others on clones."""
    results = []
    for _ in range(times - 1):
        clone = environment.create_database(f"{name}_clone", name)
        results.append(child(clone, "run", **options))
        environment.drop_database(clone)
    return min([*results, child(name, "run", **options)], key=_time)


def _time(figure):
    return figure["seconds"]


def measure_peer(name):
    """Measure the peer on a clone; None where it cannot be had."""
    addons = peer.fetch()
    if not addons:
        return None
    clone = f"{name}_peer"
    environment.create_database(clone, name)
    try:
        subprocess.run(
            environment.odoo_command(
                *("-d", clone, "-i", peer.ADDON, "--stop-after-init", "--no-http"),
                "--log-level=error",
            ),
            env=environment.odoo_env(ODOO_RC=str(_config_with(addons))),
            check=True,
        )
        _vacuum(clone)
        return child(clone, "peer", addons=addons)
    finally:
        environment.drop_database(clone)


def _vacuum(name):
    connection = environment.connect(name)
    with connection.cursor() as cursor:
        # by name: another session's temporary table could vanish under our feet
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(VACUUMED)}")
    connection.close()


def _floor(name, statements, values, repeat):
    """Return the least seconds of a floor's statements, and their sum."""
    connection = environment.connect(name)
    with connection.cursor() as cursor:
        rounds = [statements(cursor, values) for _ in range(repeat)]
    connection.close()
    least = {key: min(each[key] for each in rounds) for key in rounds[0]}
    return {"seconds": sum(least.values()), "statements": least}


# ---------------------------------------------------------------- report


def machine():
    """Return what the figures depend on."""
    connection = environment.connect()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)",
            (list(SETTINGS),),
        )
        settings = dict(cursor.fetchall())
    connection.close()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = {line.split(":")[1].strip() for line in file if "model name" in line}
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return {
        "cpu": f"{os.cpu_count()} × {', '.join(models)}",
        "load": load,
        "postgresql": ", ".join(f"{k} {v}" for k, v in sorted(settings.items())),
    }


def table(results):
    """Return the figures as a table in Markdown."""
    rows = [_row(figures) for figures in results]
    lines = ["| | " + " | ".join(f"{f['size']:,} open" for f in results) + " |"]
    lines.append("| --- |" + " ---: |" * len(results))
    for heading in rows[0]:
        cells = [row.get(heading, "") for row in rows]
        lines.append(f"| {heading} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _row(figures):
    first, quiet = figures["first"], figures["quiet"]
    least, decide = figures["floor first"], figures["floor quiet"]
    sent, judged = figures["dispatch"], figures["judge"]
    plans = figures["instalments"]
    other = figures.get("peer")
    row = {
        "first run, sync and plan": _seconds(first),
        "… its SQL floor": _seconds(least),
        "… ratio to the floor": _ratio(first, least),
        "… items, actions": f"{first['items']:,}, {first['actions']:,}",
        "… peak memory": _memory(first),
        "second run of the day": _seconds(figures["second"]),
        "… its comparison with the books": f"{_sync(figures['second']):.2f} s",
        "… peak memory ": _memory(figures["second"]),
        "quiet day, sync and plan": _seconds(quiet),
        "… its SQL floor ": _seconds(decide),
        "… ratio to the floor ": _ratio(quiet, decide),
        "… items, actions ": f"{quiet['items']:,}, {quiet['actions']:,}",
        "… peak memory  ": _memory(quiet),
        "mails into the queue": f"{sent['mails']:,} of {sent['planned']:,}",
        "… per second": f"{sent['per_second']:,.0f}",
        "… bare rows of `mail.mail` per second": f"{sent['bare_per_second']:,.0f}",
        "… items in each": f"{sent['items_per_mail']}",
        "… peak memory   ": _memory(sent),
        "promises judged": f"{sum(judged['verdicts'].values()):,}",
        "… in": _seconds(judged),
        "… its SQL floor  ": _seconds(figures["floor judge"]),
        "… ratio to the floor  ": _ratio(judged, figures["floor judge"]),
        "… peak memory     ": _memory(judged),
        "instalments judged": f"{sum(plans['verdicts'].values()):,}",
        "… in ": _seconds(plans),
        "… its SQL floor   ": _seconds(figures["floor instalments"]),
        "… ratio to the floor   ": _ratio(plans, figures["floor instalments"]),
        "… peak memory      ": _memory(plans),
        "account_credit_control, first run": _seconds(other) if other else "–",
        "… times slower": f"{other['seconds'] / first['seconds']:,.0f} ×"
        if other
        else "–",
        "… peak memory    ": _memory(other) if other else "–",
    }
    return row


def _seconds(figure):
    return f"{figure['seconds']:.2f} s"


def _ratio(figure, least):
    return f"{figure['seconds'] / least['seconds']:.1f}"


def _memory(figure):
    return f"{figure['rss_mb']} MB"


def _sync(figure):
    return figure["durations"].get("sync", 0)


def main(arguments=None):
    options = parse(arguments)
    before = machine()
    results = [benchmark(size, options) for size in options.sizes]
    print(table(results))
    print(f"\n{before['cpu']}, load {before['load']}; {before['postgresql']}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": before, "results": results}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
