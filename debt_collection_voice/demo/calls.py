"""Automatic calls of the demo company: a campaign in test mode, without any network."""

from datetime import timedelta

from odoo import SUPERUSER_ID, api

TEST_PHONE = "+57 601 555 0199"
#: Which keys are pressed in each call, who answered, how it ended.
FATES = (
    ("11", "human", "completed", 58),
    ("12", "human", "completed", 71),
    ("", "human", "no-answer", 0),
    ("3", "human", "completed", 19),
    ("", "machine_start", "completed", 6),
)
#: So many stay in the queue.
WAITING = 2


class Calls:
    """What the provider would ask and tell."""

    def __init__(self, company):
        context = {"allowed_company_ids": company.ids, "debt_one_transaction": True}
        installed = dict(company.env["res.lang"].get_installed())
        if "es_419" in installed:
            context["lang"] = "es_419"
        self.env = api.Environment(company.env.cr, SUPERUSER_ID, context)
        self.company = company.with_env(self.env)
        self.today = self.company._debt_today()
        self.noon = self.company._debt_noon(self.today)

    def tell(self):
        """Make the calls of a campaign; some are still to be made."""
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
            limit=len(FATES) + WAITING,
        )
        campaign = self.env["debt.campaign"].create(
            {
                "name": "Llamadas automáticas: primeros días de atraso",
                "company_id": self.company.id,
                "user_id": self.env.ref("debt_collection.res_users_supervisor_demo").id,
                "channel": "voice",
                "mode": "automatic",
                "in_quiet_days": True,
                "case_ids": cases.ids,
            }
        )
        if not campaign.to_send_count:
            return
        campaign.action_start()
        channel = self.env["debt.channel.voice"]
        addresses = channel._addresses(campaign.action_ids)
        for action, address in addresses.items():
            action.write({"address": address, "contact_day": self.today})
        # not the dispatch: on a weekend they would wait
        channel._send(campaign.action_ids.browse([a.id for a in addresses]), self.noon)
        calls = self.env["debt.voice.call"].search(
            [("action_id", "in", campaign.action_ids.ids)], order="id"
        )
        for number, (call, fate) in enumerate(zip(calls, FATES, strict=False)):
            self._make(call, number, *fate)

    def _make(self, call, number, keys, answered_by, status, seconds):
        moment = self.noon + timedelta(minutes=2 * number)
        sid = f"CA{number:032x}"
        call.write({"state": "calling", "claimed": moment, "calls": 1})
        call.action_id.delivery = "sending"
        told = {"AnsweredBy": answered_by}
        if status == "completed":
            call._on_answer(sid, 1, told, moment)
            for step, key in zip(("hello", "account"), keys, strict=False):
                call._on_key(sid, 1, step, {"Digits": key}, moment)
        told |= {"CallStatus": status, "CallDuration": str(seconds)}
        call._on_status(sid, 1, told, moment + timedelta(seconds=seconds))
