from . import debt_case, debt_case_history
