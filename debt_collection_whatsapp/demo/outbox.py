"""Reminders of the demo company on WhatsApp: a campaign, without any network."""

from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields

from ..tools.graph_client import GraphError, Uncertain

TEST_PHONE = "+57 310 555 0199"
#: What Meta told of each message, one after another; words that are no reports are what
#: became of it before.
FATES = (
    ("sent", "delivered", "read"),
    ("sent", "delivered", "read"),
    ("sent", "delivered"),
    ("sent", "delivered"),
    ("sent",),
    ("sent", "failed"),
    ("uncertain",),
    ("refused",),
)
#: So many stay in the queue.
WAITING = 2
PRICING = {"billable": True, "type": "regular", "category": "utility"}


class Outbox:
    """What WhatsApp would answer, and tell later."""

    def __init__(self, company):
        context = {"allowed_company_ids": company.ids, "debt_one_transaction": True}
        if "es_419" in dict(company.env["res.lang"].get_installed()):
            context["lang"] = "es_419"
        self.env = api.Environment(company.env.cr, SUPERUSER_ID, context)
        self.company = company.with_env(self.env)
        self.today = self.company._debt_today()
        # before anybody writes
        self.start = fields.Datetime.now() - timedelta(hours=3)

    def tell(self):
        """Send the reminders of a campaign; some are still to leave."""
        self.company.debt_test_phone = self.company.debt_test_phone or TEST_PHONE
        cases = self.env["debt.case"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "open"),
                ("stage_id.stop_contact", "=", False),
                ("amount_chaseable", ">", 0),
                ("partner_id.phone", "!=", False),
            ],
            order="days_past_due, id",
            limit=len(FATES) + WAITING + 4,
        )
        campaign = self.env["debt.campaign"].create(
            {
                "name": "WhatsApp: primeros días de atraso",
                "company_id": self.company.id,
                "user_id": self.env.ref("debt_collection.res_users_supervisor_demo").id,
                "channel": "whatsapp",
                "mode": "automatic",
                "in_quiet_days": True,
                "case_ids": cases.ids,
            }
        )
        if not campaign.to_send_count:
            return
        campaign.action_start()
        channel = self.env["debt.channel.whatsapp"]
        addresses = channel._addresses(campaign.action_ids)
        for action, address in addresses.items():
            action.write({"address": address, "contact_day": self.today})
        # not the dispatch: on a weekend they would wait
        actions = campaign.action_ids.browse([action.id for action in addresses])
        self._confirm(actions[::2])
        channel._send(actions, self.start)
        messages = self.env["debt.whatsapp.message"].search(
            [("action_id", "in", actions.ids)], order="id"
        )
        for number, (message, fate) in enumerate(zip(messages, FATES, strict=False)):
            self._leave(message, number, fate)

    def _confirm(self, actions):
        """Let these customers have agreed to be written to at their number."""
        channel = self.env["debt.channel.whatsapp"]
        people = self.env["debt.whatsapp.identity"]
        for action in actions:
            account = channel._account(action)
            contact, _number, _identity = channel._whom(action, account)
            identity = people._of_partner(account, contact)
            identity._link(action.debtor_id, self.company).state = "confirmed"

    def _leave(self, message, number, fate):
        moment = self.start + timedelta(seconds=20 * number)
        message.write(
            {
                "state": "sending",
                "claimed": moment,
                "tries": 1,
                "sent_to": self.company.debt_test_phone,
            }
        )
        if fate == ("uncertain",):
            message._refused(Uncertain("ReadTimeout"), moment, left=False)
            return
        if fate == ("refused",):
            error = GraphError(132000, details="Number of parameters does not match")
            message._refused(error, moment, left=False)
            return
        wamid = f"wamid.DEMO{message.id:08}"
        message._accepted({"messages": [{"id": wamid}]}, moment)
        for minute, word in enumerate(fate):
            told = moment + timedelta(minutes=minute)
            status = {
                "id": wamid,
                "status": word,
                "timestamp": str(int(told.timestamp())),
            }
            if word == "delivered":
                status["pricing"] = PRICING
            if word == "failed":
                status["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
            message._merge_status(message.account_id, status, told)
