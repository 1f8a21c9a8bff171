from . import account, pay, proof, visit
