from datetime import UTC, datetime

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.graph_client import GraphError, GraphTrouble
from .debt_whatsapp_app import MAX_CALLBACK

#: What Meta tells us about.
SUBSCRIBED = (
    *("messages", "message_template_status_update", "message_template_quality_update"),
    *("template_category_update", "message_template_components_update"),
    *("account_update", "account_alerts", "account_review_update"),
    *("business_capability_update", "phone_number_quality_update"),
    *("phone_number_name_update", "security", "user_preferences"),
)
SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")


class NotRight(Exception):
    """A step that failed: what is wrong, and what to do."""

    def __init__(self, wrong, remedy):
        super().__init__(wrong)
        self.wrong = wrong
        self.remedy = remedy


class DebtWhatsappSetupStepsMixin(models.AbstractModel):
    """What each step of the set-up asks Meta.

    A method ``_setup_<code>`` returns what it checked or raises ``NotRight``.
    """

    _name = "debt.whatsapp.setup.steps.mixin"
    _description = "Steps of the Set-Up of a WhatsApp Number"

    def _setup_secrets(self, now):
        """Is there all that we need, and does the token last?"""
        app = self.app_id
        if not app.app_secret:
            raise NotRight(
                self.env._("The app secret is missing."),
                self.env._("Copy it from the basic settings of the app at Meta."),
            )
        if not self._token():
            raise NotRight(
                self.env._("The token is missing."),
                self.env._("Paste the permanent token of a system user."),
            )
        form = {"method": "GET", "input_token": self._token()}
        try:
            said = app._client().call("POST", "debug_token", data=form)
        except GraphError:
            # not every app may ask; what the token cannot do shows later
            return self.env._("Token and secret are there; Meta told no more of them.")
        return self._setup_token_words(said.get("data"), now)

    def _setup_token_words(self, data, now):
        """Judge what Meta says of the token."""
        data = data if isinstance(data, dict) else {}
        if data.get("is_valid") is False:
            raise NotRight(
                self.env._("Meta does not accept the token."),
                self.env._("Make a new permanent token of a system user."),
            )
        scopes = data.get("scopes")
        missing = [s for s in SCOPES if isinstance(scopes, list) and s not in scopes]
        if missing:
            raise NotRight(
                self.env._(
                    "The token lacks permissions: %(names)s", names=", ".join(missing)
                ),
                self.env._("Make the token again, with both permissions."),
            )
        expires = data.get("expires_at")
        if isinstance(expires, int) and expires > 0:
            end = datetime.fromtimestamp(expires, UTC).replace(tzinfo=None)
            raise NotRight(
                self.env._(
                    "The token ends on %(date)s: it is a temporary one.",
                    date=format_date(self.env, end),
                ),
                self.env._("Make a permanent token of a system user; it never ends."),
            )
        return self.env._("Token and secret are accepted; the token does not end.")

    def _setup_version(self, now):
        """Does Meta still answer our version?"""
        version = self.app_id.api_version
        lives = self._client().version_lives()
        if lives is None:
            raise NotRight(
                self.env._("Meta did not answer."), self._setup_look_at_network()
            )
        if not lives:
            raise NotRight(
                self.env._("Meta does not know version %s any more.", version),
                self.env._("Choose a newer version in the application."),
            )
        end = self.env["debt.whatsapp.version"]._end_of(version)
        if end:
            return self.env._(
                "Version %(version)s is answered until %(date)s.",
                version=version,
                date=format_date(self.env, end),
            )
        return self.env._("Version %s is answered.", version)

    def _setup_number(self, now):
        """Is the number there, and how does it do?"""
        number, waba = self._ask_meta()
        self.write({**self._number_values(number, waba), "refreshed": now})
        return self.env._(
            "%(phone)s, %(name)s; quality %(quality)s",
            phone=self.phone,
            name=self.verified_name,
            quality=self.quality,
        )

    def _setup_waba(self, now):
        """Is the number one of the business account?"""
        numbers = self._client().pages(f"{self.waba_id}/phone_numbers")
        if not any(str(n.get("id")) == self.phone_number_id for n in numbers):
            raise NotRight(
                self.env._("The number is not one of this business account."),
                self.env._("Copy both identifiers from the same page of Meta."),
            )
        return self.env._("The number is one of business account %s.", self.waba_id)

    def _setup_webhook(self, now):
        """Tell Meta where the app hears it."""
        app = self.app_id
        url = self._setup_callback()
        if app.callback != "app":
            return self.env._("The address of the app stays that of another database.")
        app._client().call(
            "POST",
            f"{app.app_id}/subscriptions",
            data={
                "object": "whatsapp_business_account",
                "callback_url": url,
                "verify_token": app.verify_token,
                "fields": ",".join(SUBSCRIBED),
            },
        )
        return self.env._("Meta called this database at its address, and was answered.")

    def _setup_subscription(self, now):
        """Ask for the messages of this business account, at this address if shared."""
        app = self.app_id
        override = {
            "override_callback_uri": self._setup_callback(),
            "verify_token": app.verify_token,
        }
        body = override if app.callback == "waba" else {}
        client = self._client()
        client.call("POST", f"{self.waba_id}/subscribed_apps", json=body)
        if app.callback == "number":
            client.call(
                "POST", self.phone_number_id, json={"webhook_configuration": override}
            )
        return self.env._("Messages of this account are sent to this database.")

    def _setup_callback(self):
        url = self.app_id._callback_url()
        if not url.startswith("https://"):
            raise NotRight(
                self.env._("Meta only calls addresses with https."),
                self.env._("Enter the public address of this database in the app."),
            )
        if len(url) > MAX_CALLBACK:
            raise NotRight(
                self.env._("The address is longer than Meta takes."),
                self.env._("Enter a shorter public address in the app."),
            )
        return url

    def _setup_identity(self, now):
        """Let Meta tell when a number of a customer changes hands."""
        self._client().call(
            "POST",
            f"{self.phone_number_id}/settings",
            json={"user_identity_change": {"enable_identity_key_check": True}},
        )
        return self.env._("A number that changed hands gets no balance of others.")

    def _setup_policy(self, now):
        """Did somebody read the policy in force?"""
        if not self._acknowledged_role():
            raise NotRight(
                self.env._("Nobody has read the policy in force."),
                self.env._("Read it, and say whose receivables you collect."),
            )
        return self.acknowledgement_ids[:1].display_name

    def _setup_loop(self, now):
        """Has a message gone the whole way, and did Meta's report arrive?"""
        last = self.env["debt.whatsapp.message"].search(
            [
                ("account_id", "=", self.id),
                ("direction", "=", "out"),
                ("state", "not in", ("draft", "queued", "cancelled", "expired")),
            ],
            order="id desc",
            limit=1,
        )
        if last.state in ("sent", "delivered", "read"):
            return self.env._("A message left, and Meta reported on it.")
        if not last:
            raise NotRight(
                self.env._("Nothing was sent yet."),
                self.env._(
                    "Write any text from your mobile to %(phone)s on WhatsApp, then "
                    "press Send Test.",
                    phone=self.phone,
                ),
            )
        if last.state == "failed":
            raise NotRight(
                self.env._("The message failed: %(error)s", error=last.error),
                self.env._("Solve it, then press Send Test again."),
            )
        raise NotRight(
            self.env._("A message left; Meta's report has not arrived yet."),
            self.env._(
                "Wait a minute and check again. If nothing comes, Meta does not reach "
                "the address of the webhook."
            ),
        )

    # === THE TEST MESSAGE === #

    def _setup_send(self, user, now):
        """Send a message to the user at once: text while their window is open, else an
        approved template that needs nothing filled in."""
        self.ensure_one()
        if self.state not in ("testing", "ready"):
            raise UserError(self.env._("Go through the other steps first."))
        people = self.env["debt.whatsapp.identity"]
        identity = people._of_partner(self, user.partner_id)
        if not identity:
            raise UserError(
                self.env._("Enter your own mobile number in your contact first.")
            )
        conversation = self.env["debt.whatsapp.conversation"]._of(self, identity)
        until = conversation.window_until
        if until and now < until:
            body = self.env._("Test: this number works with Odoo.")
            content = {"type": "text", "text": {"body": body}}
        else:
            body, content = self._setup_template()
        message = self.env["debt.whatsapp.message"].create(
            {
                "conversation_id": conversation.id,
                "account_id": self.id,
                "company_id": self.company_id.id,
                "direction": "out",
                "author": "agent",
                "user_id": user.id,
                "kind": content["type"],
                "body": body,
                "content": content,
                "state": "sending",
                "moment": now,
                "claimed": now,
            }
        )
        try:
            answer = self._client().send(self.phone_number_id, message._payload(now))
        except GraphTrouble as trouble:
            message.write(
                {
                    "state": "failed",
                    "failed_date": now,
                    "error_class": trouble.kind,
                    "error": str(trouble),
                }
            )
            return
        message.write({"state": "accepted", "wamid": answer["messages"][0]["id"]})

    def _setup_template(self):
        """Return (words, content) of an approved template without anything to fill in.

        :raise UserError: where there is none: the person has to write first
        """
        templates = self._client().pages(
            f"{self.waba_id}/message_templates",
            {"fields": "name,language,status,components"},
        )
        for template in templates:
            approved = str(template.get("status")).upper() == "APPROVED"
            if approved and "{{" not in str(template.get("components")):
                name, lang = template.get("name"), template.get("language")
                element = {"name": name, "language": {"code": lang}}
                return name, {"type": "template", "template": element}
        raise UserError(
            self.env._(
                "Write any text from your mobile to %(phone)s on WhatsApp, then press "
                "Send Test again: Meta only lets us answer.",
                phone=self.phone,
            )
        )
