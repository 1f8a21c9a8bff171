from . import account, agreements, autopay, door, link, pay, pay_invoices
