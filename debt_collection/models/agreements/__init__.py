from . import debt_cover_mixin

# isort: split
# models after the mixin that they inherit
from . import debt_promise
