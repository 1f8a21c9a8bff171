from . import account, proof, talk, visit
