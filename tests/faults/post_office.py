"""A post service that prints and posts every letter it gets."""

import json

from .box import Box


class PostOffice(Box):
    """Answers as Odoo's own service; ``accepted`` are the ids of the letters."""

    def answer(self, handler, body):
        call = json.loads(body)
        documents = call["params"]["documents"]
        self.accepted += [document["letter_id"] for document in documents]
        answered = [
            {"letter_id": document["letter_id"], "sent": True, "send_id": 7}
            for document in documents
        ]
        result = {"request_code": 200, "request": {"documents": answered}}
        self.say(handler, 200, {"id": call["id"], "result": result})
