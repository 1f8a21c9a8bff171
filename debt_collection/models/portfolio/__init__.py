from . import (
    debt_case_desk_mixin,
    debt_case_group_mixin,
    debt_case_habit_mixin,
    debt_case_legal_mixin,
    debt_case_merge_mixin,
    debt_case_statement_mixin,
    debt_item_difference_mixin,
    debt_item_limitation_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import (
    debt_case,
    debt_group,
    debt_item,
    debt_item_step,
    debt_mark,
    debt_pay_calendar,
)
