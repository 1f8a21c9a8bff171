from . import (
    debt_whatsapp_acknowledge_wizard,
    debt_whatsapp_rate_wizard,
    debt_whatsapp_resume_wizard,
)
