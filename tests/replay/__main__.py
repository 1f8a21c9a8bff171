"""Command line of the replay, see README.md."""

import argparse
import json
import sys

import environment

from . import ledger
from .session import odoo_session


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/python -m tests.replay",
        description="Live through real invoices day by day and check the laws daily.",
    )
    parser.add_argument("file", help="CSV file with a line of headings")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="FIELD=HEADING",
        help="heading of a field; fields: "
        + ", ".join(
            f"{name} ({head or 'none'})" for name, head in ledger.COLUMNS.items()
        ),
    )
    parser.add_argument("--date-format", default=ledger.DATE_FORMAT)
    parser.add_argument("--own", action="store_true", help="the file is from --make-up")
    parser.add_argument(
        "--make-up",
        type=int,
        metavar="N",
        help="write a file of N invented invoices instead, over --days days",
    )
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--every",
        type=int,
        default=1,
        metavar="N",
        help="check the laws every N days; those of new charges hold on their day only",
    )
    parser.add_argument(
        "--database", help="keep the result in this database (made anew)"
    )
    parser.add_argument(
        "--template", default=environment.INSTALLED, help="database to clone"
    )
    parser.add_argument("--json", metavar="FILE", help="write the counts here too")
    return parser.parse_args(arguments)


def read(options):
    if options.own:
        return ledger.read(options.file, ledger.OWN_COLUMNS, ledger.OWN_DATE_FORMAT)
    columns = dict(column.split("=", 1) for column in options.column)
    return ledger.read(options.file, columns, options.date_format)


def replay(book, options):
    """Return the report of a life and its violations."""
    name = options.database or "debt_replay"
    environment.create_database(name, options.template)
    try:
        with odoo_session(name) as env:
            from .life import Life

            life = Life(env, book, every=options.every)
            life.live()
            return life.report(), life.laws.violations
    finally:
        if not options.database:
            from odoo.sql_db import close_db

            close_db(name)
            environment.drop_database(name)


def show(report, violations):
    for heading, counts in report.items():
        print(f"\n{heading}")
        for name, count in counts.items():
            print(f"  {count:>10}  {name}")
    for violation in violations[:50]:
        print(f"\n{violation.day} {violation.law}: {violation.text}")
    if len(violations) > 50:
        print(f"\n… and {len(violations) - 50} more")
    print(f"\n{len(violations)} violations")


def main(arguments=None):
    options = parse(arguments)
    if options.make_up:
        invoices = ledger.make_up(options.make_up, options.days, options.seed)
        ledger.write(options.file, invoices)
        return 0
    report, violations = replay(read(options), options)
    show(report, violations)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
