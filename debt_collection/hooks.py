from .logic.round_amounts import small_amount

#: Nobody is written to for less than about this much, in US dollars.
MINIMUM_USD = 20


def post_init_hook(env):
    """Set the amounts that depend on the currency and open the first cases.

    Nothing is sent: every strategy is off.
    """
    currency = env.ref("base.main_company").currency_id.name
    strategies = env["debt.strategy"].search([("min_amount", "=", 0)])
    strategies.min_amount = small_amount(MINIMUM_USD, currency)
    env.ref("debt_collection.ir_cron_debt_run")._trigger()
