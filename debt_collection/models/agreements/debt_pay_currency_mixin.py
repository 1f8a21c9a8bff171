from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, format_amount, format_date

from ...fields import LooseMany2one

#: Digits of a rate in texts, and up to which two rates are the same.
RATE_DIGITS = 6
#: What an agreement in another currency consists of.
PAY_TERMS = {"pay_amount", "pay_currency_id", "pay_rate"}


class DebtPayCurrencyMixin(models.AbstractModel):
    """An agreement on documents in one currency that is paid in the company's.

    What was said to the debtor is an amount in the currency in which they pay, at a
    rate that stays with the agreement. Money that comes in that currency counts at this
    rate, whatever the rate of the day of the payment.
    """

    _name = "debt.pay.currency.mixin"
    _description = "Agreement Paid in Another Currency"

    is_foreign = fields.Boolean(compute="_compute_is_foreign")
    pay_currency_id = LooseMany2one(
        "res.currency",
        string="Paid in",
        domain="[('id', '=', company_currency_id)]",
        tracking=True,
        help="The company's currency, where the customer pays in it what they owe in "
        "another one. Empty: paid in the currency of the documents.",
    )
    pay_amount = fields.Monetary(
        string="Amount to Pay",
        currency_field="pay_currency_id",
        tracking=True,
        help="What was said to the customer, in the currency in which they pay.",
    )
    pay_rate = fields.Float(
        string="Rate",
        digits=0,
        compute="_compute_pay_rate",
        store=True,
        readonly=False,
        precompute=True,
        help="What one unit of the documents' currency is worth in the currency in "
        "which the customer pays. Proposed is Odoo's rate of the day of the agreement.",
    )
    pay_rate_date = fields.Date(
        string="Date of the Rate",
        compute="_compute_pay_rate_date",
        store=True,
        precompute=True,
    )
    pay_rate_source = fields.Selection(
        [("odoo", "Rate in Odoo"), ("agreed", "Agreed")],
        string="Source of the Rate",
        compute="_compute_pay_rate_source",
        store=True,
        precompute=True,
    )

    # === COMPUTE METHODS === #

    @api.depends("currency_id", "company_id")
    def _compute_is_foreign(self):
        for agreement in self:
            # sudo: the currency of the company, for whoever may enter it
            own = agreement.company_id.sudo().currency_id
            agreement.is_foreign = bool(own) and agreement.currency_id != own

    @api.depends("pay_currency_id", "currency_id", "company_id")
    def _compute_pay_rate(self):
        for agreement in self:
            agreement.pay_rate = agreement._odoo_rate()[0]

    @api.depends("pay_currency_id", "currency_id", "company_id")
    def _compute_pay_rate_date(self):
        # apart from the rate, which may be agreed when it is entered
        for agreement in self:
            agreement.pay_rate_date = agreement._odoo_rate()[1]

    @api.depends("pay_rate")
    def _compute_pay_rate_source(self):
        for agreement in self:
            rate, _date = agreement._odoo_rate()
            same = not float_compare(agreement.pay_rate, rate, RATE_DIGITS)
            agreement.pay_rate_source = rate and ("odoo" if same else "agreed")

    def _odoo_rate(self):
        """Return Odoo's rate of the day of the agreement, and of which day it is.

        :return: (pay currency for one unit of the documents' currency, date); (0,
            False) where nothing is paid in another currency
        """
        self.ensure_one()
        if not self.pay_currency_id or self.pay_currency_id == self.currency_id:
            return 0, False
        company, day = self.company_id.sudo(), self._rate_day()  # sudo: rates
        rate = self.currency_id._get_conversion_rate(
            self.currency_id, self.pay_currency_id, company, day
        )
        found = (
            self.env["res.currency.rate"]
            .sudo()
            .search(
                [
                    ("currency_id", "=", self.currency_id.id),
                    ("company_id", "in", (False, company.root_id.id)),
                    ("name", "<=", day),
                ],
                order="company_id, name desc",
                limit=1,
            )
        )
        return rate, found.name

    def _rate_day(self):
        """Return the day whose rate is proposed: that of the agreement."""
        self.ensure_one()
        return self.company_id._debt_today()

    # === CONSTRAINTS === #

    @api.constrains(*sorted(PAY_TERMS), "currency_id")
    def _check_pay_currency(self):
        for agreement in self.filtered("pay_currency_id"):
            company = agreement.company_id.sudo()  # sudo: see ``_compute_is_foreign``
            if agreement.pay_currency_id not in (
                company.currency_id,
                agreement.currency_id,
            ):
                raise ValidationError(
                    self.env._(
                        "A customer pays in the currency of the documents or in that "
                        "of the company, %s.",
                        company.currency_id.name,
                    )
                )
            if agreement._is_converted() and (
                agreement.pay_rate <= 0 or agreement.pay_amount <= 0
            ):
                raise ValidationError(
                    self.env._("Enter the rate and the amount that will be paid.")
                )

    # === AMOUNTS AND WORDS === #

    def _is_converted(self):
        """Return whether it is paid in another currency than the documents'."""
        self.ensure_one()
        return bool(self.pay_currency_id) and self.pay_currency_id != self.currency_id

    def _to_pay_currency(self, amount):
        """Return what an amount of the documents is in the currency of the payment."""
        self.ensure_one()
        return self.pay_currency_id.round(amount * self.pay_rate)

    def _rate_words(self):
        """Return the rate, where it comes from and of which day it is, in words."""
        self.ensure_one()
        rate = f"{self.pay_rate:.{RATE_DIGITS}f}".rstrip("0").rstrip(".")
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        whole, _point, digits = rate.partition(".")
        rate = lang.decimal_point.join(filter(None, (whole, digits)))
        if self.pay_rate_source == "odoo" and self.pay_rate_date:
            return self.env._(
                "rate %(rate)s of %(date)s",
                rate=rate,
                date=format_date(self.env, self.pay_rate_date),
            )
        return self.env._("agreed rate %(rate)s", rate=rate)

    def _said_amount(self, in_words=format_amount):
        """Return what is to be paid, in the currency in which it is paid.

        :param in_words: how, as ``format_amount`` does
        """
        self.ensure_one()
        if self._is_converted():
            amount, currency = self.pay_amount, self.pay_currency_id
        else:
            amount, currency = self.amount, self.currency_id
        if not currency:
            return ""
        return in_words(self.env, amount, currency)

    def _amount_words(self):
        """Return what is to be paid, as it is written to the debtor.

        Where it is paid in another currency than the documents', with the amount there,
        the rate, its source and date.
        """
        self.ensure_one()
        if not self._is_converted():
            return self._said_amount()
        return self.env._(
            "%(paid)s (%(amount)s, %(rate)s)",
            paid=self._said_amount(),
            amount=format_amount(self.env, self.amount, self.currency_id),
            rate=self._rate_words(),
        )
