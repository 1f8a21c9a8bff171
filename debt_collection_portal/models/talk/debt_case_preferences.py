from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize

from ...logic.contact_wish import FIRST_HOUR, LAST_HOUR, leaves_enough
from .debt_change_request import FIELDS

#: Characters of a datum of a contact.
MOST = 128
#: Decisions of the contact policies after which a channel is not used.
CLOSED = ("opted_out", "no_consent")


class DebtCase(models.Model):
    """How customers want to be contacted, and who of them."""

    _inherit = "debt.case"

    change_request_ids = fields.One2many("debt.change.request", "case_id")

    def _absorb(self, lost):
        # sudo: what customers asked goes on with the case, whoever merges them
        requests = self.env["debt.change.request"].sudo()
        requests.search([("case_id", "in", lost.ids)]).case_id = self
        return super()._absorb(lost)

    def _portal_people(self):
        """Return the customer, and its people that can be changed on the page."""
        customer = self.partner_id
        people = customer.child_ids.filtered(
            lambda person: not person.is_company and person._debt_debtors() == customer
        )
        return customer | people

    def _portal_wishers(self, visit):
        """Return for whom wishes hold: who acts, and who gets our messages."""
        return visit.person | self.partner_id._debt_payer()

    # === LANGUAGE, HOURS, PREFERRED CHANNEL === #

    def _portal_prefer(self, visit, values):
        """Keep how the customer wants to be contacted.

        :param visit: the ``Visit``
        :param values: ``lang``, ``channel``, ``start``, ``end`` and ``days``; an
            unknown lang or channel changes nothing
        :raise UserError: in words for the customer
        """
        self.ensure_one()
        people = self._portal_wishers(visit)
        start, end, days = values["start"], values["end"], values["days"]
        any_hour = not start and not end
        if not any_hour and not (
            FIRST_HOUR <= start <= LAST_HOUR
            and FIRST_HOUR <= end <= LAST_HOUR
            and leaves_enough(start, end)
        ):
            raise UserError(
                self.env._(
                    "Leave us at least two hours between 8:00 and 18:00, or choose any "
                    "hour."
                )
            )
        known = days in self._portal_choices("debt_days")
        wishes = {"debt_days": days if known else False}
        if values["channel"] in self._portal_choices("debt_channel"):
            wishes["debt_channel"] = values["channel"]
        # hours that were agreed in a document are changed by another one
        free = people.filtered(lambda person: not person.debt_hours_agreed)
        self._portal_said(visit, text=self.env._("Preferences on the page"))
        people.write(wishes)
        free.write({"debt_hours_from": start, "debt_hours_to": end})
        self._portal_speak(visit, values["lang"])
        self._message_log(
            body=self.env._(
                "The customer changed on their page how they want to be contacted."
            )
        )

    def _portal_choices(self, name):
        """Return {value: words} of a choice of ``res.partner``."""
        field = self.env["res.partner"]._fields[name]
        return dict(field._description_selection(self.env))

    def _portal_speak(self, visit, lang):
        """Change the language of a user at once, of others as a request."""
        if lang not in dict(self.env["res.lang"].get_installed()):
            return
        if visit.way == "login":
            visit.person.lang = lang
        elif lang != self.partner_id.lang:
            self._portal_request(visit, "change", self.partner_id, {"lang": lang})

    # === CHANNELS === #

    def _portal_channels(self):
        """Return the channels of automatic messages, and whether they are closed.

        :return: [(code, name, closed)]
        """
        payer, found = self.partner_id._debt_payer(), []
        for code, name in self.env["debt.action"]._channels():
            channel = self.env.get(f"debt.channel.{code}")
            if (
                channel is not None
                and channel._track == "message"
                and channel._contact_group in ("message", "voice")
            ):
                verdict, _binds = self._judge_contact(code, payer)
                found.append((code, name, verdict.decision.reason in CLOSED))
        return found

    def _portal_wish(self, visit, code, wanted, wording):
        """Record that the customer wants no more messages on a channel, or does again.

        It holds for everybody of the customer, towards this company.

        :param visit: the ``Visit``
        :param code: of a channel of ``_portal_channels``
        :param bool wanted: whether they want it
        :param wording: what they agreed to, as the page says it
        :raise UserError: for a channel that is none of these
        """
        self.ensure_one()
        names = {code: name for code, name, _closed in self._portal_channels()}
        if code not in names:
            raise UserError(self.env._("Choose one of the channels."))
        consents = self.env["debt.contact.consent"]
        record = consents._agree if wanted else consents._withdraw
        action = self._portal_said(
            visit,
            text=f"{names[code]}: {wording}",
            purpose="opt_out" if code == "email" and not wanted else "reply",
        )
        record(
            False,
            code,
            self.env._("Customer's page"),
            self.company_id,
            partner_id=self.partner_id.commercial_partner_id.id,
            way="portal",
            wording=wording,
            ip=visit.ip,
        )
        if action.purpose == "opt_out":
            action._follow_up(
                "opt_out_call",
                self.company_id._debt_today(),
                self._debt_agent(),
                channel="call",
            )

    # === PEOPLE === #

    def _portal_request(self, visit, kind, contact, values):
        """Ask to add, correct or remove a contact of the customer.

        :param visit: the ``Visit``
        :param kind: "add", "change" or "remove"
        :param contact: one of ``_portal_people``; empty for one to be added
        :param values: {field: what is wanted}; others than ``FIELDS`` do not count
        :return: the request
        :raise UserError: in words for the customer
        """
        self.ensure_one()
        wanted = self._portal_wished(kind, contact, values)
        same = self.change_request_ids.filtered(
            lambda request: (
                request.state == "open"
                and request.kind == kind
                and request.contact_id == contact
                and (request.wanted or {}) == wanted
            )
        )
        if same:
            return same[:1]
        self._portal_said(visit, text=self.env._("Wants contact data changed"))
        request = self.env["debt.change.request"].create(
            {
                "case_id": self.id,
                "kind": kind,
                "contact_id": contact.id,
                "contact_name": contact.name or wanted.get("name"),
                "wanted": wanted,
                "before": {name: contact[name] or "" for name in wanted},
                "asked_by_id": visit.person.id,
                "way": visit.way,
                "ip": visit.ip,
            }
        )
        return self._portal_tell(request)

    def _portal_wished(self, kind, contact, values):
        """Return what of the values is a change that can be asked for.

        :raise UserError: in words for the customer
        """
        if kind == "remove":
            if not contact or contact == self.partner_id:
                raise UserError(self.env._("Choose the person to remove."))
            return {}
        wanted = {}
        for name in FIELDS:
            value = (values.get(name) or "").strip()[:MOST]
            # what was left empty stays as it is
            if value and value != (contact[name] or ""):
                wanted[name] = value
        if "email" in wanted and not email_normalize(wanted["email"]):
            raise UserError(self.env._("This is no e-mail address."))
        if kind == "add" and not (
            wanted.get("name") and (wanted.get("email") or wanted.get("phone"))
        ):
            raise UserError(
                self.env._("Write the name, and an e-mail address or a phone number.")
            )
        if not wanted:
            raise UserError(self.env._("Nothing is different from what we have."))
        return wanted
