from . import debt_whatsapp_conversation
