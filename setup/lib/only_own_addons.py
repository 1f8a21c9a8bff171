"""pytest plugin: Odoo's own lint (its addon test_lint) sees nothing but our addons.

Odoo's tests walk over every addon that is on the path, and over all models of the
database. Ours must pass; what Odoo's own code does is not our matter. A warning that
a test logs counts as a failure, as it does in Odoo's own builds.
"""

import logging
import os
import subprocess
import types
from pathlib import Path
from unittest.mock import ANY

import pytest

import odoo.modules
from odoo.modules import Manifest
from odoo.tools import config

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {
    "test_checkers.py": "tests the checkers, not the code",
    "test_markers.py": "reads all of Odoo; ours is in tests/test_repo.py",
    "test_docstring.py": "covers only Odoo's addons base and helpdesk in depth",
}
# Inverse fields of a One2many without an index of their own ("model.field": reason).
INDEXED_OTHERWISE = {
    "debt.case.partner_id": "UNIQUE(partner_id, company_id) starts with it",
    "debt.action.promise_id": "a unique index of those that have one starts with it",
    "debt.action.notice_id": "a unique index of those that have one starts with it",
    "debt.action.dispute_id": "a unique index of those that have one starts with it",
    "debt.action.difference_id": "a unique index of those that have one starts with it",
    "debt.action.plan_id": "a unique index of those that have one starts with it",
    "debt.action.assignment_id": "a unique index of those that have one starts with it",
    "debt.action.bounce_id": "a unique index of those that have one starts with it",
    "l10n_latam.check.outstanding_line_id": "Odoo's own",
    "l10n_latam.check.payment_id": "Odoo's own",
}
# Addons of Odoo whose overrides lack a decorator.
UNDECORATED = ("odoo.addons.l10n_latam_check.",)


def is_undecorated(method):
    return method.__module__.startswith(UNDECORATED)


all_addon_manifests = Manifest.all_addon_manifests


def own_manifests():
    return [m for m in all_addon_manifests() if Path(m.path).parent == ROOT]


def pytest_configure():
    Manifest.all_addon_manifests = staticmethod(own_manifests)
    odoo.modules.get_modules = lambda: [m.name for m in own_manifests()]


def pytest_ignore_collect(collection_path):
    return True if collection_path.name in SKIPPED else None


def run_pylint(command, *, env, **options):
    """Run pylint over our addons, without Odoo's own source, which takes minutes."""
    command = [argument for argument in command if argument != config.root_path]
    # pytest put the folder of addons here, and Odoo's `calendar` hides Python's
    paths = env["PYTHONPATH"].split(os.pathsep)
    paths = [path for path in paths if path not in config["addons_path"]]
    env = {**env, "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run(command, env=env, **options)


@pytest.fixture(autouse=True)
def pylint_without_odoo(request, monkeypatch):
    if request.module.__name__.endswith("test_pylint"):
        fake = types.SimpleNamespace(run=run_pylint)
        monkeypatch.setattr(request.module, "subprocess", fake)


@pytest.fixture(autouse=True)
def indexed_otherwise(request, monkeypatch):
    name = "BTREE_INDEX_IGNORE_FIELDS"
    if hasattr(request.module, name):
        ignored = getattr(request.module, name) | INDEXED_OTHERWISE.keys()
        monkeypatch.setattr(request.module, name, ignored)


@pytest.fixture(autouse=True)
def undecorated(request, monkeypatch):
    if not hasattr(request.module, "get_decorators"):
        return
    decorators = request.module.get_decorators
    check = request.module.assert_attribute_override

    def get_decorators(method):
        return ANY if is_undecorated(method) else decorators(method)

    def assert_attribute_override(parent, child, is_private):
        if not is_undecorated(child):
            check(parent, child, is_private)

    for fake in (get_decorators, assert_attribute_override):
        monkeypatch.setattr(request.module, fake.__name__, fake)


@pytest.fixture(autouse=True)
def warnings_are_failures(request, caplog):
    caplog.set_level(logging.WARNING, logger=request.module.__name__)
    yield
    records = caplog.get_records("call")
    said = [r.getMessage() for r in records if r.name == request.module.__name__]
    assert not said, "\n".join(said)
