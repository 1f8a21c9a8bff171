from . import (
    debt_action,
    debt_case,
    debt_whatsapp_conversation_answer,
    debt_whatsapp_conversation_desk,
    debt_whatsapp_conversation_people,
    debt_whatsapp_conversation_thread,
    debt_whatsapp_message,
    debt_whatsapp_quick_answer,
    debt_whatsapp_seen,
    ir_websocket,
    res_company,
    res_config_settings,
)
