from . import account, conversation, people, sending, templates

# isort: split
# what extends models of the rooms above
from . import desk, inbox
