from . import debt_case, debt_plan, debt_promise
