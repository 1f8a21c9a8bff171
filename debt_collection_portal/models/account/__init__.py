from . import debt_case
