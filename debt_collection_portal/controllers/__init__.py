from . import door, link
