from . import debt_run_plan_mixin, debt_run_shadow_mixin, debt_run, debt_run_line
