from odoo.tests import tagged

from .test_voice_conversation import ConversationCommon


@tagged("post_install", "-at_install")
class TestVoiceEvidence(ConversationCommon):
    """Calls are held about a customer: exported, purged, erased."""

    def test_a_purge_takes_the_number_and_what_was_said(self):
        self.answer()
        events = self.call.event_ids
        self.assertIn("Ferretería Andina", "".join(e.said or "" for e in events))
        keys = events.mapped("key")
        counts = self.env["debt.evidence"].sudo()._wipe(self.call.case_id, "contacts")
        self.assertEqual(counts["debt.voice.call"], 1)
        self.assertFalse(self.call.phone)
        self.assertFalse(any(events.mapped("said")))
        # by these an event is taken in once
        self.assertEqual(events.mapped("key"), keys)
        self.assertTrue(self.call.sid)

    def test_an_export_holds_the_call(self):
        held = self.env["debt.evidence"]._held()
        self.assertEqual(held["debt.voice.call"], "case_id")
        self.assertEqual(held["debt.voice.event"], "call_id.case_id")
