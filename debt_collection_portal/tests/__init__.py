from . import test_autopay, test_door, test_pay, test_pay_books
