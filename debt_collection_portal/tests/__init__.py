from . import (
    test_agreements,
    test_agreements_tours,
    test_door,
    test_pay,
    test_pay_books,
    test_pay_tours,
    test_pay_transfer,
    test_portal_check,
    test_portal_dispute,
    test_portal_link_check,
    test_portal_paid,
    test_portal_security,
)
