from . import account, agreements, proof, visit
