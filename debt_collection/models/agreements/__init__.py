from . import debt_cover_desk_mixin

# isort: split
from . import debt_cover_mixin, debt_notice_match_mixin

# isort: split
# models after the mixin that they inherit
from . import debt_payment_notice, debt_promise

# isort: split
from . import debt_dispute, debt_dispute_reason
