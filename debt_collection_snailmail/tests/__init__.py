from . import test_letter_service
