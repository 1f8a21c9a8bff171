from . import test_account, test_account_tours, test_door
