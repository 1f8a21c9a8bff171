import logging
from datetime import timedelta

from odoo import api, fields, models

from ...logic.media import (
    KEPT_DAYS,
    MAX_BYTES,
    is_whole,
    kind_of,
    name_of,
)
from ...logic.webhook_body import text_of
from ...tools.graph_client import GraphError, NotAllowed, NotSent, Uncertain

_logger = logging.getLogger(__name__)

#: Kinds whose files are fetched; sounds and films are not.
FETCHED = ("image", "document")
#: Minutes until the next try.
WAITS = (1, 5, 30, 120)
#: Files that one round of the job fetches.
BATCH = 50
#: Meta's codes for a file that is not there (any more).
GONE = (100, 131052)


class DebtWhatsappFileMixin(models.AbstractModel):
    """The file of a message: fetched by the job, never in the request of Meta."""

    _name = "debt.whatsapp.file.mixin"
    _description = "File of a WhatsApp Message"

    file_state = fields.Selection(
        [
            ("waiting", "To Be Fetched"),
            ("done", "Fetched"),
            ("failed", "Cannot Be Fetched"),
            ("expired", "No Longer at WhatsApp"),
            ("refused", "Kept Out"),
        ],
        string="File",
        readonly=True,
        help="Kept out: a kind of file that is not taken, or too large.",
    )
    file_error = fields.Char(string="Why There Is No File", readonly=True)
    file_next = fields.Datetime(readonly=True)
    file_tries = fields.Integer(readonly=True)
    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="Files",
        domain=[("res_model", "=", "debt.whatsapp.message")],
        bypass_search_access=True,
    )

    _file_idx = models.Index("(file_next) WHERE file_state = 'waiting'")

    @api.model
    def _file_vals(self, inbound, now):
        """Return the values of a message that has a file, or none.

        :param inbound: a ``logic.inbound.Inbound``
        """
        if not inbound.media:
            return {}
        if inbound.kind not in FETCHED:
            return {"file_state": "refused"}
        return {"file_state": "waiting", "file_next": now}

    @api.model
    def _fetch_files(self, app, now):
        """Fetch the files that wait, each in transactions of its own.

        :param app: the app, whose lock is held
        :param now: naive UTC moment
        """
        waiting = self.search(
            [
                ("file_state", "=", "waiting"),
                ("file_next", "<=", now),
                ("account_id.app_id", "=", app.id),
            ],
            order="file_next, id",
            limit=BATCH,
        )
        for message in waiting:
            message._fetch_safely(now)

    def _fetch_safely(self, now):
        run = self.env["debt.run"]
        try:
            # nothing is locked while the network is asked
            run._retry(lambda: self._claim_file(now))
            values, content = self._fetch(now)
            run._retry(lambda: self._keep_file(values, content))
        except Exception:
            if not run._may_commit():
                raise
            self.env.cr.rollback()
            _logger.exception("The file of WhatsApp message %s", self.id)

    def _claim_file(self, now):
        """Count the try, so that one that kills the worker is not tried for ever."""
        run = self.env["debt.run"]
        run._checkpoint(read_committed=True)
        if self.file_tries >= len(WAITS):
            self.write({"file_state": "failed", "file_next": False})
        else:
            wait = timedelta(minutes=WAITS[self.file_tries])
            self.write({"file_tries": self.file_tries + 1, "file_next": now + wait})
        run._checkpoint("whatsapp_file_claimed")

    def _fetch(self, now):
        """Ask for the file; nothing is written.

        :return: (values of the message, content or None)
        """
        if self.file_state != "waiting":
            return {}, None
        told = (self.content or {}).get(self.kind) or {}
        # sudo: the access token, to use it
        account = self.account_id.sudo()
        client = account._client()
        try:
            info = client.media_info(text_of(told.get("id")), account.phone_number_id)
            if int(text_of(info.get("file_size")) or 0) > MAX_BYTES:
                return self._no_file("refused", "a file of more than 16 MB"), None
            content = client.download(text_of(info.get("url")))
        except NotAllowed as error:
            return self._no_file("refused", error), None
        except GraphError as error:
            if error.code in GONE and now > self.moment + timedelta(days=KEPT_DAYS):
                return self._no_file("expired", error), None
            return self._later(error), None
        except (NotSent, Uncertain) as error:
            return self._later(error), None
        if not is_whole(content, text_of(told.get("sha256"))):
            return self._later("it is not the file that was told of"), None
        kind = kind_of(content)
        if not kind:
            return self._no_file("refused", "no picture and no PDF"), None
        return {"file_state": "done", "file_next": False, "file_error": False}, content

    def _no_file(self, state, why):
        return {"file_state": state, "file_next": False, "file_error": str(why)[:500]}

    def _later(self, why):
        """Return the values of a message whose file could not be had this time."""
        values = {"file_error": str(why)[:500]}
        if self.file_tries >= len(WAITS):
            values |= {"file_state": "failed", "file_next": False}
        return values

    def _keep_file(self, values, content):
        """Record what came of it."""
        if not values:
            return
        run = self.env["debt.run"]
        run._checkpoint(read_committed=True)
        self.write(values)
        if content is not None and not self.attachment_ids:
            kind = kind_of(content)
            told = (self.content or {}).get(self.kind) or {}
            self.env["ir.attachment"].create(
                {
                    "name": name_of(text_of(told.get("filename")), kind, self.id),
                    "raw": content,
                    "mimetype": kind,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
            self.invalidate_recordset(["attachment_ids"])
        run._checkpoint("whatsapp_file_kept")
