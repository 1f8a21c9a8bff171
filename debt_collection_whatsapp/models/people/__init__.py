from . import (
    debt_case,
    debt_contact_consent,
    debt_evidence,
    debt_whatsapp_account,
    debt_whatsapp_identity_link,
    debt_whatsapp_identity_mixin,
    res_partner,
)

# isort: split
# the model after the mixin that it inherits
from . import debt_whatsapp_identity
