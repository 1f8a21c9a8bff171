"""A mail server that takes every message down, and misbehaves when asked to."""

import re
import socketserver
import threading
from collections import namedtuple
from contextlib import suppress
from email import message_from_bytes, policy

#: A message that was accepted: what a mail server can prove it got.
Letter = namedtuple("Letter", "message_id action_id recipient subject text files")

#: What the server does in place of an answer.
HANG = "hang"  # says nothing more until the client gives up
CLOSE = "close"  # closes the connection
ACCEPT_AND_CLOSE = "accept and close"  # takes the message, and closes without a word
ACCEPT_AND_HANG = "accept and hang"


class Postbox:
    """An SMTP server; ``letters`` are the messages it accepted.

    ``misbehave(function)``: the function gets the stage (connect, mail, rcpt, data,
    body) and its argument and returns an answer, one of the words above, or None for
    the usual answer.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.server = None
        self.address = ("127.0.0.1", 0)
        self.reset()
        self.open()

    def reset(self):
        self.letters = []
        self.connections = 0
        self.rule = lambda stage, argument: None

    def misbehave(self, rule):
        self.rule = rule

    def behave(self):
        self.rule = lambda stage, argument: None

    def open(self):
        """Listen, on the same port as before."""
        if self.server is None:
            self.server = _Server(self.address, _Session)
            self.server.postbox = self
            self.address = self.server.server_address
            threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        """Refuse connections."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def accept(self, recipient, content):
        message = message_from_bytes(content, policy=policy.default)
        message_id = message["Message-Id"] or ""
        found = re.search(r"debt-action-(\d+)", message_id)
        part = message.get_body(("html", "plain"))
        letter = Letter(
            message_id,
            int(found.group(1)) if found else None,
            recipient,
            str(message["Subject"]),
            part.get_content() if part else "",
            [file.get_filename() for file in message.iter_attachments()],
        )
        with self.lock:
            self.letters.append(letter)

    def to(self, recipient):
        return [letter for letter in self.letters if letter.recipient == recipient]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class _Session(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self):
        self.postbox = self.server.postbox
        with self.postbox.lock:
            self.postbox.connections += 1
        with suppress(_Over, OSError):
            self.converse()

    def converse(self):
        self.answer("connect", "", "220 postbox")
        recipients = []
        for line in self.rfile:
            verb, _space, argument = line.decode().strip().partition(" ")
            verb = verb.upper()
            if verb == "MAIL":
                recipients = []
                self.answer("mail", argument, "250 go on")
            elif verb == "RCPT":
                address = argument.partition("<")[2].partition(">")[0]
                if self.answer("rcpt", address, "250 go on"):
                    recipients.append(address)
            elif verb == "DATA":
                if self.answer("data", ",".join(recipients), "354 go on"):
                    self.take_body(recipients)
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 yes")

    def take_body(self, recipients):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        else:
            return
        content = b"".join(lines)
        rule = self.postbox.rule("body", ",".join(recipients))
        if rule in (None, ACCEPT_AND_CLOSE, ACCEPT_AND_HANG):
            for recipient in recipients:
                self.postbox.accept(recipient, content)
        self.obey(rule or "250 taken")

    def answer(self, stage, argument, usual):
        """Give the usual answer or what the rule says; return whether it was a yes."""
        return self.obey(self.postbox.rule(stage, argument) or usual)

    def obey(self, rule):
        if rule in (HANG, ACCEPT_AND_HANG):
            self.rfile.read()  # until the client goes away
            raise _Over
        if rule in (CLOSE, ACCEPT_AND_CLOSE):
            raise _Over
        self.say(rule)
        if rule.startswith("421"):
            raise _Over
        return rule[0] in "23"

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class _Over(Exception):
    """The connection ends here."""
