from . import (
    debt_action_evidence_mixin,
    debt_action_letter_mixin,
    debt_action_log_mixin,
    debt_action_text_mixin,
    debt_action_thanks_mixin,
    debt_channel,
)

# isort: split
# models after the mixins that they inherit
from . import (
    debt_action,
    debt_action_note,
    debt_campaign,
    debt_channel_email,
    debt_channel_task,
    debt_outcome,
    debt_text_template,
    mail_activity,
    mail_mail,
    mail_thread,
)
