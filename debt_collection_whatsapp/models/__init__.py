from . import account, conversation, people, sending, templates

# isort: split
# after the models that it extends
from . import desk, inbox
