from . import (
    debt_action_desk_mixin,
    debt_assignment_rule,
    debt_case_call_mixin,
    debt_case_my_day_mixin,
    debt_case_priority_mixin,
    debt_case_team_mixin,
    debt_file_timeline_mixin,
    debt_priority_rule,
    debt_team,
    debt_team_member,
)

# isort: split
# models after the mixins that they inherit
from . import debt_file
