from . import (
    debt_cover_desk_mixin,
    debt_promise_self_mixin,
    debt_reason_mixin,
    debt_turn_mixin,
)

# isort: split
from . import debt_cover_mixin

# isort: split
from . import (
    debt_cover_owner_mixin,
    debt_notice_again_mixin,
    debt_notice_match_mixin,
    debt_pay_currency_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import debt_payment_notice, debt_promise

# isort: split
from . import debt_dispute, debt_dispute_reason

# isort: split
from . import debt_entry_mixin

# isort: split
from . import (
    debt_plan_interest_mixin,
    debt_plan_offer_mixin,
    debt_plan_over_mixin,
    debt_write_off_mixin,
)

# isort: split
from . import debt_difference, debt_difference_reason, debt_plan, debt_plan_limit
