from . import (
    debt_case_evidence_mixin,
    debt_evidence_person_mixin,
    debt_evidence_report_mixin,
    debt_evidence_wipe_mixin,
)

# isort: split
# models after the mixins that they inherit
from . import (
    debt_evidence,
    debt_export,
    debt_purge,
    debt_retention_rule,
    mail_message,
    privacy_lookup_wizard,
)
