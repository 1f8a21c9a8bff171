from . import debt_order_ask_wizard, debt_order_release_wizard
