from odoo import api, fields, models

CATEGORIES = [
    ("marketing", "Marketing"),
    ("utility", "Utility"),
    ("authentication", "Authentication"),
    ("service", "Service"),
]


class DebtWhatsappRate(models.Model):
    """What Meta charges for a message of a category to a country, from a day on."""

    _name = "debt.whatsapp.rate"
    _description = "Price of WhatsApp Messages"
    _order = "country_id, category, date desc"

    country_id = fields.Many2one(
        "res.country",
        index=True,
        ondelete="restrict",
        help="Of the number of the customer. Empty: countries without a price of "
        "their own.",
    )
    category = fields.Selection(CATEGORIES, required=True)
    date = fields.Date(string="From", required=True)
    price = fields.Float(required=True, digits=(16, 6), help="For one message.")
    currency_id = fields.Many2one("res.currency", required=True, ondelete="restrict")

    _once = models.UniqueIndex(
        "(COALESCE(country_id, 0), category, date)",
        "There is a price from this day on already.",
    )
    _price_not_negative = models.Constraint(
        "CHECK(price >= 0)", "A price cannot be negative."
    )

    @api.depends("country_id", "category", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["category"]._description_selection(self.env))
        for rate in self:
            country = rate.country_id.name or self.env._("Other countries")
            rate.display_name = f"{country}, {names.get(rate.category, '')}"

    @api.model
    def _price(self, country, category, date):
        """Return (price, currency) of one message, None where nobody knows it.

        A message without a template costs what a utility template does, since October
        2026; a price of its own goes before.

        :param country: ``res.country`` of the customer's number, may be empty
        :param category: as Meta says it: utility, service, …
        :param date: the day on which it was delivered
        """
        names = [category, *(["utility"] if category == "service" else [])]
        for country_id in (country.id, False) if country else (False,):
            for name in names:
                rate = self.search(
                    [
                        ("country_id", "=", country_id),
                        ("category", "=", name),
                        ("date", "<=", date),
                    ],
                    order="date desc",
                    limit=1,
                )
                if rate:
                    return rate.price, rate.currency_id
        return None
