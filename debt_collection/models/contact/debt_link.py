import hashlib
import secrets
import string
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import hash_sign, verify_hash_signed

from ...fields import LooseMany2one

#: How long the links in messages lead to what the debtor owes.
PAY_LINK_DAYS = 60
_SCOPE = "debt_collection.pay"
_ALPHABET = string.ascii_letters + string.digits
#: 62 ** 12 is more than 2 ** 71: nobody finds one by trying.
LENGTH = 12


class DebtLink(models.Model):
    """The links in messages, each of which shows one case without a login.

    Long ones are signed by the database and kept nowhere. Of those that are short
    enough for an SMS only a fingerprint is kept: who reads the table can open nothing.
    Both expire, and a case can revoke all that were given until now.
    """

    _name = "debt.link"
    _description = "Short Link of a Case"
    _log_access = False

    fingerprint = fields.Char(required=True)
    case_id = LooseMany2one("debt.case", required=True)
    company_id = LooseMany2one("res.company", required=True)
    expires = fields.Datetime(required=True)

    _fingerprint_uniq = models.UniqueIndex("(fingerprint)")
    _expires_idx = models.Index("(expires)")

    @api.model
    def _new(self, cases, now):
        """Return {case: address} of new links, valid for some weeks.

        :param now: naive UTC moment from which they count
        """
        secret_of = {
            case: "".join(secrets.choice(_ALPHABET) for _place in range(LENGTH))
            for case in cases
        }
        self.create(
            [
                {
                    "fingerprint": self._fingerprint(secret),
                    "case_id": case.id,
                    "company_id": case.company_id.id,
                    "expires": now + timedelta(days=PAY_LINK_DAYS),
                }
                for case, secret in secret_of.items()
            ]
        )
        return {
            case: self._address(case.company_id, secret)
            for case, secret in secret_of.items()
        }

    @api.model
    def _signed(self, case):
        """Return the secret of a long link to a case, valid for some weeks."""
        # sudo: the secret of the database signs the link
        return hash_sign(
            self.env(su=True),
            _SCOPE,
            [case.id, case.link_series],
            expiration=timedelta(days=PAY_LINK_DAYS),
        )

    @api.model
    def _case_of(self, secret, now):
        """Return the case that the secret of a link shows, empty where it shows none.

        :param str secret: of a long link, or of a short one
        :param now: naive UTC moment for which short links have to be valid
        """
        if len(secret) == LENGTH:
            return self._find(secret, now)
        try:
            values = verify_hash_signed(self.env(su=True), _SCOPE, secret)
        except (ValueError, IndexError):
            values = None
        case_id, series = values or (False, 0)
        case = self.env["debt.case"].browse(case_id).exists()
        if case_id and not case:
            return self._find(self._absorbed(case_id, series), now)
        return case.filtered(lambda case: case.link_series == series)

    @api.model
    def _follow(self, lost, kept, now):
        """Let the long links of cases that another one absorbs lead to that one.

        They say the name of a case that is gone. What is kept is revoked and forgotten
        with the short links of the case that stays.

        :param lost: the cases that are absorbed, still there
        :param kept: the case that stays
        :param now: naive UTC moment of it
        """
        self.create(
            [
                {
                    "fingerprint": self._fingerprint(
                        self._absorbed(case.id, case.link_series)
                    ),
                    "case_id": kept.id,
                    "company_id": kept.company_id.id,
                    "expires": now + timedelta(days=PAY_LINK_DAYS),
                }
                for case in lost
            ]
        )

    @api.model
    def _absorbed(self, case_id, series):
        """Return what stands for the long links of a case that is gone.

        Longer than any short link, so that nobody opens it as one.
        """
        return f"long links of case {case_id}, series {series}"

    @api.model
    def _example(self, company):
        """Return an address as long as that of a link, which leads nowhere."""
        return self._address(company, "x" * LENGTH)

    @api.model
    def _address(self, company, secret):
        # sudo: the address of the company's Odoo is public
        return f"{company.sudo().get_base_url()}/d/{secret}"

    @api.model
    def _hide(self, text, address):
        """Return a text without the secret of a link, for people who read it later."""
        return text.replace(address, f"{address[: 4 - LENGTH]}…") if address else text

    @api.model
    def _find(self, secret, now):
        """Return the case that a link shows, empty where it shows none any more."""
        link = self.search(
            [("fingerprint", "=", self._fingerprint(secret)), ("expires", ">", now)]
        )
        return link.case_id.exists()

    @api.model
    def _fingerprint(self, secret):
        return hashlib.sha256(secret.encode()).hexdigest()

    @api.autovacuum
    def _gc_expired(self):
        """Forget the links that lead nowhere any more."""
        self.search([("expires", "<=", fields.Datetime.now())], limit=10_000).unlink()
