"""The mail server of the replay: it takes every message and sends none."""

import contextlib
from unittest.mock import patch


class Outbox:
    """Collects what Odoo's mail queue hands to the mail server."""

    def __init__(self, env):
        self.env = env
        self.accepted = []  # of the day
        self.total = 0

    @contextlib.contextmanager
    def open(self):
        """Within this context this is the mail server."""
        model = self.env.registry["ir.mail_server"]
        with (
            patch.object(model, "_connect__", lambda *args, **kwargs: _Session()),
            patch.object(model, "send_email", self._accept),
        ):
            yield self

    def _accept(self, message, *_args, **_kwargs):
        self.accepted.append(message)
        self.total += 1
        return message["Message-Id"]

    def take(self):
        """Return what was accepted since the last call."""
        accepted, self.accepted = self.accepted, []
        return accepted


class _Session:
    def quit(self):
        pass
