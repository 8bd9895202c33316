"""docs/behaviour.md: every number that code, documents and tests cite stands there, and a test names each of them."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.test_architecture import ROOMS, ROOT, SOURCES, TREES

# What looks like a number of the page and is none: a size of paper, a version, the ids of answers in docs/gateway.md.
OTHERS = re.compile(r"\bA4\b|\bDIMONA V2\b|\bS01–S10\b")
NUMBER = re.compile(r"\b[A-Z](?:0|[1-9]\d?)\b")
COMMENTS = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)


def page(name: str) -> str:
    """A page of the documentation."""
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


BEHAVIOURS = set(re.findall(r"^- ([A-Z]\d{1,2}) ", page("behaviour"), re.MULTILINE))


def cited(text: str) -> set[str]:
    """The numbers that a text cites."""
    return set(NUMBER.findall(OTHERS.sub("", text)))


def comments_and_docstrings(path: Path) -> Iterator[str]:
    """What a module says to its reader."""
    with path.open("rb") as source:
        yield from (token.string for token in tokenize.tokenize(source.readline) if token.type == tokenize.COMMENT)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(TREES[path]):
        if isinstance(node, documented):
            yield ast.get_docstring(node) or ""


def places() -> Iterator[tuple[str, str]]:
    """Everything that may cite a behaviour, with its name: modules, templates, documents."""
    for path in SOURCES:
        yield str(path.relative_to(ROOT)), "\n".join(comments_and_docstrings(path))
    for path in sorted(ROOT.glob("*/**/*.html")):
        if path.relative_to(ROOT).parts[0] in {*ROOMS, "templates"}:
            yield str(path.relative_to(ROOT)), "\n".join(COMMENTS.findall(path.read_text(encoding="utf-8")))
    for path in [
        *sorted((ROOT / "docs").rglob("*.md")),
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
    ]:
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def names_of_tests() -> Iterator[tuple[str, set[str]]]:
    """Every test's name with the numbers in it."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8")):
            yield f"{path.name}::{name}", {part for part in name.split("_") if NUMBER.fullmatch(part)}


def test_every_number_that_is_cited_stands_in_the_page() -> None:
    citations = [(place, cited(text)) for place, text in places()] + list(names_of_tests())
    assert {place: numbers - BEHAVIOURS for place, numbers in citations if numbers - BEHAVIOURS} == {}


def test_every_behaviour_is_named_by_a_test() -> None:
    assert BEHAVIOURS - {number for _name, numbers in names_of_tests() for number in numbers} == set()


def test_the_page_is_read_whole() -> None:
    """The ends of its sections, so that a change of its shape cannot empty the tests above."""
    assert {"P1", "P6", "L7", "S9", "X11", "H10", "U0", "U9", "M12", "E9"} <= BEHAVIOURS


def test_the_page_on_security_names_every_attack_test_and_no_other() -> None:
    named = set(re.findall(r"`(?:tests/(?:security/|browser/)?)?(test_\w+?)(?:\.py)?`", page("security")))
    everywhere = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert {path.stem for path in (ROOT / "tests" / "security").glob("test_*.py")} <= named <= everywhere
