from . import account, agreements, autopay, pay, proof, talk, visit
