from datetime import timedelta

import phonenumbers

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.graph_client import GraphTrouble

#: WhatsApp says "undeliverable" also for a telephone that is off for weeks: twice, with
#: this time between, means that nobody is there.
STRIKE_GAP = timedelta(days=7)
STRIKES = 2


class DebtWhatsappIdentity(models.Model):
    _inherit = "debt.whatsapp.identity"

    strikes = fields.Integer(
        readonly=True, help="How often nobody was there, with a week between."
    )
    last_strike = fields.Datetime(readonly=True)
    blocked = fields.Datetime(
        string="Blocked on",
        readonly=True,
        help="A manager let WhatsApp take nothing from this person any more. Nothing "
        "is sent to them here either.",
    )

    def _strike(self, now):
        """Note that WhatsApp could not bring something to this person.

        :param now: naive UTC moment
        """
        self.ensure_one()
        if self._heard_since(self.last_strike):
            self.strikes = 0
        if not self.strikes or now - self.last_strike >= STRIKE_GAP:
            self.write({"strikes": self.strikes + 1, "last_strike": now})

    def _heard_since(self, moment):
        """Return whether the person wrote, or got something, since a moment."""
        if not moment:
            return True
        last = [c.last_inbound for c in self.conversation_ids if c.last_inbound]
        return any(inbound > moment for inbound in last)

    def _is_unreachable(self):
        """Return whether nobody is there; whoever writes is there again."""
        gone = self.strikes >= STRIKES and not self._heard_since(self.last_strike)
        return gone or bool(self.blocked)

    # === BLOCKED === #

    def action_block(self):
        """Let WhatsApp take nothing from this person any more: for managers.

        :raise UserError: where WhatsApp does not do it
        """
        self._ask_to_block("POST", fields.Datetime.now())

    def action_unblock(self):
        """Let this person write again: for managers; see ``action_block``."""
        self._ask_to_block("DELETE", False)

    def _ask_to_block(self, verb, blocked):
        """Ask Meta on each number of ours with which somebody talks."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("debt_collection.group_debt_manager"):
            raise AccessError(self.env._("Only managers block somebody."))
        person = self.sudo()  # sudo: the right was checked; the token is the system's
        accounts = person.conversation_ids.account_id
        if not accounts:
            raise UserError(self.env._("This person never wrote to a number of yours."))
        user = person.wa_id or person.bsuid or (person.phone or "").lstrip("+")
        told = {"messaging_product": "whatsapp", "block_users": [{"user": user}]}
        for account in accounts:
            try:
                node = f"{account.phone_number_id}/block_users"
                account._client().call(verb, node, json=told)
            except GraphTrouble as trouble:
                raise UserError(
                    self.env._("WhatsApp did not do it: %(error)s", error=str(trouble))
                ) from trouble
        person.blocked = blocked
        who = {"user": self.env.user.name, "person": person.display_name}
        person.link_ids.filtered(lambda link: link.state != "wrong_person")._tell(
            self.env._("%(user)s blocked %(person)s on WhatsApp.", **who)
            if blocked
            else self.env._("%(user)s lets %(person)s write on WhatsApp again.", **who)
        )

    def _learn_answer(self, account, answer):
        """Take the number as WhatsApp writes it, which may not be as we write it.

        :param account: the number of ours
        :param dict answer: of WhatsApp to a message to this person
        """
        self.ensure_one()
        contacts = answer.get("contacts")
        contact = contacts[0] if isinstance(contacts, list) and contacts else {}
        wa_id = contact.get("wa_id") if isinstance(contact, dict) else None
        if isinstance(wa_id, str) and wa_id and not self.wa_id:
            self._known_as(account, "", wa_id)

    def _country(self):
        """Return the country of the number, for the price; empty where unknown."""
        self.ensure_one()
        code = False
        if number := self.wa_id or (self.phone or "").lstrip("+"):
            try:
                parsed = phonenumbers.parse(f"+{number}")
                code = phonenumbers.region_code_for_number(parsed)
            except phonenumbers.NumberParseException:
                code = False
        elif self.bsuid:
            code = self.bsuid.partition(".")[0]
        countries = self.env["res.country"]
        return countries.search([("code", "=", code)], limit=1) if code else countries
