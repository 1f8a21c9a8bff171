from . import account, agreements, autopay, check, door, link, pay, pay_invoices
