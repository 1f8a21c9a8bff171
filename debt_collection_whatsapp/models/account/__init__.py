from . import debt_whatsapp_account, debt_whatsapp_app
