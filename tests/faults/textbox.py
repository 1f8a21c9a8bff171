"""A provider of SMS that takes every message down, and misbehaves when asked to."""

import json
import time

from .box import Box

#: Seconds that a call waits for an answer in these tests, and for how long it hangs.
PATIENCE = 1
HANG = 3


class Textbox(Box):
    """Answers as Odoo's own service.

    :ivar behaviour: "take", "hang" (takes it and says nothing), "refuse" (500)
    """

    behaviour = "take"

    def answer(self, handler, body):
        if self.behaviour == "refuse":
            return self.say(handler, 500, {})
        call = json.loads(body)
        uuids = [
            number["uuid"]
            for message in call["params"]["messages"]
            for number in message["numbers"]
        ]
        self.accepted += uuids
        if self.behaviour == "hang":
            time.sleep(HANG)
            return None
        results = [{"uuid": uuid, "state": "success"} for uuid in uuids]
        return self.say(handler, 200, {"id": call["id"], "result": results})
