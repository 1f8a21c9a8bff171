from . import ageing, handover, pay, unsubscribe
