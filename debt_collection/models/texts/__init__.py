from . import debt_text_version_mixin

# isort: split
# models after the mixin that they inherit
from . import (
    debt_action,
    debt_text_template,
    debt_text_version,
    debt_text_word,
    mail_template,
)
