"""Odoo in this process, on one database."""

import contextlib
import sys


@contextlib.contextmanager
def odoo_session(database, *options):
    """Start Odoo without its servers and give an environment of the system user.

    What is done is committed at the end, unless an exception came out.
    """
    import odoo.api
    import odoo.modules.registry
    import odoo.tools

    arguments = ["-d", database, "--no-http", "--max-cron-threads=0"]
    arguments += ["--log-level=warn", *options]
    odoo.tools.config.parse_config(arguments, setup_logging=True)
    registry = odoo.modules.registry.Registry(database)
    with registry.cursor() as cursor:
        yield odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})


def progress(text):
    """Show a line that the next one overwrites, if somebody is watching."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text}\x1b[K")
        sys.stderr.flush()
