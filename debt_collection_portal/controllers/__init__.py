from . import account, door, link, pay, pay_invoices
