from . import account, conversation, inbox, people, sending, templates
