from datetime import timedelta
from random import Random
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import config, file_open, mute_logger

from ..models.account import debt_whatsapp_breaker_mixin as breaker_mixin
from ..tools.graph_client import GraphError, NotSent
from .common import NOON, WA_ID, WhatsappCommon
from .fake_graph import APP_ID, APP_SECRET, PHONE_NUMBER, TOKEN, WABA

MINUTE = timedelta(minutes=1)
AUTHORS = ("strategy", "bot", "agent")


@freeze_time(NOON)
@tagged("post_install", "-at_install")
class TestWhatsappAccount(WhatsappCommon):
    """A number: who may see its secrets, when it is silent, what Meta tells of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("wa_manager", "debt_collection.group_debt_manager")
        cls.boss = cls.new_user(
            "wa_boss", "debt_collection.group_debt_manager,base.group_system"
        )
        cls.meta = cls.account.sudo()  # sudo: the product itself

    def silent(self, now=NOON, account=None):
        account = (account or self.account).with_user(self.agent)
        return [account._why_silent(author, now) for author in AUTHORS]

    def message(self, **values):
        """Return a message of the number to a customer, as the sender leaves it."""
        identities = self.env["debt.whatsapp.identity"].sudo()
        phone = values.pop("phone", WA_ID)
        account = values.pop("account", self.account)
        identity = identities.search(
            [("wa_id", "=", phone), ("portfolio", "=", account._portfolio())]
        ) or identities.create({"portfolio": account._portfolio(), "wa_id": phone})
        conversations = self.env["debt.whatsapp.conversation"].sudo()
        key = [
            ("identity_id", "=", identity.id),
            ("account_id", "=", account.id),
        ]
        conversation = conversations.search(key) or conversations.create(
            {"identity_id": identity.id, "account_id": account.id}
        )
        return (
            self.env["debt.whatsapp.message"]
            .sudo()
            .create(
                {
                    "conversation_id": conversation.id,
                    "account_id": account.id,
                    "company_id": self.company.id,
                    "direction": "out",
                    "author": "strategy",
                    "kind": "template",
                    "state": "sent",
                    "moment": NOON,
                    "claimed": NOON,
                    **values,
                }
            )
        )

    # === SECRETS === #

    def test_a_number_speaks_to_its_meta(self):
        account = self.account.with_user(self.agent)
        text = {
            "messaging_product": "whatsapp",
            "to": WA_ID,
            "type": "text",
            "text": {"body": "Hola"},
        }
        account._client().send(account.phone_number_id, text)
        self.assertEqual(self.graph.sent, [text])
        self.assertEqual(self.graph.asked[0].node, f"{PHONE_NUMBER}/messages")

    def test_secrets_are_for_administrators(self):
        for record, names in (
            (self.account, ["token"]),
            (
                self.app,
                ["app_secret", "app_secret_old", "verify_token", "url_key", "base_url"],
            ),
        ):
            for name in names:
                with self.subTest(name=name):
                    for user in (self.agent, self.manager):
                        own = record.with_user(user)
                        with self.assertRaises(AccessError):
                            own.read([name])
                        with self.assertRaises(AccessError):
                            own.search([(name, "!=", False)])
                        with self.assertRaises(AccessError):
                            own.write({name: "x"})
                        self.assertNotIn(name, own.fields_get())
                    self.assertTrue(record.with_user(self.boss).read([name]))
                    if name != "base_url":
                        self.assertFalse(record.fields_get()[name]["exportable"])

    def test_a_new_token_leaves_no_trace(self):
        before = self.meta.message_ids
        self.account.with_user(self.boss).token = "EAAnewtoken0123456789"
        self.env.flush_all()
        self.assertEqual(self.meta.message_ids, before)

    def test_a_token_may_be_outside_the_database(self):
        name = f"debt_whatsapp_token_{PHONE_NUMBER}"
        with patch.dict(config.options, {name: "EAAofthefile"}):
            self.assertEqual(self.account._token(), "EAAofthefile")
            with patch.dict("os.environ", {name.upper(): "EAAoftheenvironment"}):
                self.assertEqual(self.account._token(), "EAAoftheenvironment")
        self.assertEqual(self.account._token(), TOKEN)

    def test_a_secret_is_changed_without_losing_anything(self):
        self.app.app_secret = "the new secret"
        self.assertEqual(self.app._secrets(NOON), ["the new secret", APP_SECRET])
        end = self.app.secret_old_until
        self.assertGreater(end, NOON)
        self.assertEqual(self.app._secrets(end - MINUTE)[1:], [APP_SECRET])
        self.assertEqual(self.app._secrets(end), ["the new secret"])
        self.app.name = "Other"
        self.app.app_secret = "the new secret"
        self.assertEqual(self.app.app_secret_old, APP_SECRET)
        self.app.app_secret = False
        self.app.app_secret_old = False
        self.assertEqual(self.app._secrets(NOON), [])

    def test_bad_settings_are_refused(self):
        for record, name, value in (
            (self.app, "base_url", "https://evil.example.com"),
            (self.app, "base_url", "http://graph.facebook.com"),
            (self.app, "base_url", "https://a@graph.facebook.com"),
            (self.app, "base_url", "https://graph.facebook.com/?x=1"),
            (self.app, "base_url", "https://graph.facebook.com.evil.example.com"),
            (self.app, "api_version", "v25"),
            (self.app, "api_version", "../v25.0"),
            (self.app, "api_version", "v250.0"),
            (self.app, "app_id", "my app"),
            (self.app, "public_url", "http://odoo.example.com"),
            (self.app, "public_url", "https://a@odoo.example.com"),
            (self.account, "phone_number_id", "+57 601 5551234"),
            (self.account, "waba_id", "1/2"),
            (self.account, "portfolio", "x"),
        ):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                record.sudo()[name] = value
        self.app.base_url = "https://graph.facebook.com"
        self.env["ir.config_parameter"].sudo().set_param(
            "debt_collection_whatsapp.hosts", "proxy.example.com, other.example.com"
        )
        self.app.base_url = "https://proxy.example.com"

    # === RIGHTS === #

    def test_agents_see_numbers_and_change_nothing(self):
        account = self.account.with_user(self.agent)
        self.assertEqual(account.name, "Andina")
        self.assertTrue(account.breaker)
        for write in (
            lambda: account.write({"name": "x"}),
            lambda: account.action_setup(),
            lambda: account.action_setup_check(),
            lambda: account.action_setup_test(),
            lambda: account.action_refresh(),
            lambda: account.action_resume(),
            lambda: account.action_acknowledge(),
            lambda: account._acknowledge("own_receivables", "x", NOON),
            lambda: self.app.with_user(self.agent).read(["name"]),
            # an app is that of several companies, and says where its news go
            lambda: self.app.with_user(self.manager).write({"public_url": "https://x"}),
        ):
            with self.assertRaises(AccessError):
                write()
        self.assertFalse(self.graph.asked)

    def test_not_even_managers_say_what_the_product_finds_out(self):
        account = self.account.with_user(self.manager)
        account.name = "Other"
        for name, value in (
            ("state", "draft"),
            ("breaker_since", False),
            ("quality", "GREEN"),
            ("daily_limit", 0),
            ("refreshed", NOON),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                account.write({name: value})
        values = {"name": "x", "app_id": self.app.id, "waba_id": WABA}
        with self.assertRaises(AccessError):
            account.create({**values, "phone_number_id": "12345678", "state": "ready"})
        with self.assertRaises(AccessError):
            account.setup_ids.create(
                {"account_id": account.id, "code": "loop", "sequence": 1}
            )

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "wa_stranger", "debt_collection.group_debt_manager", company=other
        )
        accounts = self.env["debt.whatsapp.account"].with_user(stranger)
        self.assertFalse(accounts.search([]))
        for record in (self.account, self.meta.acknowledgement_ids):
            with self.assertRaises(AccessError):
                record.with_user(stranger).read(["company_id"])
        with self.assertRaises(AccessError):
            self.account.with_user(stranger).action_refresh()
        wizard = self.env["debt.whatsapp.resume.wizard"].with_user(stranger)
        self.meta._on_error("auth", GraphError(190), NOON)
        wizard = wizard.create({"account_id": self.account.id, "reason": "x"})
        with self.assertRaises(AccessError):
            wizard.action_confirm()
        self.assertEqual(self.account.state, "suspended")
        mine = self.new_account(
            other, phone_number_id="22233344455", waba_id="99887766"
        )
        self.assertEqual(accounts.search([]), mine)
        self.assertEqual(accounts._of_company(other), mine)

    def test_the_number_of_a_company(self):
        accounts = self.env["debt.whatsapp.account"]
        second = self.new_account(phone_number_id="22233344455", waba_id=WABA)
        self.assertEqual(accounts._of_company(self.company), self.account)
        self.meta.state = "suspended"
        self.assertEqual(accounts._of_company(self.company), second)
        second.sudo().state = "draft"
        self.assertEqual(accounts._of_company(self.company), self.account)
        self.account.active = False
        self.assertFalse(accounts._of_company(self.company))

    # === WHY IT IS SILENT === #

    def test_a_number_that_is_ready_speaks(self):
        self.assertEqual(self.silent(), [None] * 3)

    def test_only_who_tests_speaks_before_it_is_ready(self):
        self.meta.state = "draft"
        self.assertEqual(self.silent(), ["not_ready"] * 3)
        self.meta.state = "testing"
        self.assertEqual(self.silent(), ["not_ready", "not_ready", None])
        self.meta.state = "ready"
        self.app.active = False
        self.assertEqual(self.silent(), ["not_ready"] * 3)

    def test_without_the_policy_nothing_leaves(self):
        second = self.new_account(
            phone_number_id="22233344455", waba_id=WABA, role=None
        )
        self.assertEqual(self.silent(account=second), ["not_acknowledged"] * 3)

    def test_for_others_only_people_write(self):
        self.account.with_user(self.manager)._acknowledge("third_party", "x", NOON)
        self.assertEqual(self.silent(), ["third_party", "third_party", None])
        self.assertEqual(self.account.creditor_role, "third_party")

    def test_a_new_text_of_the_policy_is_asked_for(self):
        policies = self.env["debt.whatsapp.policy"].sudo()
        new = {
            "name": "Policy",
            "date": "2027-01-01",
            "url": "https://x",
            "text": "New",
        }
        policies.create(new)
        self.assertEqual(self.silent(), ["not_acknowledged"] * 3)
        self.account.with_user(self.manager)._acknowledge("own_receivables", "x", NOON)
        self.assertEqual(self.silent(), [None] * 3)
        # also where the words of the same text change
        policies._current().text = "Newer"
        self.assertEqual(self.silent(), ["not_acknowledged"] * 3)

    def test_the_policy_is_read_before_it_is_acknowledged(self):
        account = self.new_account(
            phone_number_id="22233344455", waba_id=WABA, role=None
        )
        wizards = self.env["debt.whatsapp.acknowledge.wizard"].with_user(self.manager)
        wizard = wizards.create({"account_id": account.id})
        self.assertIn("debt collection, and bail bonds", wizard.text)
        self.assertIn("whatsappbusiness.com", wizard.url)
        for answers in (
            {},
            {"role": "own_receivables"},
            {"role": False, "has_read": True},
        ):
            wizard.write(answers)
            with self.assertRaises(UserError):
                wizard.action_confirm()
        wizard.write({"role": "own_receivables", "has_read": True})
        wizard.action_confirm()
        said = account.acknowledgement_ids
        self.assertEqual((said.user_id, said.date), (self.manager, NOON))
        self.assertEqual((said.text, said.role), (wizard.text, "own_receivables"))
        self.assertEqual(len(said.text_hash), 64)
        self.assertEqual(self.silent(account=account), [None] * 3)
        said = said.with_user(self.manager)
        for record in (said, said.sudo()):
            with self.assertRaises(UserError):
                record.write({"role": "third_party"})
            with self.assertRaises(UserError):
                record.unlink()
        with self.assertRaises(AccessError):
            said.copy()

    # === BREAKER === #

    def trouble(self, code=130429, now=NOON, times=1):
        for _time in range(times):
            error = GraphError(code, details="Too many") if code else NotSent("x")
            self.meta._on_error(error.kind, error, now)

    @mute_logger(breaker_mixin.__name__)
    def test_a_login_that_fails_suspends_the_number(self):
        self.trouble(190)
        self.assertEqual(self.account.state, "suspended")
        self.assertEqual(self.silent(NOON + timedelta(days=9)), ["breaker"] * 3)
        self.assertIn("190: Too many", self.meta.message_ids[0].body)
        self.assertIn(self.boss.partner_id, self.meta.message_ids[0].partner_ids)
        (task,) = self.meta.activity_ids
        self.assertIn("Too many", task.note)
        # the same again is told once
        self.trouble(190)
        self.assertEqual(self.meta.activity_ids, task)

    @mute_logger(breaker_mixin.__name__)
    def test_a_restriction_silences_the_number(self):
        self.trouble(131031)
        self.assertEqual(self.account.state, "ready")
        self.assertEqual(self.silent(NOON + timedelta(days=9)), ["breaker"] * 3)

    @mute_logger(breaker_mixin.__name__)
    def test_after_some_restrictions_one_message_tries_a_day_later(self):
        self.trouble(131048)
        day = NOON + timedelta(days=1)
        self.assertEqual(self.silent(day - MINUTE), ["breaker"] * 3)
        self.assertEqual(self.silent(day), [None] * 3)
        self.message(state="sending", claimed=day)
        self.assertEqual(self.silent(day), ["breaker"] * 3)
        self.trouble(131048, now=day)
        self.assertEqual(self.silent(day + timedelta(hours=23)), ["breaker"] * 3)

    @mute_logger(breaker_mixin.__name__)
    def test_too_much_at_once_is_a_pause(self):
        self.trouble(times=19)
        self.assertEqual(self.silent(), [None] * 3)
        self.trouble(code=None)
        self.assertEqual(self.silent(NOON + 14 * MINUTE), ["breaker"] * 3)
        self.assertEqual(self.account.breaker_kind, "throttle")
        self.assertFalse(self.meta.activity_ids)
        again = NOON + 15 * MINUTE
        self.assertEqual(self.silent(again), [None] * 3)
        tried = self.message(state="sending", claimed=again)
        self.assertEqual(self.silent(again), ["breaker"] * 3)
        # refused as well: another pause
        self.trouble(now=again)
        tried.write({"state": "queued", "claimed": False})
        self.assertEqual(self.silent(again + 14 * MINUTE), ["breaker"] * 3)
        # taken: all is well
        again += 15 * MINUTE
        self.message(state="accepted", claimed=again)
        self.assertEqual(self.silent(again), [None] * 3)
        self.trouble(now=again)
        self.assertFalse(self.account.breaker_since)
        self.assertEqual(len(self.account.troubles), 1)

    @mute_logger(breaker_mixin.__name__)
    def test_only_what_does_not_pass_today_moves_to_other_channels(self):
        def shut(author="strategy"):
            return self.account.with_user(self.agent)._is_shut(author, NOON)

        self.assertFalse(shut())
        self.trouble(times=20)
        self.assertFalse(shut())
        self.trouble(131048)
        self.assertTrue(shut())
        self.meta._resume("x")
        self.trouble(190)
        self.assertTrue(shut())
        self.meta._resume("x")
        self.trouble(131031)
        self.assertTrue(shut())
        self.meta._resume("x")
        self.meta._acknowledge("third_party", "x", NOON)
        self.assertTrue(shut())
        self.assertFalse(shut("agent"))
        self.meta.state = "draft"
        self.assertTrue(shut("agent"))

    def test_the_pace_to_one_person_is_no_trouble_of_the_number(self):
        self.trouble(131056, times=25)
        self.trouble(131026, times=25)
        self.assertEqual(self.silent(), [None] * 3)

    @mute_logger(breaker_mixin.__name__)
    def test_a_person_lets_it_send_again_with_a_reason(self):
        self.trouble(190)
        action = self.account.with_user(self.manager).action_resume()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"reason": "A new token"})
        )
        wizard.action_confirm()
        self.assertEqual(self.silent(), [None] * 3)
        self.assertEqual(self.account.state, "ready")
        self.assertIn("A new token", self.meta.message_ids[0].body)
        self.assertFalse(self.meta.activity_ids)
        with self.assertRaises(UserError):
            self.account.with_user(self.manager).action_resume()

    # === WHAT META TELLS === #

    def tell(self, field, value, now=NOON):
        self.account._on_update(field, value, now)

    @mute_logger(breaker_mixin.__name__)
    def test_a_violation_silences_and_meta_gives_it_back(self):
        self.tell(
            "account_update",
            {
                "event": "ACCOUNT_VIOLATION",
                "violation_info": {"violation_type": "MISLEADING"},
            },
        )
        self.assertEqual(self.silent(), ["breaker"] * 3)
        self.assertIn("MISLEADING", self.account.breaker_reason)
        self.assertTrue(self.meta.activity_ids)
        self.tell(
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
        )
        self.assertEqual(self.silent(), [None] * 3)

    def test_news_of_the_number_are_kept(self):
        second = self.new_account(
            phone_number_id="22233344455", waba_id=WABA, phone="+57 601 5550000"
        )
        both = (self.account | second).with_user(self.agent)
        both._on_update(
            "phone_number_quality_update",
            {
                "display_phone_number": "576015551234",
                "event": "FLAGGED",
                "current_limit": "TIER_250",
            },
            NOON,
        )
        self.assertEqual((self.account.quality, self.account.daily_limit), ("RED", 250))
        self.assertEqual(self.account._people_a_day(), 250)
        self.assertEqual((second.quality, second._people_a_day()), (False, 0))
        self.assertIn("FLAGGED", self.meta.message_ids[0].body)
        self.tell("account_alerts", {"alert_severity": "CRITICAL", "x": "<b>y</b>"})
        self.assertIn("&lt;b&gt;", self.meta.message_ids[0].body)
        self.assertIn("&lt;b&gt;", self.meta.activity_ids[-1:].note)

    # === BOARD === #

    def test_meta_is_asked_how_the_number_does(self):
        self.graph.fields["quality_rating"] = "YELLOW"
        self.graph.nodes[WABA]["health_status"] = {
            "can_send_message": "BLOCKED",
            "entities": [{"errors": [{"error_description": "No payment method"}]}],
        }
        account = self.account.with_user(self.manager)
        account.action_refresh()
        self.assertEqual(
            (account.quality, account.daily_limit, account.throughput, account.health),
            ("YELLOW", 2000, "STANDARD", "BLOCKED"),
        )
        self.assertEqual(account.health_note, "No payment method")
        self.assertEqual(account.refreshed, NOON)
        # what is unknown is no limit
        self.assertEqual(account._people_a_day(), 2000)

    @mute_logger(breaker_mixin.__name__)
    def test_a_refresh_that_fails_says_why(self):
        self.graph.script(190, node=PHONE_NUMBER)
        self.account.with_user(self.manager).action_refresh()
        self.assertIn("190", self.account.refresh_error)
        self.assertEqual(self.account.state, "suspended")
        self.assertFalse(self.account.refreshed)
        self.graph.script((500, "<html>"), node=PHONE_NUMBER)
        self.account.with_user(self.manager).action_refresh()
        self.assertIn("500", self.account.refresh_error)

    @mute_logger(breaker_mixin.__name__)
    def test_the_daily_job_looks_at_all_numbers(self):
        second = self.new_account(phone_number_id="22233344455", waba_id=WABA)
        self.trouble(times=20)
        self.message(claimed=NOON + 15 * MINUTE)
        job = self.env.ref("debt_collection_whatsapp.ir_cron_debt_whatsapp_refresh")
        with (
            freeze_time(NOON + timedelta(hours=1)),
            self.enter_registry_test_mode(),
        ):
            job.method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(self.account.refreshed)
        self.assertIn("100", second.refresh_error)
        self.assertFalse(self.account.breaker_since)

    def test_people_and_free_messages_are_counted(self):
        day = timedelta(days=1)
        self.message()
        self.message(state="read")
        self.message(phone="573009999999", state="sending")
        # not those: too old, not sent, not of ours, no template
        self.message(phone="573008888888", claimed=NOON - day)
        self.message(phone="573007777777", state="failed")
        self.message(phone="573006666666", direction="in", author="person")
        for state in ("sent", "read", "accepted", "failed", "cancelled"):
            self.message(phone="573005555555", kind="text", author="bot", state=state)
        self.message(kind="text", claimed=NOON - day * 1.2)  # in May
        self.message(kind="text", state="queued", claimed=False)
        self.message(kind="text", state="queued", next_try=NOON + MINUTE, claimed=False)
        account = self.account.with_user(self.agent)
        self.assertEqual(account.daily_use, 2)
        self.assertEqual(account.service_count, 3)
        self.assertEqual((account.queue_count, account.queue_since), (1, NOON))
        self.assertFalse(account.service_warning)

    def test_counts_agree_with_a_slow_look_at_each_message(self):
        random = Random(7)
        second = self.new_account(phone_number_id="22233344455", waba_id=WABA)
        other = self.new_account(
            phone_number_id="33344455566", waba_id="777777777", portfolio=False
        )
        accounts = self.account | second | other
        states = [
            *("queued", "sending", "uncertain", "accepted", "held", "sent"),
            *("delivered", "read", "failed", "cancelled", "expired"),
        ]
        for _number in range(120):
            moment = NOON - timedelta(hours=random.uniform(0, 40))
            message = self.message(
                account=random.choice(accounts),
                phone=f"57300{random.randint(1, 9):07}",
                kind=random.choice(["template", "text", "interactive"]),
                state=random.choice(states),
                moment=moment,
                claimed=random.choice([moment, moment, False]),
                next_try=random.choice([False, NOON - MINUTE, NOON + MINUTE]),
            )
            message.direction = random.choice(["out", "out", "out", "in"])
        left = ("sending", "uncertain", "accepted", "held", "sent", "delivered", "read")
        messages = self.env["debt.whatsapp.message"].sudo().search([])
        gone = messages.filtered(
            lambda m: m.direction == "out" and m.state in left and m.claimed
        )
        month = NOON.replace(day=1, hour=5)
        for account in accounts:
            of_portfolio = gone.filtered(
                lambda m, a=account: (
                    m.account_id._portfolio() == a._portfolio()
                    and m.kind == "template"
                    and NOON - timedelta(days=1) < m.claimed <= NOON
                )
            )
            free = gone.filtered(
                lambda m, a=account: (
                    m.account_id == a
                    and m.kind != "template"
                    and month <= m.claimed <= NOON
                )
            )
            waiting = messages.filtered(
                lambda m, a=account: (
                    m.account_id == a
                    and m.state == "queued"
                    and (not m.next_try or m.next_try <= NOON)
                )
            )
            since = [max(m.moment, m.next_try or m.moment) for m in waiting]
            self.assertEqual(
                (
                    account.daily_use,
                    account.service_count,
                    account.queue_count,
                    account.queue_since,
                ),
                (
                    len(of_portfolio.conversation_id.identity_id),
                    len(free),
                    len(waiting),
                    min(since, default=False),
                ),
            )
            self.assertTrue(of_portfolio and free and waiting)

    def test_the_month_is_that_of_the_company(self):
        first = NOON.replace(day=1, hour=5)  # midnight in Bogotá
        self.message(kind="text", claimed=first)
        self.message(kind="text", claimed=first - MINUTE)
        self.assertEqual(self.account.service_count, 1)

    # === COPIED DATABASES, WATCHDOG === #

    def test_a_copied_database_writes_to_nobody(self):
        key = self.app.url_key
        waits = self.message(state="queued", claimed=False)
        self.env.flush_all()
        with file_open("debt_collection_whatsapp/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual(self.silent(), ["not_ready"] * 3)
        self.assertEqual(waits.state, "cancelled")
        self.assertEqual(self.app._secrets(NOON), [])
        self.assertNotEqual(self.app.url_key, key)
        self.assertEqual(self.account._token(), "")
        # not even by a token of the configuration
        self.env["ir.config_parameter"].sudo().set_param(
            "database.is_neutralized", True
        )
        name = f"debt_whatsapp_token_{PHONE_NUMBER}"
        with patch.dict(config.options, {name: TOKEN}), self.assertRaises(GraphError):
            self.account._client().call("GET", PHONE_NUMBER)
        self.assertFalse(self.graph.asked[0].token)

    def findings(self, now=NOON):
        found = self.env["debt.finding"].sudo()._look(now)
        return {
            code: finding
            for (_company, code, _key), finding in found.items()
            if code.startswith("whatsapp")
        }

    @mute_logger(breaker_mixin.__name__)
    def test_the_watchdog_looks_at_numbers(self):
        self.assertEqual(self.findings(), {})
        self.trouble(times=20)
        self.assertEqual(self.findings(), {})  # a pause passes
        self.trouble(131031)
        self.meta.quality = "RED"
        self.app.api_version = "v21.0"
        self.message(state="accepted", claimed=NOON - timedelta(hours=3))
        self.env["debt.whatsapp.policy"].sudo()._current().text = "New"
        with freeze_time("2026-11-01 12:00:00"):
            found = self.findings()
        self.assertEqual(
            set(found),
            {
                *("whatsapp_silent", "whatsapp_quality", "whatsapp_policy"),
                "whatsapp_deaf",
            },
        )
        self.assertEqual(found["whatsapp_deaf"].values["hours"], 3)
        later = NOON.replace(month=12)
        self.assertEqual(self.findings(later)["whatsapp_version"].values["days"], 51)
        self.env["debt.finding"]._check(NOON)
        problems = self.env["debt.finding"].search([("code", "like", "whatsapp")])
        for problem in problems:
            self.assertIn("WhatsApp", problem.name)
            self.assertTrue(problem.remedy)
            action = problem.with_user(self.manager).action_show()
            self.assertEqual(action["res_id"], self.account.id)

    def test_free_messages_that_run_out_are_told(self):
        with patch.object(
            type(self.account), "_service_messages", return_value={self.account.id: 800}
        ):
            self.assertEqual(self.findings()["whatsapp_free"].values["count"], 800)
            self.env.invalidate_all()
            self.assertTrue(self.account.service_warning)

    def test_other_identifiers_begin_again(self):
        self.account.waba_id = "12345678"
        self.assertEqual(self.account.state, "draft")
        self.meta.state = "ready"
        self.account.write({"waba_id": "12345678", "name": "Same"})
        self.assertEqual(self.account.state, "ready")
        self.message()
        with self.assertRaises(UserError):
            self.account.phone_number_id = "12345678"
        with self.assertRaises(UserError):
            self.account.portfolio = "12345678"
        self.assertEqual(self.app.app_id, APP_ID)
