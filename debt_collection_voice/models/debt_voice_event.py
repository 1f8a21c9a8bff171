from odoo import api, fields, models
from odoo.tools import SQL


class DebtVoiceEvent(models.Model):
    """What the provider told about a call, once each: the inbox."""

    _name = "debt.voice.event"
    _description = "Event of an Automatic Call"
    _order = "id"
    _log_access = False

    call_id = fields.Many2one(
        "debt.voice.call", required=True, index=True, ondelete="cascade"
    )
    sid = fields.Char(required=True, string="Identifier of the Call")
    key = fields.Char(required=True, string="Event")
    said = fields.Text(help="What the call said then.")
    detail = fields.Char()
    moment = fields.Datetime(required=True)

    _once = models.Constraint("UNIQUE(sid, key)", "An event is taken in once.")

    @api.model
    def _take(self, call, sid, key, detail, now):
        """Take in an event; return it, empty where it was taken in before.

        Two at the same moment: one waits for the other, and then finds it there.
        """
        rows = self.env.execute_query(
            SQL(
                """
            INSERT INTO debt_voice_event (call_id, sid, key, detail, moment)
            VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (sid, key) DO NOTHING RETURNING id
                """,
                call.id,
                sid,
                key,
                detail or None,
                now,
            )
        )
        call.invalidate_recordset(["event_ids"])
        return self.browse([event_id for (event_id,) in rows])
