from . import (
    test_account,
    test_account_tours,
    test_door,
    test_pay,
    test_pay_books,
    test_pay_tours,
    test_pay_transfer,
)
