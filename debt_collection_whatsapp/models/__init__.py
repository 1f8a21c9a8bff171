from . import account, conversation, people, sending, templates

# isort: split
# after the models that they extend or read
from . import desk, figures, inbox
