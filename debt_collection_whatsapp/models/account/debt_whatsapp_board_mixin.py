from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from ...logic import account_update, breaker, number_health
from ...logic.message_state import ARRIVED
from ...tools.graph_client import GraphError, GraphTrouble
from ...tools.log import get_logger

_logger = get_logger(__name__)

#: What Meta knows of a number; its deprecated limit is not asked for.
NUMBER_FIELDS = (
    *("display_phone_number", "verified_name", "name_status", "quality_rating"),
    *("throughput", "status", "whatsapp_business_manager_messaging_limit"),
    "health_status",
)
WABA_FIELDS = ("id", "name", "health_status", "owner_business_info")
#: States of a message that left, as far as anybody knows.
LEFT = ("sending", "uncertain", "accepted", "held", "sent", *ARRIVED)
#: What only the product writes.
BOARD_FIELDS = (
    *("verified_name", "name_status", "quality", "throughput", "meta_status"),
    *("daily_limit", "limit_known", "health", "health_note"),
    *("refreshed", "refresh_error"),
)


class DebtWhatsappBoardMixin(models.AbstractModel):
    """How a number does: what Meta says of it, and what we count ourselves."""

    _name = "debt.whatsapp.board.mixin"
    _description = "Board of a WhatsApp Number"

    # what Meta says
    verified_name = fields.Char(string="Name on WhatsApp", readonly=True, copy=False)
    name_status = fields.Char(string="Name Is", readonly=True, copy=False)
    quality = fields.Char(
        readonly=True,
        copy=False,
        help="What people think of the messages: GREEN, YELLOW, RED or UNKNOWN.",
    )
    throughput = fields.Char(
        readonly=True, copy=False, help="STANDARD: 80 messages a second. HIGH: 1,000."
    )
    meta_status = fields.Char(string="Status at Meta", readonly=True, copy=False)
    daily_limit = fields.Integer(
        string="People per Day",
        readonly=True,
        copy=False,
        help="To how many people who did not write templates may be sent within 24 "
        "hours, for all numbers of the portfolio. 0: no limit.",
    )
    limit_known = fields.Boolean(readonly=True, copy=False)
    health = fields.Char(
        readonly=True, copy=False, help="AVAILABLE, LIMITED or BLOCKED."
    )
    health_note = fields.Text(
        string="What Is Wrong", readonly=True, copy=False, help="In Meta's words."
    )
    refreshed = fields.Datetime(string="As of", readonly=True, copy=False)
    refresh_error = fields.Char(readonly=True, copy=False)
    # what we count
    daily_use = fields.Integer(
        string="People Written to", compute="_compute_counts", help="In 24 hours."
    )
    daily_percent = fields.Integer(compute="_compute_counts")
    service_count = fields.Integer(
        string="Free Messages Used",
        compute="_compute_counts",
        help="Messages without a template in this month. The first 1,000 of a number "
        "are free, the others cost as much as a utility template.",
    )
    service_percent = fields.Integer(compute="_compute_counts")
    service_warning = fields.Boolean(compute="_compute_counts")
    queue_count = fields.Integer(string="In the Queue", compute="_compute_counts")
    queue_since = fields.Datetime(string="Waiting since", compute="_compute_counts")
    last_event = fields.Datetime(
        string="Last Sign of Meta", compute="_compute_last_event"
    )

    # === COUNTING === #

    def _compute_counts(self):
        now = fields.Datetime.now()
        used = self._daily_people(now)
        free = self._service_messages(now)
        waiting = self._waiting(now)
        for account in self:
            account.daily_use = used.get(account._portfolio(), 0)
            limit = account.daily_limit
            account.daily_percent = limit and 100 * account.daily_use // limit
            count = free.get(account.id, 0)
            account.service_count = count
            account.service_percent = 100 * count // number_health.FREE_MESSAGES
            account.service_warning = count >= number_health.FREE_WARNING
            account.queue_count, account.queue_since = waiting.get(
                account.id, (0, False)
            )

    def _compute_last_event(self):
        for account in self:
            # sudo: when anything came, for whoever may see the number
            events = self.env["debt.whatsapp.event"].sudo()
            last = events.search(
                [("app_id", "=", account.app_id.id)], order="id desc", limit=1
            )
            account.last_event = last.received

    def _daily_people(self, now):
        """Return {portfolio: people who got a template within 24 hours}.

        Meta counts them for a portfolio; those who had written themselves lately are
        counted here, too, to be on the safe side.
        """
        if not self:
            return {}
        self._flush_messages()
        portfolios = tuple(account._portfolio() for account in self)
        rows = self.env.execute_query(
            SQL(
                """
            SELECT COALESCE(account.portfolio, account.waba_id),
                   COUNT(DISTINCT conversation.identity_id)
              FROM debt_whatsapp_account account
              JOIN debt_whatsapp_message message ON message.account_id = account.id
              JOIN debt_whatsapp_conversation conversation
                ON conversation.id = message.conversation_id
             WHERE COALESCE(account.portfolio, account.waba_id) IN %s
               AND message.claimed > %s AND message.claimed <= %s
               AND message.direction = 'out' AND message.kind = 'template'
               AND message.state IN %s
             GROUP BY 1
                """,
                portfolios,
                now - timedelta(hours=24),
                now,
                LEFT,
            )
        )
        return dict(rows)

    def _service_messages(self, now):
        """Return {account id: messages without template that left in this month}."""
        if not self:
            return {}
        self._flush_messages()
        counts = {}
        for zone, accounts in self.grouped(lambda a: a.company_id.debt_tz).items():
            local = pytz.utc.localize(now).astimezone(pytz.timezone(zone or "UTC"))
            first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            first = first.tzinfo.localize(first.replace(tzinfo=None))
            counts |= self.env.execute_query(
                SQL(
                    """
                SELECT account_id, COUNT(*) FROM debt_whatsapp_message
                 WHERE account_id IN %s AND claimed >= %s AND claimed <= %s
                   AND direction = 'out' AND kind <> 'template' AND state IN %s
                 GROUP BY account_id
                    """,
                    tuple(accounts.ids),
                    first.astimezone(pytz.utc).replace(tzinfo=None),
                    now,
                    LEFT,
                )
            )
        return counts

    def _waiting(self, now):
        """Return {account id: (messages that could leave, since when the first)}."""
        if not self:
            return {}
        self._flush_messages()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT account_id, COUNT(*), MIN(GREATEST(moment, next_try))
              FROM debt_whatsapp_message
             WHERE account_id IN %s AND state = 'queued'
               AND (next_try IS NULL OR next_try <= %s)
             GROUP BY account_id
                """,
                tuple(self.ids),
                now,
            )
        )
        return {account: (count, since) for account, count, since in rows}

    def _flush_messages(self):
        self.env["debt.whatsapp.account"].flush_model(["portfolio", "waba_id"])
        self.env["debt.whatsapp.conversation"].flush_model(["identity_id"])
        self.env["debt.whatsapp.message"].flush_model()

    def _people_a_day(self):
        """Return to how many people who did not write the portfolio may write in 24
        hours; 0 where there is no limit or nobody knows it."""
        self.ensure_one()
        account = self.sudo()  # sudo: what Meta allows, for whoever sends
        return account.daily_limit if account.limit_known else 0

    # === ASKING META === #

    def action_refresh(self):
        """Ask Meta how the numbers do."""
        self.check_access("write")
        for account in self.sudo():  # sudo: what Meta says is the product's to write
            account._refresh(fields.Datetime.now())

    @api.model
    def _cron_refresh(self):
        """Ask Meta how all numbers do, once an hour."""
        accounts = self.search([("state", "in", ("ready", "suspended"))])
        self.env["ir.cron"]._commit_progress(remaining=len(accounts))
        for account in accounts:
            try:
                with self.env.cr.savepoint():
                    account._refresh(fields.Datetime.now())
            except Exception:
                # one number does not stop the others
                _logger.exception("WhatsApp number %s was not refreshed", account.id)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _refresh(self, now):
        """Read what Meta knows of a number, and clear a breaker that proved itself.

        :param now: naive UTC moment
        """
        self.ensure_one()
        try:
            number, waba = self._ask_meta()
        except GraphTrouble as error:
            self.refresh_error = str(error)
            if isinstance(error, GraphError):
                self._on_error(error.kind, error, now)
            return
        self.write({**self._number_values(number, waba), "refreshed": now})
        if self.breaker_since and self._breaker_state(now) == breaker.CLOSED:
            self._resume(self.env._("a message left again."))

    def _ask_meta(self):
        """Return what Meta says of the number, and of its business account."""
        client = self._client()
        number = client.call(
            "GET", self.phone_number_id, params={"fields": ",".join(NUMBER_FIELDS)}
        )
        waba = client.call(
            "GET", self.waba_id, params={"fields": ",".join(WABA_FIELDS)}
        )
        return number, waba

    def _number_values(self, number, waba):
        """Return the fields of a number that Meta's answers fill."""
        limit = account_update.limit(
            number.get("whatsapp_business_manager_messaging_limit")
        )
        throughput = number.get("throughput")
        healths = [number.get("health_status"), waba.get("health_status")]
        health, note = account_update.health(healths)
        values = {
            "phone": number.get("display_phone_number") or self.phone,
            "verified_name": number.get("verified_name"),
            "name_status": number.get("name_status"),
            "quality": number.get("quality_rating"),
            "throughput": throughput.get("level")
            if isinstance(throughput, dict)
            else False,
            "meta_status": number.get("status"),
            "health": health,
            "health_note": note,
            "refresh_error": False,
        }
        if limit is not None:
            values |= {"daily_limit": limit, "limit_known": True}
        owner = waba.get("owner_business_info")
        new = self.state == "draft" and not self.portfolio
        if new and isinstance(owner, dict) and owner.get("id"):
            values["portfolio"] = str(owner["id"])
        return values

    # === WHAT META TELLS === #

    def _on_update(self, field, value, now):
        """Take in what a webhook says of the business account or its numbers.

        :param field: name of the field of the webhook, see ``logic.account_update``
        :param value: its value
        :param now: naive UTC moment
        """
        news = account_update.read(field, value)
        for account in self.sudo():  # sudo: the state of the number is the product's
            if not account._concerns(value):
                continue
            known = {
                name: content
                for name, content in news.values.items()
                if name in account._fields
            }
            if "daily_limit" in known:
                known["limit_known"] = True
            if known:
                account.write(known)
            if news.stops:
                account._stop("restriction", news.text, news.until or False, now)
            elif news.resumes:
                account._resume(news.text)
            else:
                text = self.env._(
                    "Meta says (%(field)s): %(text)s", field=field, text=news.text
                )
                account._tell(text, urgent=news.urgent)

    def _concerns(self, value):
        """Return whether a webhook of the business account is about this number."""
        self.ensure_one()
        named = value.get("display_phone_number") if isinstance(value, dict) else None
        own = "".join(filter(str.isdigit, self.phone or ""))
        digits = "".join(filter(str.isdigit, str(named or "")))
        return not (digits and own) or digits == own

    def action_open_app(self):
        """Open the application of the number."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "debt.whatsapp.app",
            "res_id": self.app_id.id,
            "view_mode": "form",
        }
