from . import test_door, test_portal_check
