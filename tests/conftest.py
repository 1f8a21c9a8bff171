"""The tests of this folder run outside Odoo: no registry is loaded for them.

Those that need Odoo start it as a process of its own, see environment.py. The pure
part of each addon, `<addon>/logic`, is importable as `<addon>_logic`, by path: the
addon itself cannot be imported without Odoo.
"""

import importlib.util
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# a machine that does other work for a second is no fault of the code
settings.register_profile("calm", suppress_health_check=[HealthCheck.too_slow])
# HYPOTHESIS_PROFILE=nightly: what a night is long enough for
settings.register_profile(
    "nightly", parent=settings.get_profile("calm"), max_examples=100_000, deadline=None
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "calm")

ROOT = Path(__file__).resolve().parents[1]


def load_logic(init):
    name = f"{init.parents[1].name}_logic"
    spec = importlib.util.spec_from_file_location(
        name, init, submodule_search_locations=[str(init.parent)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


for path in sorted(ROOT.glob("*/logic/__init__.py")):
    load_logic(path)


# The plugin pytest-odoo has fixtures of these names, and applies them to every test.


@pytest.fixture(scope="session", autouse=True)
def load_registry():
    pass


@pytest.fixture(scope="session", autouse=True)
def load_http():
    pass


@pytest.fixture(scope="module", autouse=True)
def enable_odoo_test_flag():
    pass
