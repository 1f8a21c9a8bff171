from datetime import timedelta
from hashlib import sha256
from unittest.mock import patch

from odoo.tests import tagged

from ..tools.graph_client import GraphClient
from .fake_graph import CUT_BEFORE
from .inbox_common import NOON, InboxCommon

JPEG = b"\xff\xd8\xff\xe0 a photo of a receipt"
PDF = b"%PDF-1.4 a receipt"


def after(**values):
    return NOON + timedelta(**values)


@tagged("post_install", "-at_install")
class TestFiles(InboxCommon):
    """Files of customers are fetched by the job, and looked at before they are kept."""

    def send(self, content=JPEG, mimetype="image/jpeg", kind="image", **more):
        """Somebody sends a file; return the message, worked once."""
        identifier = self.graph.add_media(content, mimetype)
        told = {"id": identifier, "sha256": sha256(content).hexdigest(), **more}
        return self.write_in(type=kind, **{kind: told, "text": None})

    def test_a_photo_is_kept_with_its_message(self):
        message = self.send(caption="comprobante")
        self.assertEqual((message.file_state, message.body), ("done", "comprobante"))
        file = message.attachment_ids
        self.assertEqual((file.raw, file.mimetype), (JPEG, "image/jpeg"))
        self.assertEqual(file.res_model, "debt.whatsapp.message")
        self.work(after(days=1))
        self.assertEqual(len(message.attachment_ids), 1)

    def test_who_reads_the_message_reads_its_file(self):
        file = self.send().attachment_ids
        self.assertEqual(file.with_user(self.agent).raw, JPEG)
        employee = self.new_user("employee", "base.group_user")
        self.assertFalse(file.with_user(employee).has_access("read"))

    def test_a_document_has_its_name(self):
        message = self.send(PDF, "application/pdf", "document", filename="../Pago.pdf")
        self.assertEqual(message.attachment_ids.name, "Pago.pdf")

    def test_what_it_is_decides_not_what_is_said(self):
        for content in (b"<html><script>", b"MZ\x90", b"PK\x03\x04", b""):
            message = self.send(content, "image/jpeg")
            self.assertEqual(message.file_state, "refused")
            self.assertFalse(message.attachment_ids)

    def test_sounds_and_films_are_not_fetched(self):
        asked = len(self.graph.asked)
        message = self.send(b"OggS", "audio/ogg", "audio")
        self.assertEqual(message.file_state, "refused")
        self.assertEqual(len(self.graph.asked), asked)

    def test_a_file_that_is_not_the_one_that_was_told_of_is_not_kept(self):
        message = self.send(sha256="0" * 64)
        self.assertEqual(message.file_state, "waiting")
        for hours in (1, 2, 5, 10, 20):
            self.work(after(hours=hours))
        self.assertEqual(message.file_state, "failed")
        self.assertIn("not the file", message.file_error)
        self.assertFalse(message.attachment_ids)

    def test_too_large(self):
        info = {"url": self.graph.url, "file_size": 17 * 1024 * 1024}
        with patch.object(GraphClient, "media_info", lambda *_args: info):
            self.assertEqual(self.send().file_state, "refused")

    def test_the_token_goes_to_no_strange_host(self):
        info = {"url": "https://lookaside.fbsbx.com.evil.example/x"}
        with patch.object(GraphClient, "media_info", lambda *_args: info):
            message = self.send()
        self.assertEqual(message.file_state, "refused")
        self.assertFalse([a for a in self.graph.asked if a.version == "file"])

    def test_the_network_fails_and_it_is_fetched_later(self):
        self.graph.script(CUT_BEFORE, node="file")
        message = self.send()
        self.assertEqual((message.file_state, message.file_tries), ("waiting", 1))
        self.assertEqual(message.file_next, after(minutes=1))
        self.work(after(seconds=30))
        self.assertEqual(message.file_tries, 1)
        self.work(after(minutes=1))
        self.assertEqual(message.file_state, "done")
        self.assertFalse(message.file_error)

    def test_whatsapp_keeps_it_for_a_week(self):
        self.graph.script(CUT_BEFORE, node="file")
        message = self.send()
        self.graph.media.clear()
        self.work(after(days=8))
        self.assertEqual(message.file_state, "expired")

    def test_the_turn_comes_after_the_file(self):
        self.send()
        self.work(after(minutes=1))
        self.assertEqual(self.turns[0][1].file_state, "done")
