from . import (
    debt_whatsapp_claim_mixin,
    debt_whatsapp_decision_mixin,
    debt_whatsapp_enqueue_mixin,
    debt_whatsapp_failure_mixin,
    debt_whatsapp_handover_mixin,
    debt_whatsapp_history_mixin,
    debt_whatsapp_merge_mixin,
    debt_whatsapp_queue_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import (
    debt_action,
    debt_case,
    debt_channel_whatsapp,
    debt_evidence,
    debt_strategy_step,
    debt_whatsapp_account,
    debt_whatsapp_conversation,
    debt_whatsapp_identity,
    debt_whatsapp_message,
    debt_whatsapp_status,
)
