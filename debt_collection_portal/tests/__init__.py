from . import (
    test_agreements,
    test_agreements_tours,
    test_autopay,
    test_autopay_page,
    test_autopay_tours,
    test_door,
    test_pay,
    test_pay_books,
    test_pay_tours,
    test_pay_transfer,
)
