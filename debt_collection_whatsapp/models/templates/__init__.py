from . import debt_whatsapp_bubble, debt_whatsapp_source

# isort: split
# what the models below inherit
from . import (
    debt_whatsapp_template_meta_mixin,
    debt_whatsapp_template_news_mixin,
    debt_whatsapp_template_send_mixin,
)

# isort: split
from . import (
    debt_action,
    debt_campaign,
    debt_finding,
    debt_stage,
    debt_strategy_step,
    debt_strategy_step_fallback,
    debt_whatsapp_template,
    debt_whatsapp_template_param,
    debt_whatsapp_text,
    debt_whatsapp_text_button,
)
