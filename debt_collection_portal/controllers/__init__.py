from . import account, door, home, link, pay, pay_invoices
