"""Counts what is refused, and tells of it once a minute."""

import logging
import threading
import time
from collections import Counter

_logger = logging.getLogger(__name__)

SECONDS = 60


class Refusals:
    """Requests with a wrong signature: anybody can send a thousand of them a second.

    :param clock: seconds that only grow
    """

    def __init__(self, clock=time.monotonic):
        self.clock = clock
        self.lock = threading.Lock()
        self.counts = Counter()
        self.told = None

    def count(self, app_id, address):
        """Count one; log all of them together when the last log is a minute old.

        :param app_id: of which app it claimed to be
        :param address: IP address that it came from
        """
        with self.lock:
            self.counts[app_id] += 1
            now = self.clock()
            if self.told is not None and now < self.told + SECONDS:
                return
            counts, self.counts, self.told = self.counts, Counter(), now
        for app, count in counts.items():
            _logger.warning(
                "WhatsApp app %s: %s requests without a right signature, the last one "
                "from %s",
                app,
                count,
                address,
            )
