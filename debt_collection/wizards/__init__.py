from . import (
    debt_apply_wizard,
    debt_contact_wizard,
    debt_deposit_wizard,
    debt_dispute_answer_wizard,
    debt_hold_wizard,
    debt_message_wizard,
    debt_pin_wizard,
    debt_redistribute_wizard,
    debt_run_wizard,
    debt_stage_wizard,
    debt_start_fix_wizard,
    debt_withdraw_wizard,
)
