"""What must hold for the files of this repository, seen without running them."""

import ast
import csv
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import docutils.core
import docutils.nodes
import polib
import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[1]
ADDONS = sorted(path.parent for path in ROOT.glob("*/__manifest__.py"))
DATA_FOLDERS = ("data", "demo", "report", "security", "views", "wizards")

each_addon = pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)


def tracked_files():
    """Return the files of the repository, those of the next commit included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in answer.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def python_files(folder):
    return sorted(folder.rglob("*.py"))


def tree(path):
    return ast.parse(path.read_text(), str(path))


def manifest(addon):
    return ast.literal_eval((addon / "__manifest__.py").read_text())


def place(path, node=None):
    line = f":{node.lineno}" if node else ""
    return f"{path.relative_to(ROOT)}{line}"


# ---------------------------------------------------------------- manifests


@each_addon
def test_manifest_values(addon):
    values = manifest(addon)
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", values["version"])
    assert values["license"] == "LGPL-3"
    assert values["author"] == "Debt Collection for Odoo"
    assert values["summary"]
    assert (addon / "pyproject.toml").is_file()
    assert "whool" in (addon / "pyproject.toml").read_text()


@each_addon
def test_manifest_lists_the_data_files_that_exist(addon):
    values = manifest(addon)
    listed = values.get("data", []) + values.get("demo", [])
    assert len(listed) == len(set(listed))
    missing = [name for name in listed if not (addon / name).is_file()]
    assert not missing, "listed, but not there"
    there = {
        path.relative_to(addon).as_posix()
        for folder in DATA_FOLDERS
        for path in (addon / folder).rglob("*")
        if path.suffix in {".xml", ".csv"}
    }
    assert not there - set(listed), "there, but not listed"


@each_addon
def test_manifest_assets_exist(addon):
    for bundle, entries in manifest(addon).get("assets", {}).items():
        for entry in entries:
            pattern = entry if isinstance(entry, str) else entry[-1]
            name, _, rest = pattern.partition("/")
            if name == addon.name:
                assert any(addon.glob(rest)), f"{bundle}: {pattern} finds nothing"


@each_addon
def test_python_needs_are_in_the_requirements(addon):
    known = (ROOT / "requirements.txt").read_text().splitlines()
    needs = manifest(addon).get("external_dependencies", {}).get("python", [])
    assert set(needs) <= set(known), "with the same bounds"


@each_addon
def test_versions_have_no_migration_above_them(addon):
    version = [int(part) for part in manifest(addon)["version"].split(".")]
    for folder in (addon / "migrations").glob("*"):
        assert [int(part) for part in folder.name.split(".")] <= version


# ---------------------------------------------------------------- models and rights


def names_in_class(node):
    """Return what a class body assigns as constants: `_name`, `_inherit` and so on."""
    return {
        target.id: statement.value.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


def inherited_names(node):
    """Return the names in a list ``_inherit`` of a class body."""
    return {
        element.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and ast.unparse(statement.targets[0]) == "_inherit"
        and isinstance(statement.value, ast.List)
        for element in statement.value.elts
        if isinstance(element, ast.Constant)
    }


def new_models(addon):
    """Yield the concrete models that an addon defines, wizards included."""
    for path in python_files(addon):
        if "tests" in path.relative_to(addon).parts:
            continue
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ClassDef):
                continue
            names = names_in_class(node)
            bases = {ast.unparse(base) for base in node.bases}
            inherited = inherited_names(node) | {names.get("_inherit")}
            extends = names.get("_name") in inherited
            if (
                "_name" in names
                and not extends
                and bases & {"models.Model", "models.TransientModel"}
            ):
                yield names["_name"]


@each_addon
def test_every_model_has_an_access_line(addon):
    allowed = set()
    for path in addon.glob("security/*.csv"):
        if path.name != "ir.model.access.csv":
            continue
        with path.open() as lines:
            for line in csv.DictReader(lines):
                allowed.add(line["model_id:id"].rpartition(".")[2])
    models = {"model_" + name.replace(".", "_") for name in new_models(addon)}
    assert not models - allowed


def hidden_methods(addon):
    """Yield methods that another file of the addon also gives to a model, unasked.

    The one that is loaded later hides the other; whoever means it calls ``super()``.
    """
    seen = {}
    for path in python_files(addon / "models"):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ClassDef):
                continue
            model = names_in_class(node).get("_inherit")
            for method in node.body if model else ():
                if isinstance(method, ast.FunctionDef):
                    found = seen.setdefault((model, method.name), [])
                    calls = "super()" in ast.unparse(method)
                    found.append((place(path, method), calls))
    for (model, name), found in seen.items():
        if sum(not calls for _place, calls in found) > 1:
            yield model, name, [where for where, _calls in found]


@each_addon
def test_no_room_hides_a_method_of_another(addon):
    assert not list(hidden_methods(addon))


# ---------------------------------------------------------------- logic

CLOCK_AND_CHANCE = {"today", "now", "utcnow"}
INPUT_AND_OUTPUT = {"open", "print", "input", "exec", "eval", "__import__"}
IMPURE_MODULES = {
    *("asyncio", "io", "logging", "os", "pathlib", "random", "secrets"),
    *("shutil", "socket", "subprocess", "sys", "tempfile", "threading", "time"),
    *("urllib", "uuid"),
}
#: The parts of an address are text; what asks it is not.
PURE_MODULES = {"urllib.parse"}
#: Data about places, without a clock: how amounts, days and numbers are written there.
PURE_PACKAGES = {"babel", "phonenumbers"}


def impurities(path, addon):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            depth = len(path.parent.relative_to(addon / "logic").parts) + 1
            if node.level > depth:
                yield node, "an import from outside logic"
            names = [] if node.level else [node.module]
        else:
            names = []
        for name in names:
            top = name.partition(".")[0]
            known = top in sys.stdlib_module_names or top in PURE_PACKAGES
            if not known or (top in IMPURE_MODULES and name not in PURE_MODULES):
                yield node, f"imports {name}"
        # a value may be called "now"; what is called asks for it
        asked = node.func if isinstance(node, ast.Call) else None
        if isinstance(asked, ast.Attribute) and asked.attr in CLOCK_AND_CHANCE:
            yield node, f"asks the clock: {asked.attr}"
        if isinstance(node, ast.Name) and node.id in INPUT_AND_OUTPUT:
            yield node, f"does input or output: {node.id}"


@each_addon
def test_logic_is_pure(addon):
    found = [
        f"{place(path, node)}: {what}"
        for path in python_files(addon / "logic")
        for node, what in impurities(path, addon)
    ]
    assert not found


# ---------------------------------------------------------------- XML and translations

OLD_XML = {
    "tree": "write <list>",
    "openerp": "write <odoo>",
}
OLD_ATTRIBUTES = {"attrs": "invisible, readonly, required", "states": "invisible"}


@each_addon
def test_xml_is_well_formed_and_modern(addon):
    for path in sorted(addon.rglob("*.xml")):
        document = etree.parse(str(path))
        for node in document.iter(etree.Element):
            where = f"{place(path)}:{node.sourceline}"
            assert node.tag not in OLD_XML, f"{where}: {OLD_XML[node.tag]}"
            for name in OLD_ATTRIBUTES:
                assert name not in node.attrib, f"{where}: use {OLD_ATTRIBUTES[name]}"


@each_addon
def test_xml_ids_are_unique_in_their_file(addon):
    for path in sorted(addon.rglob("*.xml")):
        nodes = etree.parse(str(path)).iter("record", "template", "menuitem")
        seen = Counter(node.get("id") for node in nodes if node.get("id"))
        assert [name for name, count in seen.items() if count > 1] == [], place(path)


PLACEHOLDER = re.compile(r"%\(\w+\)[sdrf]|\{\{.*?\}\}")


@each_addon
def test_translations(addon):
    names = {path.name for path in addon.glob("i18n/*")}
    assert "en.po" not in names, "English is the source"
    for path in sorted(addon.glob("i18n/*.po")):
        for entry in polib.pofile(str(path)):
            if entry.obsolete or not entry.msgstr:
                continue
            assert "fuzzy" not in entry.flags, f"{place(path)}: {entry.msgid}"
            original = sorted(PLACEHOLDER.findall(entry.msgid))
            translated = sorted(PLACEHOLDER.findall(entry.msgstr))
            assert original == translated, f"{place(path)}: {entry.msgid}"


@each_addon
def test_spanish_is_complete(addon):
    template = addon / "i18n" / f"{addon.name}.pot"
    if not template.is_file():
        pytest.skip("not exported yet")
    path = addon / "i18n" / "es.po"
    spanish = polib.pofile(str(path)) if path.is_file() else []
    translated = {entry.msgid for entry in spanish if entry.msgstr}
    terms = {entry.msgid for entry in polib.pofile(str(template))}
    assert not terms - translated


# ---------------------------------------------------------------- all files

# Words that have no place in a product: names of tools with which, and of machines on
# which, it was written. As hashes, so that they are not in this file either.
FORBIDDEN = {
    "c857d09db23e6822",
    "c70eca6b0f88f44d",
    "60965168ce762e94",
    "7d3194f79e645c42",
    "3ea125d0bff386e6",
    "053ea4804ef1bb33",
    "487b91042c7cf27a",
    "57de4cf40144bdf7",
    "90642c3dd333bc0e",
    "a4aa2ac280bb8d1a",
    "c899567ee9068517",
    "0dc11026ac75c015",
    "8743857e3ea00fd1",
    "e680c440a2e92079",
}
HOME_OF_SOMEBODY = re.compile(r"(?<![\w.:/~}$-])/(?:home|root|Users|work)/\w")
CONFLICT = re.compile(r"^(?:<{7} |>{7} )", re.MULTILINE)
WORD = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")


def words(text):
    for word in set(WORD.findall(text.lower())):
        yield word
        yield from re.split(r"[.-]", word)


def test_no_forbidden_words():
    found = []
    for path in tracked_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for word in words(text):
            if hashlib.sha256(word.encode()).hexdigest()[:16] in FORBIDDEN:
                found.append(f"{place(path)}: {word}")
        found += [f"{place(path)}: {hit}" for hit in HOME_OF_SOMEBODY.findall(text)]
        if CONFLICT.search(text):
            found.append(f"{place(path)}: conflict marker")
    assert not found


def test_scripts_can_be_executed():
    for path in tracked_files():
        with path.open("rb") as content:
            has_shebang = content.read(2) == b"#!"
        assert has_shebang == os.access(path, os.X_OK), place(path)


def test_readme_names_every_addon():
    text = (ROOT / "README.md").read_text()
    assert [addon.name for addon in ADDONS if addon.name not in text] == []


@each_addon
def test_readme_is_written_from_its_fragments(addon):
    path = ROOT / "setup" / "lib" / "build_readme.py"
    spec = importlib.util.spec_from_file_location("build_readme", path)
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    text = builder.readme(addon)
    readme = addon / "README.rst"
    assert readme.is_file(), "run setup/readme"
    assert readme.read_text() == text, "run setup/readme"
    # what Odoo's list of apps would show as an error
    document = docutils.core.publish_doctree(
        text, settings_overrides={"report_level": 5, "halt_level": 5}
    )
    problems = document.findall(docutils.nodes.system_message)
    assert [problem.astext() for problem in problems] == []
