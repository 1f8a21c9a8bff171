from . import (
    debt_agreements,
    debt_case,
    debt_evidence,
    debt_whatsapp_account,
    debt_whatsapp_effects_mixin,
    debt_whatsapp_facts_mixin,
    debt_whatsapp_session,
    debt_whatsapp_takeover_mixin,
    debt_whatsapp_turn_mixin,
)

# isort: split
# the model after the mixins that it inherits
from . import debt_whatsapp_conversation
