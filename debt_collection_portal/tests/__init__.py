from . import test_door, test_portal_dispute, test_portal_paid
