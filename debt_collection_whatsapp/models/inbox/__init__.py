from . import debt_whatsapp_event
