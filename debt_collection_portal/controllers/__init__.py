from . import account, agreements, door, link
