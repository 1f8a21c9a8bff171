from . import debt_whatsapp_message
