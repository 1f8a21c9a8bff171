from . import debt_start_books_mixin, debt_start_contacts_mixin, debt_start_setup_mixin

# isort: split
# models after the mixins that they inherit
from . import debt_start_accept, debt_start_check, debt_start_check_line
