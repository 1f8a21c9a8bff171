from . import (
    debt_case_charge_mixin,
    debt_charge_claim_mixin,
    debt_charge_post_mixin,
    debt_charge_waive_mixin,
    debt_interest_reference,
)

# isort: split
# models after the mixins that they inherit
from . import debt_charge, debt_charge_rule
