from . import proof, visit
