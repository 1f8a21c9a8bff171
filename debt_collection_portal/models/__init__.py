from . import account, autopay, pay, proof, visit
