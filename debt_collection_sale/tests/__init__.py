from . import test_order_hold, test_order_rights, test_portal_order
