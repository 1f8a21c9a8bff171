import re

from markupsafe import Markup, escape

from odoo import api, models

#: What WhatsApp shows in bold, italics, struck out and monospaced.
_MARKS = (
    (re.compile(r"(?<!\w)\*(\S(?:[^*\n]*\S)?)\*(?!\w)"), "strong"),
    (re.compile(r"(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)"), "em"),
    (re.compile(r"(?<!\w)~(\S(?:[^~\n]*\S)?)~(?!\w)"), "s"),
)
_ICON = Markup('<i class="fa %s"></i>')
_ICONS = {"url": "fa-external-link", "reply": "fa-reply", "phone": "fa-phone"}


class DebtWhatsappBubble(models.AbstractModel):
    """How a message looks on the phone, drawn for people who write it."""

    _name = "debt.whatsapp.bubble"
    _description = "WhatsApp Message as It Looks"

    @api.model
    def _draw(self, draft, moment="10:30"):
        """Return the Markup of a filled message.

        :param Draft draft: without variables; what is left is shown as it is
        :param moment: the time beside it
        """
        return Markup(
            '<div class="o_debt_wa_phone"><div class="o_debt_wa_phone_bubble">%s'
            '<div class="o_debt_wa_phone_body">%s</div>%s'
            '<div class="o_debt_wa_phone_time">%s</div></div>%s</div>'
        ) % (
            self._header(draft),
            self._formatted(draft.body),
            Markup('<div class="o_debt_wa_phone_footer">%s</div>') % draft.footer
            if draft.footer
            else "",
            moment,
            Markup().join(
                Markup(
                    '<div class="o_debt_wa_phone_button"><i class="fa %s"></i> %s</div>'
                )
                % (_ICONS.get(button.kind, "fa-circle-o"), button.label)
                for button in draft.buttons
            ),
        )

    @api.model
    def _header(self, draft):
        if draft.header_kind == "text":
            return Markup('<div class="o_debt_wa_phone_header">%s</div>') % draft.header
        if draft.header_kind:
            name = "PDF" if draft.header_kind == "document" else draft.header_kind
            file = Markup('<div class="o_debt_wa_phone_file">%s %s</div>')
            return file % (_ICON % "fa-file-pdf-o", name)
        return ""

    @api.model
    def _formatted(self, text):
        """Return the Markup of a text with the few marks that WhatsApp knows."""
        shown = str(escape(text))
        for mark, tag in _MARKS:
            shown = mark.sub(rf"<{tag}>\1</{tag}>", shown)
        # safe: escaped above, only the tags were added
        return Markup(shown)
