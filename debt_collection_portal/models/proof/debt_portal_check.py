import secrets
from dataclasses import dataclass
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL, consteq
from odoo.tools.misc import hmac

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.logic import identity_proof
from odoo.addons.debt_collection.models.contact.debt_link import PAY_LINK_DAYS

from ...logic import check

_SCOPE = "debt_collection_portal.check"
#: The key of the lock under which answers to one account are judged: "prov" in ASCII.
LOCK = 0x70726F76
#: Who of a customer may get a code: who pays, beside the customer itself.
PLACES = 6


@dataclass(frozen=True)
class Place:
    """Where a code can go.

    :param channel: "email" or "sms"
    :param address: normalized; only its masked form is shown
    :param partner: whose it is
    """

    channel: str
    address: str
    partner: Any

    @property
    def masked(self):
        if self.channel == "email":
            return check.masked_email(self.address)
        return check.masked_phone(self.address)


class DebtPortalCheck(models.Model):
    """What was tried behind the links of an account: answers, and codes that left.

    Wrong answers are counted for the account, whoever tries from wherever, and
    forgotten when no link of then is valid any more.
    """

    _name = "debt.portal.check"
    _description = "Check behind a Link"
    _order = "id desc"
    _log_access = False

    case_id = LooseMany2one("debt.case", required=True, readonly=True)
    company_id = LooseMany2one("res.company", required=True, readonly=True)
    moment = fields.Datetime(required=True, readonly=True)
    kind = fields.Selection(
        [
            ("right", "Right Answer"),
            ("wrong", "Wrong Answer"),
            ("code", "Code Sent"),
            ("used", "Code Used"),
        ],
        required=True,
        readonly=True,
    )
    series = fields.Integer(
        readonly=True, help="Of the links: revoking them begins to count anew."
    )
    place = fields.Char(readonly=True, help="Where the code went, masked.")
    code_token = fields.Char(
        readonly=True, groups="base.group_system", help="The code, as a keyed hash."
    )
    ip = fields.Char(string="IP Address", readonly=True)

    _case_idx = models.Index("(case_id, moment)")

    # === WHAT IS ASKED FOR === #

    @api.model
    def _way(self, case):
        """Return how the customer shows who they are: "tax", "code" or None.

        What the company chose, else the other way; with neither, people have to help.

        :param case: with superuser rights
        """
        possible = {"tax": self._tails(case), "code": self._places(case)}
        chosen = case.company_id.debt_portal_check
        for way in (chosen, *possible):
            if possible.get(way):
                return way
        return None

    @api.model
    def _tails(self, case):
        customer = case.partner_id.commercial_partner_id
        return identity_proof.tails(customer.vat, customer.country_id.code)

    @api.model
    def _places(self, case):
        """Return {key: ``Place``} of the addresses of the customer that we know.

        Those of the customer and of who pays; of nobody else, whatever their contacts.
        A company in test mode has to say where messages of a channel go.
        """
        company, debtor = case.company_id, case.partner_id
        people = (
            debtor
            | debtor._debt_payer()
            | debtor.child_ids.filtered(
                lambda person: person.type == "invoice" or person.debt_role == "payer"
            )
        )
        people = people.filtered(
            lambda person: person.debt_role not in ("guarantor", "reference")
        )
        email = self.env["debt.channel.email"]
        closed = email._closed(people.mapped("email_normalized"), company)
        places = []
        for person in people:
            address = person.email_normalized
            if address and closed.get(address) != "bounced":
                places.append(Place("email", address, person))
            number = person.debt_phone_state != "wrong" and person._debt_number(
                company, mobile=True
            )
            if number and (not company.debt_test_mode or company._debt_test_number()):
                places.append(Place("sms", number, person))
        found = {}
        for place in places:
            key = hmac(self.env(su=True), _SCOPE, (case.id, place.address))[:12]
            found.setdefault(key, place)
        return dict(list(found.items())[:PLACES])

    # === ANSWERS === #

    @api.model
    def _answer(self, case, text, ip, now):
        """Return whether an answer shows that somebody is the customer.

        A wrong answer costs one of the tries, and what is refused is refused alike:
        wrong, too late, or too often. Two that come at once are looked at one after
        another.

        :param case: with superuser rights
        :param str text: the last digits of the tax number, or the code
        :param str ip: who tries
        :param now: naive UTC moment
        """
        known = self._alone(case)
        wrong = known.filtered(lambda row: row.kind == "wrong").mapped("moment")
        if not check.may_try(wrong, now):
            return False
        right = self._is_right(case, known, text, now)
        self._note(case, "right" if right else "wrong", now, ip=ip)
        if not right and len(wrong) + 1 >= check.ALL_TRIES:
            self._give_up(case)
        return right

    @api.model
    def _is_right(self, case, known, text, now):
        """Return whether an answer is right; a code is good once."""
        if self._way(case) == "tax":
            return identity_proof.says_tail(text, self._tails(case))
        code = self._code_of(known, now)
        given = self._hash(case, check.digits(text))
        if not consteq(code.code_token or self._hash(case, "none"), given):
            return False
        code.kind = "used"
        return True

    @api.model
    def _code_of(self, known, now):
        """Return the last code that left, if it still is good."""
        last = known.filtered(lambda row: row.kind in ("code", "used"))[:1]
        return last.filtered(
            lambda row: row.kind == "code" and row.moment > now - check.CODE_LIFE
        )

    @api.model
    def _has_code(self, case, now):
        """Return whether a code that left still is waited for."""
        return bool(self._code_of(self._known(case), now))

    @api.model
    def _give_up(self, case):
        """Revoke the links of a case behind which somebody guesses; tell the agent."""
        case._revoke_links()
        case._message_log(
            body=self.env._(
                "%s wrong answers behind the links of this case: somebody may be "
                "guessing. The links in messages sent until now were revoked; later "
                "messages have new ones.",
                check.ALL_TRIES,
            )
        )

    # === CODES === #

    @api.model
    def _send_code(self, case, key, ip, now):
        """Queue a code for an address of the customer.

        :param case: with superuser rights
        :param str key: of the address in ``_places``
        :param str ip: who asked for it
        :param now: naive UTC moment
        :return: whether it leaves
        """
        known = self._alone(case)
        place = self._places(case).get(key)
        sent = known.filtered(lambda row: row.kind in ("code", "used"))
        wrong = known.filtered(lambda row: row.kind == "wrong").mapped("moment")
        if (
            not place
            or self._way(case) != "code"
            or not check.may_send(sent.mapped("moment"), now)
            or not check.may_try(wrong, now)
        ):
            return False
        code = f"{secrets.randbelow(10**6):06}"
        self._note(
            case,
            "code",
            now,
            ip=ip,
            place=place.masked,
            code_token=self._hash(case, code),
        )
        case._portal_send_code(place, code)
        return True

    @api.model
    def _hash(self, case, code):
        # sudo: the secret of the database is the key
        return hmac(self.env(su=True), _SCOPE, (case.id, case.link_series, code))

    # === COUNTING === #

    @api.model
    def _alone(self, case):
        """Return what is known of an account, and nobody else counts there meanwhile.

        The lock comes first, then a new snapshot: whoever waited sees what was counted.
        """
        self.env["debt.run"]._checkpoint(read_committed=True)
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(%s, %s)", LOCK, case.id))
        self.env.invalidate_all()
        return self._known(case)

    @api.model
    def _known(self, case):
        """Return the rows of the links of a case that may be valid, the last first."""
        return self.search(
            [("case_id", "=", case.id), ("series", "=", case.link_series)]
        )

    @api.model
    def _note(self, case, kind, now, **values):
        self.create(
            {
                "case_id": case.id,
                "company_id": case.company_id.id,
                "series": case.link_series,
                "kind": kind,
                "moment": now,
                **values,
            }
        )

    @api.autovacuum
    def _gc_old(self):
        """Forget what concerns links that are not valid any more."""
        self.search(
            [
                (
                    "moment",
                    "<",
                    fields.Datetime.subtract(fields.Datetime.now(), days=PAY_LINK_DAYS),
                )
            ],
            limit=10_000,
        ).unlink()
