from . import test_agreements, test_door
