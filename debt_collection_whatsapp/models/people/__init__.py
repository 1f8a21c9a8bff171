from . import (
    debt_case,
    debt_contact_consent,
    debt_evidence,
    debt_whatsapp_identity,
    debt_whatsapp_identity_link,
    debt_whatsapp_identity_mixin,
    res_partner,
)
