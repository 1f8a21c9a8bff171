from . import account, door, link
