from . import check, door, link
