from . import (
    test_agreements,
    test_agreements_tours,
    test_door,
    test_pay,
    test_pay_books,
)
