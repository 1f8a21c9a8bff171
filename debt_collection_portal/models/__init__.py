from . import account, agreements, pay, proof, visit
