from . import test_door, test_portal_check, test_portal_link_check, test_portal_security
