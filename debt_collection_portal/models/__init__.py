from . import account, proof, visit
