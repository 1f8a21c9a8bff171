from . import controllers, demo, logic, models, wizards
from .hooks import post_init_hook
