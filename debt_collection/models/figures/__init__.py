from . import debt_ageing_file_mixin, debt_books

# isort: split
# models after the mixins that they inherit
from . import debt_ageing, debt_ageing_line
