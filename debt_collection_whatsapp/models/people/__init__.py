from . import debt_whatsapp_identity, debt_whatsapp_identity_link
