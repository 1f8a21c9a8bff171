from . import (
    test_door,
    test_portal_dispute,
    test_portal_paid,
    test_portal_preferences,
    test_portal_talk,
    test_talk_tours,
)
