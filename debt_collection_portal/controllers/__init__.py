from . import account, door, home, link
