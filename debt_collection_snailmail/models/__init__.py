from . import debt_letter_run, snailmail_letter
