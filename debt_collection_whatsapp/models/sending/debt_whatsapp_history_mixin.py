import logging
from datetime import timedelta

from odoo import api, models

from ...logic import graph_error as graph
from ...tools.graph_client import GraphError, GraphTrouble

_logger = logging.getLogger(__name__)

#: After so long without a report WhatsApp is asked, once.
SILENCE = timedelta(hours=2)
#: Whoever asks so late gets no answer.
OLDEST = timedelta(days=2)
#: Messages asked about in one round of the job.
MOST = 20
#: What Meta says where an account may not ask.
NOT_FOR_US = {10, 100, 200}


class DebtWhatsappHistoryMixin(models.AbstractModel):
    """Asks what became of messages of which no report came: webhooks get lost, too."""

    _name = "debt.whatsapp.history.mixin"
    _description = "Asking about WhatsApp Messages"

    @api.model
    def _ask_history(self, now):
        """Ask about the messages of which nothing was heard for hours, each once.

        :param now: naive UTC moment
        """
        run = self.env["debt.run"]
        silent = self.search(
            [
                ("state", "in", ("accepted", "held")),
                ("wamid", "!=", False),
                ("asked", "=", False),
                ("sent_date", "<=", now - SILENCE),
                ("sent_date", ">", now - OLDEST),
                ("account_id.state", "=", "ready"),
                ("account_id.no_history", "=", False),
            ],
            order="sent_date, id",
            limit=MOST,
        )
        run._checkpoint()
        for message in silent:
            if not message.account_id.no_history:
                run._retry(lambda message=message: message._ask(now))

    def _ask(self, now):
        """Ask about one message; what Meta does not tell is left as it is."""
        run = self.env["debt.run"]
        account = self.account_id.sudo()  # sudo: its token, to use it
        self.asked = now
        run._checkpoint()
        try:
            told = list(account._client().history(account.phone_number_id, self.wamid))
        except GraphTrouble as trouble:
            self._not_told(account, trouble)
        else:
            run._checkpoint(read_committed=True)
            self._merge_statuses(account, self._reports(told), now)
        run._checkpoint()

    def _not_told(self, account, trouble):
        code = trouble.code if isinstance(trouble, GraphError) else None
        if code in NOT_FOR_US or trouble.kind == graph.CONTENT:
            account.no_history = True
        _logger.info("No history of WhatsApp message %s: %s", self.uuid, code)

    def _reports(self, told):
        """Return what Meta tells of the past of a message as reports."""
        reports = []
        for each in told:
            events = each.get("events") if isinstance(each, dict) else None
            if isinstance(events, dict):
                events = events.get("data")
            for event in events if isinstance(events, list) else ():
                if isinstance(event, dict):
                    reports.append(
                        {
                            "id": self.wamid,
                            "status": str(event.get("delivery_status") or "").lower(),
                            "timestamp": event.get("timestamp"),
                            "errors": [{"title": event.get("error_description")}],
                        }
                    )
        return reports
