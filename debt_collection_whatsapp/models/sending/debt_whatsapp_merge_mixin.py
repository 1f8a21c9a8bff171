from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.tools import SQL

from ...logic.message_state import ARRIVED, merge
from ...logic.payload import uuid_of
from ...tools.graph_client import GraphError

#: The date that a report tells of.
DATES = {
    "sent": "sent_date",
    "delivered": "delivered_date",
    "read": "read_date",
    "played": "read_date",
}
#: Until then, whether it left was unknown or not yet written down.
OPEN = ("queued", "sending", "uncertain")


class DebtWhatsappMergeMixin(models.AbstractModel):
    """What WhatsApp reports of messages: twice, late, in any order, before its answer.

    Each report is noted once, by message, word and moment; a state only moves forward.
    """

    _name = "debt.whatsapp.merge.mixin"
    _description = "Reports of WhatsApp Messages"

    @api.model
    def _merge_status(self, account, status, now):
        """Take in one report.

        :param account: the number that it is about
        :param dict status: an element of ``statuses`` as WhatsApp told it
        :param now: naive UTC moment
        :return: False where it is about no message of ours
        """
        return not self._merge_statuses(account, [status], now)

    @api.model
    def _merge_statuses(self, account, statuses, now):
        """Take in reports of one number; see ``_merge_status``.

        :return: those that are about no message of ours
        """
        messages = self.sudo()  # sudo: WhatsApp has no rights of its own
        found = messages._lock_reported(account, statuses)
        matched = [(found(status), status) for status in statuses]
        new = (
            self.env["debt.whatsapp.status"]
            .sudo()
            ._note([(message, status) for message, status in matched if message], now)
        )
        for message, status in new:
            message._take_report(status, now)
        return [status for message, status in matched if not message]

    @api.model
    def _lock_reported(self, account, statuses):
        """Hold the messages that reports are about.

        :return: a function that finds the message of a report, empty where there is
            none
        """
        wamids = [_text(status.get("id")) for status in statuses]
        uuids = [uuid_of(s.get("biz_opaque_callback_data")) for s in statuses]
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT id FROM debt_whatsapp_message
             WHERE account_id = %s AND direction = 'out'
               AND (wamid = ANY(%s) OR uuid = ANY(%s))
             ORDER BY id
               FOR UPDATE
                """,
                account.id,
                list(filter(None, wamids)),
                list(filter(None, uuids)),
            )
        )
        found = self.browse([message_id for (message_id,) in rows])
        found.invalidate_recordset(flush=False)
        by_uuid = {message.uuid: message for message in found}
        by_wamid = {message.wamid: message for message in found if message.wamid}

        def find(status):
            uuid = uuid_of(status.get("biz_opaque_callback_data"))
            wamid = _text(status.get("id"))
            return by_uuid.get(uuid) or by_wamid.get(wamid) or self.browse()

        return find

    def _take_report(self, status, now):
        """Let a report that is new change its message, and its action."""
        self.ensure_one()
        word, before = _text(status.get("status")), self.state
        moment = self.env["debt.whatsapp.status"]._moment(status, now)
        after = merge(before, word)
        self.write({**self._dates(word, moment), **self._priced(status, moment)})
        wamid = _text(status.get("id"))
        if wamid and not self.wamid and after != before:
            self.wamid = wamid
        if after == before:
            return
        if after == "failed":
            self._refused(_trouble(status), now, left=True)
            return
        self.write({"state": after, "reason": False})
        if before == "failed":
            self.failed_date = False
        action = self._own_action()
        if after in ARRIVED:
            action._sms_arrived(on_phone=True)
        elif before in OPEN:
            action._sms_arrived(on_phone=False)

    def _dates(self, word, moment):
        """Return the date of a report; the earliest where it comes twice."""
        name = DATES.get(word)
        if not name or (self[name] and self[name] <= moment and word != "sent"):
            return {}
        return {name: moment}

    def _priced(self, status, moment):
        """Return what it costs, as far as a report says."""
        pricing = status.get("pricing")
        if not isinstance(pricing, dict):
            return {}
        category = _text(pricing.get("category")) or False
        kind = _text(pricing.get("type")) or False
        values = {"price_category": category, "price_type": kind}
        if kind and kind != "regular":
            return {**values, "cost": 0, "cost_currency_id": False}
        price = category and self._price(category, moment)
        if price:
            values["cost"], values["cost_currency_id"] = price[0], price[1].id
        return values

    def _price(self, category, moment):
        """Return (price, currency) of a message of a category, None where unknown."""
        country = self.conversation_id.identity_id._country()
        rate = self.env["debt.whatsapp.rate"].sudo()  # sudo: prices, for the system
        return rate._price(country, category, fields.Date.to_date(moment))


def _trouble(status):
    """Return what a report of failure says, as the client would."""
    errors = status.get("errors")
    error = errors[0] if isinstance(errors, list) and errors else {}
    error = error if isinstance(error, dict) else {}
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else ""
    code = error.get("code")
    return GraphError(
        code if isinstance(code, int) else None,
        details=_text(details),
        message=_text(error.get("message") or error.get("title")),
    )


def moment_of(timestamp, default):
    """Return a moment as WhatsApp writes it, naive UTC.

    :param timestamp: seconds since 1970, as text or number, or an ISO date
    :param default: where it cannot be read
    """
    text = str(timestamp or "")
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC).replace(tzinfo=None)
        return fields.Datetime.to_datetime(text[:19].replace("T", " ")) or default
    except (OverflowError, OSError, ValueError):
        return default


def _text(value):
    return value[:500] if isinstance(value, str) else ""
