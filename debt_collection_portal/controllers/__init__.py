from . import account, autopay, check, door, link, pay, pay_invoices
