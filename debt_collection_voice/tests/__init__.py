from . import (
    test_voice_access,
    test_voice_conversation,
    test_voice_evidence,
    test_voice_provider,
)
