from . import test_door, test_pay, test_pay_books
