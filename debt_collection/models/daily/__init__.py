from . import debt_run, debt_run_line, debt_run_plan_mixin, debt_run_shadow_mixin
