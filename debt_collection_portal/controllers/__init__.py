from . import account, autopay, door, link, pay, pay_invoices
