from . import debt_portal_answer
