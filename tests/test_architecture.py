"""The house stays as docs/architecture.md has it, where a look at the sources can tell; import-linter keeps the layers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["csam_portal", "htb", "senders", "mock_idp", "access_admins", "users", "enterprises", "identity", "acts", "audit",
    "outbox", "ui", "formats", "outgoing"]  # fmt: skip
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]
# Read once, while tests are collected: CPython 3.11 miscounts its recursion when a browser's greenlets run beside the parser.
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
LONGEST_MODULE = 500

# What changes rows, on a queryset or on an instance.
WRITES = {"create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "save", "delete"}


def id_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def modules(*names: str) -> list[Path]:
    """The modules of these names in every room, also where one became a package."""
    return [path for path in SOURCES if path.stem in names or path.parent.name in names]


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(TREES[path])


def imported(path: Path) -> Iterator[str]:
    """Everything that a module imports, with full names."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules("views"), ids=id_of)
def test_views_reach_no_manager_and_write_nothing(path: Path) -> None:
    """Rows are reached through the actor's scope, and changed by an act alone."""
    for node in nodes(path):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"objects", "_default_manager"}, f"{path}:{node.lineno} reaches a manager"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            raise AssertionError(f"{path}:{node.lineno} writes")


@pytest.mark.parametrize("path", modules("actions", "permissions", "policies"), ids=id_of)
def test_acts_and_rules_know_no_page(path: Path) -> None:
    """Every door is alike: an act sees no request, form, view or message."""
    for name in set(imported(path)) - {"django.forms.models.model_to_dict"}:
        assert not name.startswith(("django.http", "django.shortcuts", "django.contrib.messages", "django.forms")), name
        assert not {"forms", "views", "presenters"} & set(name.split(".")[:-1]), name


@pytest.mark.parametrize("path", modules("models", "enums"), ids=id_of)
def test_models_know_no_acts_and_no_pages(path: Path) -> None:
    for name in imported(path):
        assert not {"actions", "forms", "views", "permissions", "presenters"} & set(name.split(".")), name


@pytest.mark.parametrize("path", modules("enums"), ids=id_of)
def test_enums_import_no_model_of_ours(path: Path) -> None:
    assert not [name for name in imported(path) if name.split(".")[0] in ROOMS and ".models" in name]


@pytest.mark.parametrize("path", modules("presenters"), ids=id_of)
def test_presenters_ask_nothing_of_the_database(path: Path) -> None:
    assert not [node for node in nodes(path) if isinstance(node, ast.Attribute) and node.attr == "objects"]


@pytest.mark.parametrize("path", SOURCES, ids=id_of)
def test_every_module_is_short_and_says_what_it_is(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST_MODULE
    tree = TREES[path]
    if path.name in {"__init__.py", "apps.py", "urls.py"}:
        return
    assert ast.get_docstring(tree), f"{id_of(path)} says nothing about itself"


@pytest.mark.parametrize("path", SOURCES, ids=id_of)
def test_every_public_function_and_class_says_what_it_does(path: Path) -> None:
    tree = TREES[path]
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        # Django knows these by their name and so does the reader.
        and not (isinstance(node, ast.ClassDef) and node.name.endswith(("Config", "Command")))
    ]
    assert silent == []


@pytest.mark.parametrize("path", modules("actions"), ids=id_of)
def test_an_act_takes_its_actor_by_keyword(path: Path) -> None:
    """Two persons cannot be exchanged."""
    for node in TREES[path].body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith(("_", "check_")):
            positional = {argument.arg for argument in node.args.args}
            assert "actor" not in positional, f"{path}:{node.lineno} {node.name} takes its actor by position"
