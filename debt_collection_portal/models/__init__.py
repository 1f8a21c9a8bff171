from . import account, autopay, proof, visit
