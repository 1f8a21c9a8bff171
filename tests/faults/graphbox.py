"""The Graph API of the addon's own tests, for workers that live outside Odoo."""

import importlib.util
import sys
import types
from pathlib import Path

ADDON = Path(__file__).resolve().parents[2] / "debt_collection_whatsapp"
NAME = "debt_collection_whatsapp_fake"


def _package(name, folder):
    """Make a package of a folder without running its ``__init__``, which wants Odoo."""
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


def load(name="tests.fake_graph"):
    """Return a module of the addon that imports nothing of Odoo."""
    if NAME not in sys.modules:
        _package(NAME, ADDON)
        for folder in ("logic", "tests", "tools"):
            _package(f"{NAME}.{folder}", ADDON / folder)
    full = f"{NAME}.{name}"
    if full not in sys.modules:
        path = ADDON.joinpath(*name.split(".")).with_suffix(".py")
        spec = importlib.util.spec_from_file_location(full, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]
