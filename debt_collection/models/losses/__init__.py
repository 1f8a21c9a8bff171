from . import (
    debt_case_loss_mixin,
    debt_company_loss_mixin,
    debt_write_off_evidence_mixin,
    debt_write_off_recovery_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import debt_write_off, debt_write_off_rule
