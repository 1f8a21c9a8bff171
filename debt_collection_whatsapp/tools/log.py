"""Loggers in whose lines no token of Meta is ever seen."""

import logging

from ..logic.mask import mask


class _Mask(logging.Filter):
    def filter(self, record):
        record.msg, record.args = mask(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(_FORMATTER.formatException(record.exc_info))
        return True


_FORMATTER = logging.Formatter()
_MASK = _Mask()


def get_logger(name):
    """Return the logger of a module; its lines are masked."""
    logger = logging.getLogger(name)
    logger.addFilter(_MASK)
    return logger


# where addresses of requests are logged
get_logger("urllib3.connectionpool")
