from . import (
    debt_channel_letter,
    debt_letter_run,
    ir_actions_report,
    res_company,
)
