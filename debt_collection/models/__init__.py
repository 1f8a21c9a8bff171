from . import contact, daily, odoo, portfolio, strategy
