from . import test_agreements, test_door, test_pay, test_pay_books
