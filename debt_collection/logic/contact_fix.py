"""What somebody has to mend of a contact, before messages can reach it."""

#: The purpose of the task, by the field of the contact that is missing or wrong.
FIXES = {"email": "fix_contact", "phone": "fix_phone", "street": "fix_address"}
