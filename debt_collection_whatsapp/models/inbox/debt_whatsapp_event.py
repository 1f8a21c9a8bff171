from datetime import timedelta
from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...logic.webhook_body import about, to_text, without

#: Rows that are deleted at a time.
PURGED = 10_000
CRON = "debt_collection_whatsapp.ir_cron_debt_whatsapp_inbox"


class DebtWhatsappEvent(models.Model):
    """What Meta told, as it came: the inbox. Worked later, kept for a month."""

    _name = "debt.whatsapp.event"
    _description = "Event of WhatsApp"
    _inherit = ["debt.whatsapp.inbox.mixin"]
    _log_access = False
    _order = "id desc"

    app_id = fields.Many2one(
        "debt.whatsapp.app", required=True, index=True, ondelete="cascade"
    )
    fingerprint = fields.Char(required=True, help="SHA-256 of the body.")
    received = fields.Datetime(required=True)
    body = fields.Text(required=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("done", "Done"),
            ("partial", "Partly Done"),
            ("ignored", "Ignored"),
            ("unmatched", "Of an Unknown Message"),
        ],
        required=True,
        default="new",
    )
    kind = fields.Char(
        string="Tells of", help="What it tells of: messages, reports (status), …"
    )
    count = fields.Integer(string="Updates", help="How many things it tells of.")
    left = fields.Json(
        help="Where those updates stand in the body that failed, or belong to no "
        "message that is known."
    )
    next_try = fields.Datetime(help="When those of unknown messages are tried again.")
    error = fields.Text()

    _fingerprint_uniq = models.UniqueIndex("(fingerprint)")
    _new_idx = models.Index("(app_id, id) WHERE state = 'new'")
    _next_try_idx = models.Index("(next_try) WHERE next_try IS NOT NULL")
    _received_idx = models.Index("(received)")

    @api.depends("kind", "received")
    def _compute_display_name(self):
        for event in self:
            event.display_name = event.kind or str(event.id)

    @api.model
    def _store(self, app, raw, now):
        """Keep what was told, once, and wake the job.

        Everything that is signed is kept, also what is no JSON: refused, Meta would
        tell it again for a week. What a column of text cannot hold is replaced, so
        that one broken letter does not lose the updates beside it.

        :param app: whose secret signed it
        :param bytes raw: the body
        :param now: naive UTC moment
        :return: whether it is new
        """
        # the same at the same moment: Odoo repeats the request, and then it is there
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO debt_whatsapp_event
                        (app_id, fingerprint, received, body, state, count)
            VALUES (%s, %s, %s, %s, 'new', 0)
                ON CONFLICT (fingerprint) DO NOTHING
                """,
                app.id,
                sha256(raw).hexdigest(),
                now,
                to_text(raw),
            ),
            log_exceptions=False,
        )
        is_new = bool(self.env.cr.rowcount)
        if is_new:
            self._wake()
        return is_new

    @api.model
    def _wake(self, moment=None):
        """Let the job work, at once or at a moment (naive UTC)."""
        # sudo: a job of the system
        self.env.ref(CRON).sudo()._trigger(at=moment)

    @api.autovacuum
    def _gc_events(self):
        """Delete what was told long ago, some thousands at a time."""
        self.flush_model()
        now = fields.Datetime.now()
        done = 0
        for app in self.env["debt.whatsapp.app"]._of_inboxes():
            self.env.cr.execute(
                SQL(
                    """
                DELETE FROM debt_whatsapp_event
                 WHERE id IN (SELECT id FROM debt_whatsapp_event
                               WHERE app_id = %s AND received < %s AND state <> 'new'
                               LIMIT %s)
                    """,
                    app.id,
                    now - timedelta(days=app.event_days),
                    PURGED,
                )
            )
            done += self.env.cr.rowcount
        self.invalidate_model(flush=False)
        return done, done >= PURGED

    # === WHOM THEY TELL OF === #

    @api.model
    def _naming(self, people):
        """Return the events in which any of some people is named."""
        names = {f"%{name}%" for name in people._names()}
        if not names:
            return self.browse()
        self.flush_model(["body"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM debt_whatsapp_event"
                " WHERE body LIKE ANY(%s) ORDER BY id",
                list(names),
            )
        )
        return self.browse([event_id for (event_id,) in rows])

    @api.model
    def _about(self, people, companies):
        """Return what events tell of people, and of nobody else: [{received, told}].

        :param companies: to whose numbers they wrote
        """
        names, numbers = people._names(), self._numbers(companies)
        return [
            {"received": f"{event.received.isoformat()}Z", "told": told}
            for event in self._naming(people)
            for told in about(event.body, names, numbers)
        ]

    @api.model
    def _forget(self, people, companies, now, dry=False):
        """Take people out of what Meta told; what it told of others stays.

        :param companies: to whose numbers they wrote
        :param now: naive UTC moment: who was silent for longer than events are kept is
            in none
        :param dry: only count
        :return: the number of events
        """
        apps = self.env["debt.whatsapp.app"]._of_inboxes()
        since = now - timedelta(days=2 * max(apps.mapped("event_days"), default=0))
        people = people.filtered(
            lambda person: any(
                c.last_message and c.last_message > since
                for c in person.conversation_ids
            )
        )
        names, numbers = people._names(), self._numbers(companies)
        count = 0
        for event in self._naming(people):
            left = without(event.body, names, numbers)
            if left == event.body:
                continue
            count += 1
            if not dry:
                event.write({"body": left, "error": False})
        return count

    @api.model
    def _numbers(self, companies):
        """Return what Meta calls the numbers of companies."""
        accounts = self.env["debt.whatsapp.account"].with_context(active_test=False)
        own = accounts.search([("company_id", "in", companies.ids)])
        return set(filter(None, own.mapped("phone_number_id")))

    def action_work_again(self):
        """Work again what failed, or belonged to no known message."""
        if not self.env.is_system():
            raise AccessError(self.env._("Only administrators work events again."))
        # sudo: events have no rights to write
        events = self.sudo().filtered(lambda e: e.state in ("partial", "unmatched"))
        events.next_try = fields.Datetime.now()
        self._wake()
