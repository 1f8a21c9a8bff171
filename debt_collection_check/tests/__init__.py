from . import (
    test_bounce,
    test_cheque_access,
    test_clearing,
    test_documented_sales,
    test_portfolio,
)
