"""A telephone provider that places every call it is asked for."""

from urllib.parse import parse_qs

from .box import Box


class Callbox(Box):
    """``accepted`` are the numbers that it called."""

    def answer(self, handler, body):
        self.accepted.append(parse_qs(body.decode())["To"][0])
        self.say(handler, 201, {"sid": f"CA{len(self.accepted):032x}"})
