from . import debt_action, debt_agreements, debt_case
