from . import strategy

# isort: split
# strategy has the mixin of everything that is configuration
from . import agreements, contact, daily, odoo, portfolio
