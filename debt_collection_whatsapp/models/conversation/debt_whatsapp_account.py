from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...logic.dialogue.hours import in_words
from ...logic.dialogue.texts import LANGUAGES

#: Reasons of the account for which the assistant says nothing at all.
SILENT = ("third_party", "not_acknowledged")


class DebtWhatsappAccount(models.Model):
    _inherit = "debt.whatsapp.account"

    bot_enabled = fields.Boolean(
        string="Assistant",
        tracking=True,
        help="Answers customers by itself: their balance, a link to pay, promises, "
        "payments that were made, disputes. Without it every message waits for a "
        "person.",
    )
    bot_asks = fields.Selection(
        [
            ("any", "Tax Number or an Invoice"),
            ("tax", "Tax Number"),
            ("invoice", "Number of an Invoice"),
        ],
        string="Proof of Who It Is",
        required=True,
        default="any",
        help="Of somebody whose number we know, before any amount is shown: the last "
        "four digits of the tax number, or the number of an open invoice. Of others "
        "both.",
    )
    bot_promise_days = fields.Integer(
        string="Promises up to",
        default=14,
        help="How many days ahead customers can promise here; never further than the "
        "company lets customers promise by themselves. 0: as far as the company lets "
        "them.",
    )
    bot_promise_percent = fields.Integer(
        string="Least Part of a Promise (%)",
        default=30,
        help="Of what is overdue. 100: only all of it can be promised.",
    )
    bot_minutes = fields.Integer(
        string="People Answer within",
        default=15,
        help="Minutes that are told to who asks for a person in working hours.",
    )
    bot_phone = fields.Char(
        string="Phone of People", help="Told to who asks for a person."
    )
    bot_mail = fields.Char(
        string="E-mail of People",
        help="Told to who asks for a person, or wants no messages. Empty: the e-mail "
        "of the company.",
    )
    bot_hours = fields.Char(
        string="Hours of People",
        compute="_compute_bot_hours",
        help="Those of the working calendar of the company, without its holidays.",
    )

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_bot_hours(self):
        lang = (self.env.lang or "en")[:2]
        lang = lang if lang in LANGUAGES else "en"
        conversations = self.env["debt.whatsapp.conversation"]
        for account in self:
            day = account.company_id._debt_today()
            hours, _holidays = conversations._people_hours(account.company_id, day)
            account.bot_hours = in_words(hours, lang)

    @api.constrains("bot_promise_days", "bot_promise_percent", "bot_minutes")
    def _check_bot(self):
        for account in self:
            if (
                account.bot_promise_days < 0
                or account.bot_minutes < 1
                or not 0 <= account.bot_promise_percent <= 100
            ):
                raise ValidationError(
                    self.env._(
                        "Days of a promise from 0 on, its least part from 0 to 100 %, "
                        "and at least one minute until people answer."
                    )
                )

    def _bot_is_on(self, now):
        """Return whether the assistant answers at this number.

        :param now: naive UTC moment
        """
        self.ensure_one()
        return self.bot_enabled and self._why_silent("bot", now) not in SILENT

    def _bot_asks(self, customers):
        """Return what may prove that somebody is one of some customers.

        A tax number that we do not know proves nothing.
        """
        self.ensure_one()
        asks = {"any": {"tax", "invoice"}}.get(self.bot_asks, {self.bot_asks})
        if len(customers) == 1 and not customers.commercial_partner_id.vat:
            asks = {"invoice"}
        return tuple(sorted(asks))
