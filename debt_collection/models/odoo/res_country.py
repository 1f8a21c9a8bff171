from functools import lru_cache

import holidays

from odoo import models


@lru_cache(maxsize=1_000)
def _holidays(country, state, year):
    """Return the public holidays of a year; none where the library knows none."""
    subdivisions = holidays.list_supported_countries().get(country)
    if subdivisions is None:
        return frozenset()
    state = state.removeprefix(f"{country}-") if state else None
    if state not in subdivisions:
        state = None
    return frozenset(holidays.country_holidays(country, subdiv=state, years=year))


class ResCountry(models.Model):
    _inherit = "res.country"

    def _debt_holidays(self, years, state=None):
        """Return the public holidays of the country in some years, as dates.

        A country that the library does not know has none.

        :param state: code of a state that has holidays of its own
        """
        self.ensure_one()
        return frozenset().union(*(_holidays(self.code, state, y) for y in years))
