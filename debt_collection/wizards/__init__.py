from . import debt_contact_check_mixin

# isort: split
from . import (
    debt_apply_wizard,
    debt_charge_waive_wizard,
    debt_charge_wizard,
    debt_classify_wizard,
    debt_contact_try_wizard,
    debt_contact_wizard,
    debt_deposit_wizard,
    debt_difference_document_wizard,
    debt_dispute_answer_wizard,
    debt_handover_end_wizard,
    debt_hold_wizard,
    debt_letter_wizard,
    debt_message_wizard,
    debt_pin_wizard,
    debt_plan_accept_wizard,
    debt_recovery_wizard,
    debt_redistribute_wizard,
    debt_run_wizard,
    debt_stage_wizard,
    debt_start_fix_wizard,
    debt_withdraw_wizard,
    debt_write_off_wizard,
)
