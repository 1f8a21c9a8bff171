from . import account, conversation, inbox, people, sending, templates

# isort: split
# what the desk adds to their models
from . import desk
