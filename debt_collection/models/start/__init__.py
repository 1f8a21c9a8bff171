from . import (
    debt_import_lookup_mixin,
    debt_import_read_mixin,
    debt_import_sheet,
    debt_import_template_mixin,
    debt_start_books_mixin,
    debt_start_contacts_mixin,
    debt_start_setup_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import (
    debt_import,
    debt_import_line,
    debt_import_sheet_contacts,
    debt_import_sheet_debts,
    debt_import_sheet_limits,
    debt_import_sheet_notes,
    debt_import_sheet_promises,
    debt_start_accept,
    debt_start_check,
    debt_start_check_line,
)
