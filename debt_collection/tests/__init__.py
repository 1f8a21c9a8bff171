from . import (
    test_agreement_with_books,
    test_ladder_in_run,
)
