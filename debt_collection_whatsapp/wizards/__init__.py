from . import debt_whatsapp_give_wizard, debt_whatsapp_link_wizard
