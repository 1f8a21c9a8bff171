from . import (
    debt_case_rule_mixin,
    debt_config_mixin,
    debt_email_enclosure_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import (
    debt_segment,
    debt_stage,
    debt_strategy,
    debt_strategy_step,
    debt_strategy_step_fallback,
)
