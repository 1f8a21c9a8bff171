"""A mail server that delivers every message into one folder (in Maildir format).

    catch_mail.py PORT FOLDER

It listens on this machine only, and ends when its standard input is closed.
"""

import signal
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox


def main(port, folder):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for Odoo
    controller = Controller(Mailbox(folder), hostname="127.0.0.1", port=int(port))
    controller.start()
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
