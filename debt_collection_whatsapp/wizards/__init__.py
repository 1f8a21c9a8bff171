from . import (
    debt_message_wizard,
    debt_text_preview_wizard,
    debt_whatsapp_acknowledge_wizard,
    debt_whatsapp_again_wizard,
    debt_whatsapp_give_wizard,
    debt_whatsapp_link_wizard,
    debt_whatsapp_rate_wizard,
    debt_whatsapp_resume_wizard,
    debt_whatsapp_steps_wizard,
    debt_whatsapp_submit_wizard,
)
