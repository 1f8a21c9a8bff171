from . import (
    debt_ageing_file_mixin,
    debt_books,
    debt_figures_numbers_mixin,
    debt_figures_open_mixin,
    debt_figures_text_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import (
    debt_ageing,
    debt_ageing_line,
    debt_collected,
    debt_figures,
    debt_target,
    res_company,
    res_config_settings,
)
