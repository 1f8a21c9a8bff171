import logging
import time
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.debt_collection.models.daily.debt_run import LOCK_CLASS, RETRYABLE

from ...logic.webhook_body import (
    Unreadable,
    dict_of,
    elements,
    list_of,
    text_of,
)
from ...tools.graph_client import GraphError

_logger = logging.getLogger(__name__)

#: First key of the advisory lock of an app's inbox.
INBOX_CLASS = LOCK_CLASS + 2
#: Events that are read at a time, and reports that are merged at a time.
BATCH = 100
#: For so long a report waits for its message: our own answer may not be committed yet.
UNMATCHED = timedelta(hours=24)
#: The waits between; the last one is repeated.
WAITS = (1, 5, 30, 120)
#: Seconds that the job goes on for, before it lets others work.
ROUND = 120
#: What a change can be about, beside messages.
OF_TEMPLATES = {
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
}
OF_ACCOUNTS = {
    "account_update",
    "account_alerts",
    "account_review_update",
    "business_capability_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "security",
}
DONE, IGNORED, NOT_MATCHED, FAILED = "done", "ignored", "unmatched", "failed"


class DebtWhatsappInboxMixin(models.AbstractModel):
    """Works what Meta told: in order, each update in a savepoint of its own.

    One worker at a time for each app, so that what a person writes is taken in its
    order. What fails stays with the event and loses none of the others.
    """

    _name = "debt.whatsapp.inbox.mixin"
    _description = "Inbox of WhatsApp"

    # === THE JOB === #

    @api.model
    def _cron_work(self):
        """Work the inboxes of all apps, and answer who wrote."""
        run = self.env["debt.run"]
        end = time.monotonic() + ROUND
        for app in self.env["debt.whatsapp.app"]._of_inboxes():
            with self._inbox_lock(app) as free:
                while free:
                    waits = self._work_app(app, fields.Datetime.now())
                    if waits is None or not run._may_commit():
                        break
                    if time.monotonic() > end:
                        self._wake()
                        break
                    # somebody is still writing
                    time.sleep(min(waits, 1))
        self._wake_later()

    @api.model
    def _inbox_lock(self, app):
        """Hold the inbox of an app, as a context that says whether it was free."""
        return self.env["debt.run"]._lock((INBOX_CLASS, app.id))

    @api.model
    def _work_app(self, app, now):
        """Work what an app was told until now.

        :param app: the app, whose lock is held
        :param now: naive UTC moment
        :return: seconds until who is writing gets an answer; None where nobody is
        """
        seen = self.browse()
        while events := self._due(app, now) - seen:
            for event in events:
                event._work_safely(now)
            seen |= events
        self.env["debt.whatsapp.message"]._fetch_files(app, now)
        return self.env["debt.whatsapp.conversation"]._answer_all(app, now)

    @api.model
    def _due(self, app, now):
        """Return events of an app that are to be worked, the oldest first."""
        of_app = ("app_id", "=", app.id)
        return self.search(
            [of_app, ("state", "=", "new")], order="id", limit=BATCH
        ) or self.search([of_app, ("next_try", "<=", now)], order="id", limit=BATCH)

    @api.model
    def _wake_later(self):
        """Let the job come again for the next that waits for a moment."""
        event = self.search([("next_try", "!=", False)], order="next_try, id", limit=1)
        message = self.env["debt.whatsapp.message"].search(
            [("file_state", "=", "waiting")], order="file_next, id", limit=1
        )
        moments = [m for m in (event.next_try, message.file_next) if m]
        if moments:
            soonest = fields.Datetime.now() + timedelta(minutes=1)
            self.env["debt.action"]._wake(
                "debt_collection_whatsapp.ir_cron_debt_whatsapp_inbox",
                max(min(moments), soonest),
            )

    # === ONE EVENT === #

    def _work_safely(self, now):
        """Work one event; whatever happens to it, the next one can be worked."""
        run = self.env["debt.run"]
        try:
            run._retry(lambda: self._work(now))
        except Exception as error:
            if not run._may_commit():
                raise
            self.env.cr.rollback()
            _logger.exception("WhatsApp event %s", self.id)
            self.write(
                {"state": "partial", "next_try": False, "error": repr(error)[:5000]}
            )
            run._checkpoint()

    def _work(self, now):
        """Work one event, or what was left of it, and commit.

        :param now: naive UTC moment
        """
        self.ensure_one()
        run = self.env["debt.run"]
        run._checkpoint(read_committed=True)
        if not self.try_lock_for_update():
            return
        try:
            told = list(elements(self.body))
        except Unreadable as error:
            self.write({"state": IGNORED, "error": str(error), "next_try": False})
            run._checkpoint("whatsapp_worked")
            return
        results = self._work_elements(self._to_work(told), now)
        self.write(self._worked(told, results, now))
        run._checkpoint("whatsapp_worked")

    def _to_work(self, told):
        """Return the elements that are to be worked: all, or those that were left."""
        if self.state == "new" or not self.left:
            return told
        left = {tuple(path) for path, _why in self.left or ()}
        return [element for element in told if element.path in left]

    def _work_elements(self, told, now):
        """Return [(element, result, what went wrong)]."""
        batches, last = [], None
        for element in told:
            # neighbours only: the order in which Meta told is kept
            alike = (element.kind, element.phone_number_id, element.waba_id)
            size = BATCH if element.kind == "status" else 1
            if alike != last or len(batches[-1]) == size:
                batches.append([])
            batches[-1].append(element)
            last = alike
        return [result for batch in batches for result in self._try(batch, now)]

    def _try(self, batch, now):
        """Work elements together; one by one where that fails."""
        try:
            with self.env.cr.savepoint():
                results = self._handle_all(batch, now)
                return [
                    (each, result, "")
                    for each, result in zip(batch, results, strict=True)
                ]
        except RETRYABLE:
            raise
        except Exception as error:
            if len(batch) > 1:
                return [result for each in batch for result in self._try([each], now)]
            _logger.warning("WhatsApp event %s: %s", self.id, batch[0].kind, exc_info=1)
            return [(batch[0], FAILED, f"{type(error).__name__}: {error}"[:500])]

    def _worked(self, told, results, now):
        """Return the values of an event that was worked."""
        left = [
            (list(element.path), result)
            for element, result, _error in results
            if result in (FAILED, NOT_MATCHED)
        ]
        whys = {why for _path, why in left}
        values = {
            "kind": ", ".join(sorted({element.kind for element in told}))[:200],
            "count": len(told),
            "next_try": False,
        }
        if NOT_MATCHED in whys:
            values["next_try"] = self._next_try(now)
            if not values["next_try"]:
                left = [(path, why) for path, why in left if why == FAILED]
                whys.discard(NOT_MATCHED)
        found = Counter(result for _element, result, _error in results)
        if FAILED in whys:
            state = "partial"
        elif NOT_MATCHED in whys:
            state = "unmatched"
        else:
            done_before = self.state != "new" and found[DONE] + len(results) < len(told)
            state = DONE if found[DONE] or done_before else IGNORED
        errors = [f"{e.path}: {error}" for e, _result, error in results if error]
        return {
            **values,
            "left": left or False,
            "state": state,
            "error": "\n".join(errors)[:5000] or False,
        }

    def _next_try(self, now):
        """Return when reports of unknown messages are tried again, False: never."""
        if now >= self.received + UNMATCHED:
            return False
        age = (now - self.received).total_seconds() / 60
        minutes = next((wait for wait in WAITS if wait > age), WAITS[-1])
        return now + timedelta(minutes=minutes)

    # === ONE UPDATE === #

    def _handle_all(self, batch, now):
        """Do what updates mean that belong together; return what became of each."""
        if batch[0].kind != "status":
            return [self._handle(each, now) for each in batch]
        account = self._meant(batch[0])
        if not account or not batch[0].phone_number_id:
            return [IGNORED for _each in batch]
        statuses = [each.value for each in batch]
        self.env["debt.whatsapp.identity"]._of_reports(account, statuses)
        messages = self.env["debt.whatsapp.message"]
        missing = set(map(id, messages._merge_statuses(account, statuses, now)))
        return [NOT_MATCHED if id(s) in missing else DONE for s in statuses]

    def _handle(self, element, now):
        """Do what an update means; return what became of it.

        What is not about one of our numbers is none of ours, whoever signed it.

        :raise Exception: whatever goes wrong; the caller has a savepoint
        """
        accounts = self._meant(element)
        if not accounts:
            return IGNORED
        if element.kind in OF_TEMPLATES:
            templates = self.env["debt.whatsapp.template"]
            templates._on_update(accounts, element.kind, element.value, now)
            return DONE
        if element.kind in OF_ACCOUNTS:
            accounts._on_update(element.kind, element.value, now)
            return DONE
        if not element.phone_number_id:
            return IGNORED
        handler = {
            "message": self._on_message,
            "error": self._on_error,
            "user_preferences": self._on_preferences,
        }.get(element.kind)
        return handler(accounts, element, now) if handler else IGNORED

    def _meant(self, element):
        """Return the numbers of this app that an update is about.

        The one that it names, else all of its business account.
        """
        waba_id, number = element.waba_id, element.phone_number_id
        accounts = self.app_id.with_context(active_test=False).account_ids
        return accounts.filtered(
            lambda account: (
                waba_id
                and account.waba_id == waba_id
                and number in ("", account.phone_number_id)
            )
        )

    def _on_message(self, account, element, now):
        message = self.env["debt.whatsapp.message"]._take_in(
            account, element, self.received, now
        )
        return DONE if message else IGNORED

    def _on_error(self, account, element, now):
        told = element.value
        code = told.get("code")
        error = GraphError(
            code if isinstance(code, int) else None,
            details=text_of(dict_of(told.get("error_data")).get("details")),
            message=text_of(told.get("message")) or text_of(told.get("title")),
        )
        account._on_error(error.kind, error, now)
        return DONE

    def _on_preferences(self, account, element, now):
        """Note who wants no marketing, or wants it again."""
        identities = self.env["debt.whatsapp.identity"]
        for told in map(dict_of, list_of(element.value.get("user_preferences"))):
            if text_of(told.get("category")) != "marketing_messages":
                continue
            contacts = map(dict_of, list_of(element.value.get("contacts")))
            wa_id, bsuid = text_of(told.get("wa_id")), text_of(told.get("user_id"))
            contact = next(
                (
                    each
                    for each in contacts
                    if (wa_id and text_of(each.get("wa_id")) == wa_id)
                    or (bsuid and text_of(each.get("user_id")) == bsuid)
                ),
                {},
            )
            contact = {"wa_id": wa_id, "user_id": bsuid, **contact}
            identity = identities._of_contact(account, contact, {})
            wish = {"stop": "withdrawn", "resume": "given"}.get(
                text_of(told.get("value"))
            )
            if identity and wish:
                identity._say(
                    wish,
                    account,
                    source="WhatsApp: user_preferences",
                    wording=text_of(told.get("detail")),
                    purpose="marketing",
                )
        return DONE
