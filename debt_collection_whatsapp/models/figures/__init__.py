from . import debt_whatsapp_result
