from . import debt_action_text_mixin, debt_channel

# isort: split
# models after the mixins that they inherit
from . import (
    debt_action,
    debt_channel_email,
    debt_channel_task,
    debt_outcome,
    mail_activity,
    mail_mail,
    mail_thread,
)
