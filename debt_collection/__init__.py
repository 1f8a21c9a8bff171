from . import controllers, logic, models, wizards
from .hooks import post_init_hook
