from . import (
    debt_health_mixin,
    debt_run_plan_mixin,
    debt_run_shadow_mixin,
    debt_run_slices_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import debt_finding, debt_run, debt_run_line, res_company
