from . import debt_whatsapp_template
