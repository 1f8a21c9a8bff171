from . import (
    test_access,
    test_agreement_with_books,
    test_companies,
    test_ladder_in_run,
    test_simulation,
    test_twin,
)
