from odoo import api, fields, models
from odoo.tools.misc import format_datetime

from ...logic.bubble import bare, look, place
from ...logic.wa_markup import to_html, to_plain

#: A change of these is seen on the screen.
SHOWN = {"state", "body", "error", "wamid", "reply_to_id", "content"}
#: Characters of a message that is quoted.
QUOTED = 200
#: Of what the phone shows its text alone, or a press on a button.
TEXTS = ("text", "button", "interactive", "template")
MESSAGE_NEWS = "debt_collection_whatsapp.message"


class DebtWhatsappMessage(models.Model):
    """How a message is shown, and that screens hear of it at once."""

    _inherit = "debt.whatsapp.message"

    desk_key = fields.Char(
        string="Name on the Screen",
        readonly=True,
        copy=False,
        help="What the screen called it: a message that is sent twice is there once.",
    )

    _desk_key_uniq = models.UniqueIndex("(desk_key) WHERE desk_key IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        # whoever is written to first speaks for the customer who is written to
        for message in messages.filtered("case_id"):
            if not message.conversation_id.case_id:
                message.conversation_id.case_id = message.case_id
        messages._tell_screens()
        return messages

    def write(self, vals):
        result = super().write(vals)
        if SHOWN & vals.keys():
            self._tell_screens()
        return result

    def _tell_screens(self):
        """Let the open screens read these messages again.

        Only numbers are told: what a message says is read with the reader's rights. Of
        conversations that nobody ever opened nothing is told: a campaign has thousands.
        """
        opened = self.env["debt.whatsapp.seen"]._opened(self.conversation_id)
        for conversation, messages in self.grouped("conversation_id").items():
            if conversation in opened:
                news = {"conversation": conversation.id, "ids": messages.ids}
                conversation._bus_send(MESSAGE_NEWS, news)
            came = any(message.direction == "in" for message in messages)
            if came:
                conversation._with_people()._tell_desks()

    # === HOW IT LOOKS === #

    @api.model
    def _kind_words(self):
        """Return what a message without a text is called, by its kind."""
        return {
            "image": self.env._("Photo"),
            "sticker": self.env._("Sticker"),
            "document": self.env._("Document"),
            "audio": self.env._("Voice message"),
            "video": self.env._("Video"),
            "location": self.env._("Location"),
            "contacts": self.env._("Contact card"),
            "reaction": self.env._("Reaction"),
            "template": self.env._("Template"),
            "unknown": self.env._("A kind of message that cannot be shown"),
        }

    def _bubbles(self):
        """Return these messages as the screen draws them, in their order.

        ``html`` is safe: what anybody wrote is escaped in it. Moments are naive UTC.

        :return: list of dicts of plain values
        """
        self.check_access("read")
        # sudo: names of colleagues, steps and files, for whoever reads the message
        messages = self.sudo()
        quotable = set((messages.reply_to_id.sudo(False))._filtered_access("read").ids)
        files = messages._files()
        kinds = self._kind_words()
        states = dict(self._fields["state"]._description_selection(self.env))
        return [
            {
                "id": message.id,
                "direction": message.direction,
                "author": message.author,
                "author_name": message._author_name(),
                "moment": fields.Datetime.to_string(message.moment),
                "kind": message.kind,
                "kind_words": ""
                if message.kind in TEXTS
                else kinds.get(message.kind) or kinds["unknown"],
                "state": message.state,
                "state_words": message._state_words(states),
                "problem": message._problem(),
                "quote": message._quote(kinds)
                if message.reply_to_id.id in quotable
                else None,
                "files": files.get(message.id, []),
                **message._around(),
            }
            for message in messages
        ]

    def _author_name(self):
        """Return who wrote this, in words; empty for the person, who is in the head."""
        self.ensure_one()
        if self.author == "agent":
            return self.user_id.name or self.env._("An agent")
        if self.author == "bot":
            return self.env._("Assistant")
        if self.author == "strategy":
            step = self.action_id.step_id.name
            return step or self.action_id.display_name or self.env._("Strategy")
        return ""

    def _state_words(self, states):
        """Return what became of this message, with its moments."""
        self.ensure_one()
        if self.direction == "in":
            return ""
        moments = [
            (self.env._("sent"), self.sent_date),
            (self.env._("delivered"), self.delivered_date),
            (self.env._("read"), self.read_date),
        ]
        said = [
            f"{words} {format_datetime(self.env, moment, dt_format='short')}"
            for words, moment in moments
            if moment
        ]
        return "\n".join([states[self.state], *said])

    def _problem(self):
        """Return why this message did not arrive, in words, or an empty text."""
        self.ensure_one()
        if self.direction == "in":
            return ""
        if self.state == "uncertain":
            return self.env._("Nobody knows whether it left. It is not sent again.")
        if self.state not in ("failed", "cancelled", "expired"):
            return ""
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        why = self.error or reasons.get(self.reason)
        return why or self.env._("It was not sent.")

    def _quote(self, kinds):
        """Return the message that this one answers, cut."""
        self.ensure_one()
        quoted = self.reply_to_id
        words = to_plain(quoted.body)[:QUOTED]
        return {
            "id": quoted.id,
            "direction": quoted.direction,
            "text": words or kinds.get(quoted.kind) or kinds["unknown"],
        }

    def _around(self):
        """Return what the phone shows around the text."""
        self.ensure_one()
        found = look(self.content, self.template_id.components)
        where = place(self.content)
        is_template = self.kind == "template"
        return {
            "html": to_html(bare(self.body, found) if is_template else self.body),
            "header": found.header,
            "footer": found.footer,
            "buttons": list(found.buttons),
            "rows": [list(row) for row in found.rows],
            "file_name": found.file_name,
            "pressed": found.pressed,
            "place": where
            and f"https://www.openstreetmap.org/?mlat={where[0]}&mlon={where[1]}",
        }

    def _files(self):
        """Return {id of a message: the files that came or went with it}."""
        # sudo: whoever reads a message reads its files
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)], order="id"
            )
        )
        found = {}
        for attachment in attachments:
            found.setdefault(attachment.res_id, []).append(
                {
                    "id": attachment.id,
                    "name": attachment.name,
                    "mimetype": attachment.mimetype,
                    "size": attachment.file_size,
                }
            )
        return found
