from . import handover, pay, unsubscribe
