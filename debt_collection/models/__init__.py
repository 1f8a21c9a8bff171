from . import strategy

# isort: split
# desk has mixins of cases and actions, strategy that of all configuration
from . import desk

# isort: split
from . import agreements

# isort: split
# losses and evidence have mixins of cases
from . import evidence, losses

# isort: split
# policy has mixins of cases and actions
from . import policy

# isort: split
from . import (
    charges,
    contact,
    daily,
    figures,
    legal,
    letters,
    odoo,
    portfolio,
    start,
    texts,
)
