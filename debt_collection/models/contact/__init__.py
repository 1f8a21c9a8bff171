from . import (
    debt_action_answer_mixin,
    debt_action_attach_mixin,
    debt_action_copy_mixin,
    debt_action_evidence_mixin,
    debt_action_fallback_mixin,
    debt_action_letter_mixin,
    debt_action_log_mixin,
    debt_action_sms_mixin,
    debt_action_statement_mixin,
    debt_action_text_mixin,
    debt_action_thanks_mixin,
    debt_case_answer_mixin,
    debt_case_link_mixin,
    debt_channel,
    debt_queue_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import (
    debt_action,
    debt_action_note,
    debt_bounce,
    debt_campaign,
    debt_channel_email,
    debt_channel_sms,
    debt_channel_task,
    debt_link,
    debt_outcome,
    debt_text_template,
    mail_activity,
    mail_mail,
    mail_thread,
    sms_sms,
    sms_tracker,
)
