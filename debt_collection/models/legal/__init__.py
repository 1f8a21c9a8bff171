from . import (
    debt_handover_books_mixin,
    debt_handover_dossier_mixin,
    debt_handover_mail_mixin,
    debt_handover_outside_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import debt_handover, debt_handover_document, debt_legal_document

# isort: split
from . import debt_handover_step, debt_handover_step_kind

# isort: split
from . import debt_assignment, debt_commission

# isort: split
from . import debt_limitation_event, debt_limitation_rule

# isort: split
from . import debt_bureau_line, debt_bureau_list
