import holidays

from odoo import models


class ResCountry(models.Model):
    _inherit = "res.country"

    def _debt_holidays(self, years):
        """Return the public holidays of the country in some years, as dates.

        A country that the library does not know has none.
        """
        self.ensure_one()
        try:
            return frozenset(holidays.country_holidays(self.code, years=sorted(years)))
        except NotImplementedError:
            return frozenset()
