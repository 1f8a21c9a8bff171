from . import account, autopay, door, link
