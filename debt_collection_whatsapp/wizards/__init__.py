from . import debt_whatsapp_again_wizard
