from . import handover, pay
