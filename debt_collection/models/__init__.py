from . import strategy, portfolio, contact, daily, odoo
