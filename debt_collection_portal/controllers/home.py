from odoo.http import request
from odoo.tools import format_amount

from odoo.addons.portal.controllers.portal import CustomerPortal

from .door import DebtDoor


class DebtHome(CustomerPortal):
    """The card of the accounts on the home page of the portal."""

    def _prepare_home_portal_values(self, counters):
        """Add what the user's company owes, and what of it is overdue, as texts."""
        values = super()._prepare_home_portal_values(counters)
        if not counters:  # the page itself: its counters are asked for afterwards
            values["debt_account"] = self._debt_account()
        return values

    def _debt_account(self):
        """Return {"owed", "overdue"}, None where there is no account."""
        env = request.env
        # sudo: the accounts of the user's own company, as on their page
        cases = env["debt.case"].sudo().search(DebtDoor()._own_domain())
        if not cases:
            return None
        owed, overdue = {}, {}
        for sums in cases._portal_sums().values():
            for currency, amount, late in sums:
                owed[currency] = owed.get(currency, 0) + amount
                overdue[currency] = overdue.get(currency, 0) + late
        return {
            name: " + ".join(
                format_amount(env, amount, currency)
                for currency, amount in amounts.items()
                if currency.compare_amounts(amount, 0) > 0
            )
            for name, amounts in (("owed", owed), ("overdue", overdue))
        }
