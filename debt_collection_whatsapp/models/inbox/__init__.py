from . import debt_whatsapp_file_mixin, debt_whatsapp_inbox_mixin

# isort: split
# models after the mixins that they inherit
from . import (
    debt_evidence,
    debt_whatsapp_app,
    debt_whatsapp_conversation,
    debt_whatsapp_event,
    debt_whatsapp_message,
)
