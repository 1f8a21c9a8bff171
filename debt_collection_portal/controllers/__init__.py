from . import account, check, door, link
