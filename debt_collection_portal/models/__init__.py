from . import account, agreements, autopay, pay, proof, visit
