from . import account, dispute, door, files, link, paid, preferences, talk
