from . import (
    test_access,
    test_agreement_with_books,
    test_channels,
    test_companies,
    test_dispatch,
    test_ladder_in_run,
    test_mail_queue,
    test_merge,
    test_pay_link,
    test_settings,
    test_simulation,
    test_twin,
)
