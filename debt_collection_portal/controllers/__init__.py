from . import account, check, door, link, pay, pay_invoices
