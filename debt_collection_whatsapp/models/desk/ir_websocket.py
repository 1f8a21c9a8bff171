import re

from odoo import api, models

#: What a screen asks to listen to: one conversation.
CHANNEL = re.compile(r"debt_whatsapp_conversation_(\d{1,9})")
#: Conversations that one browser listens to.
MOST = 50


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        return super()._build_bus_channel_list(self._debt_whatsapp_channels(channels))

    @api.model
    def _debt_whatsapp_channels(self, channels):
        """Return the channels, conversations only where the user may read them.

        :param channels: what the browser asks for
        """
        wanted, others = [], []
        for channel in channels:
            found = isinstance(channel, str) and CHANNEL.fullmatch(channel)
            if found:
                wanted.append(int(found[1]))
            else:
                others.append(channel)
        conversations = self.env["debt.whatsapp.conversation"]
        if wanted and conversations.has_access("read"):
            others.extend(conversations.search([("id", "in", wanted[:MOST])]))
        return others
