from . import test_answer, test_twilio_errors
