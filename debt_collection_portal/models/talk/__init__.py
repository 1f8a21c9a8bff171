from . import (
    debt_case_dispute,
    debt_case_notice,
    debt_case_said,
    debt_dispute,
    debt_dispute_reason,
    debt_payment_notice,
)
