from . import account, agreements, door, link, pay, pay_invoices
