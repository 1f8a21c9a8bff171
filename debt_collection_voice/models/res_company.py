from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.debt_collection.tools.phone import normalise

from ..logic.call_hours import Hours
from ..logic.twilio import ACCOUNT_SID


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_voice_account = fields.Char(
        string="Voice Account SID", groups="base.group_system", copy=False
    )
    debt_voice_secret = fields.Char(
        string="Voice Auth Token",
        groups="base.group_system",
        copy=False,
        help="It places calls, and proves that what comes back is from the provider.",
    )
    debt_voice_from = fields.Char(
        string="Calling Number",
        copy=False,
        help="A number of the account, with plus and country code.",
    )
    debt_voice_base_url = fields.Char(
        string="Public Address",
        help="Where the provider reaches this database, with https. Empty: the address "
        "of the database.",
    )
    debt_voice_first_hour = fields.Integer(
        string="Calls from", default=9, help="Local hour of the customer."
    )
    debt_voice_last_hour = fields.Integer(string="Calls until", default=18)
    debt_voice_tries = fields.Integer(
        string="Calls at Most",
        default=1,
        help="How often a customer who does not answer is called for one step, on the "
        "same day. Each call counts for the law of most countries.",
    )
    debt_voice_promise_days = fields.Integer(
        string="Promise Asked for",
        default=3,
        help="In how many working days from the call, within the limits of "
        "self-service.",
    )
    debt_voice_agent_phone = fields.Char(
        string="Number of the Agents",
        help="Who asks for a person is connected to the agent's own number, else to "
        "this one, in the hours of calls.",
    )

    @api.constrains("debt_voice_account")
    def _check_debt_voice_account(self):
        for company in self.sudo():  # sudo: only its form is looked at
            account = company.debt_voice_account
            if account and not ACCOUNT_SID.fullmatch(account):
                raise ValidationError(
                    self.env._("An account SID is AC and 32 digits or letters a to f.")
                )

    @api.constrains("debt_voice_from", "debt_voice_agent_phone")
    def _check_debt_voice_numbers(self):
        for company in self:
            for number in (company.debt_voice_from, company.debt_voice_agent_phone):
                if number and not company._debt_voice_number(number):
                    raise ValidationError(
                        self.env._(
                            "%(number)s is no telephone number: write it with plus and "
                            "country code.",
                            number=number,
                        )
                    )

    @api.constrains(
        "debt_voice_first_hour",
        "debt_voice_last_hour",
        "debt_voice_tries",
        "debt_voice_promise_days",
    )
    def _check_debt_voice(self):
        for company in self:
            first, last = company.debt_voice_first_hour, company.debt_voice_last_hour
            if not 0 <= first < last <= 24:
                raise ValidationError(
                    self.env._("Calls begin before they end, from 0 to 24 hours.")
                )
            if (
                not 1 <= company.debt_voice_tries <= 5
                or company.debt_voice_promise_days < 0
            ):
                raise ValidationError(
                    self.env._("One to five calls; days of a promise from 0 on.")
                )

    @api.constrains("debt_voice_base_url")
    def _check_debt_voice_base_url(self):
        for company in self.filtered("debt_voice_base_url"):
            url = company.debt_voice_base_url
            local = url.startswith(("http://127.0.0.1:", "http://localhost:"))
            if not (url.startswith("https://") or local) or set(url) & set(" ?#@"):
                raise ValidationError(
                    self.env._("The public address begins with https://.")
                )

    def _debt_voice_number(self, phone):
        """Return a number in E.164, empty where it is none."""
        self.ensure_one()
        return normalise(phone, self.country_id.code)

    def _debt_voice_url(self, path):
        """Return the address at which the provider reaches a path."""
        self.ensure_one()
        base = self.debt_voice_base_url or self.get_base_url()
        return base.rstrip("/") + path

    def _debt_voice_is_ready(self):
        """Return whether calls can be placed."""
        self.ensure_one()
        company = self.sudo()  # sudo: whether the secret is there
        return bool(
            company.debt_voice_account
            and company.debt_voice_secret
            and company.debt_voice_from
        )

    def _debt_voice_hours(self, day):
        """Return the hours of calls around a day, see ``logic.call_hours``."""
        self.ensure_one()
        country = self.country_id
        years = {day.year, day.year + 1}
        return Hours(
            self.debt_voice_first_hour,
            self.debt_voice_last_hour,
            country._debt_holidays(years) if country else frozenset(),
        )

    def _debt_voice_next(self, now, zone):
        """Return the next naive UTC moment at which it may ring.

        :param now: naive UTC moment
        :param zone: ``zoneinfo.ZoneInfo`` of whoever is called
        """
        local = now.replace(tzinfo=UTC).astimezone(zone)
        hours = self._debt_voice_hours(local.date())
        moment = hours.next_moment(local.replace(tzinfo=None))
        return moment.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
