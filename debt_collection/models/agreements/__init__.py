from . import debt_cover_mixin

# isort: split
# models after the mixin that they inherit
from . import debt_promise

# isort: split
from . import debt_dispute, debt_dispute_reason
