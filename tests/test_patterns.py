"""T17: no regular expression over anybody's text can try the same text again and again.

Every pattern of ours stands at the top of a module, and none has anything behind a repetition without an end: then there is
nothing that could fail and send it back. Repetitions with an end may be followed: how often a place is looked at ends too.
"""

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of Python itself; it has no other door
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from django.apps import apps
from django.core.validators import RegexValidator

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "access_admins", "acts", "audit", "csam_portal", "enterprises", "formats", "htb", "identity", "mock_idp", "outbox",
    "senders", "ui", "users",
)  # fmt: skip
# How often a place of a text may be looked at. Reckoned too high: repetitions one after another are multiplied, whether or not
# they can take the same text.
MOST_LOOKS = 100_000
# Patterns that are made elsewhere than at the top of a module, and why they may.
ELSEWHERE = {
    "identity/oidc/tokens.py": "holds a setting; no repetition of it is without an end",
    "senders/gateway/reports.py": "hexadecimal marks made of keys; nothing of them repeats",
}
# Patterns with something behind a repetition without an end, and why they cannot go back.
CANNOT = {
    "senders.gateway.reports._HEAD[0]": "matched whole; a blank, which no repetition takes, tells where each ends",
}
REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}


def sources() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def patterns_in(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, RegexValidator):
        yield re.compile(value.regex)
    elif isinstance(value, dict):
        yield from patterns_in(list(value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from patterns_in(one)


def patterns() -> dict[str, re.Pattern[Any]]:
    """Return the patterns of all modules, and those that fields of models are held to, by where they stand."""
    found: dict[str, re.Pattern[Any]] = {}
    for path in sources():
        if "re.compile(" in path.read_text(encoding="utf-8"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for attribute, value in vars(importlib.import_module(name)).items():
                for number, pattern in enumerate(patterns_in(value)):
                    found[f"{name}.{attribute}[{number}]"] = pattern
    for model in apps.get_models():
        if model.__module__.split(".")[0] in ROOMS:
            for field in model._meta.get_fields():
                for pattern in patterns_in(getattr(field, "validators", [])):
                    found[f"{model.__name__}.{field.name}"] = pattern
    return found


def looks(parsed: Iterable[Any], *, is_last: bool = True) -> int:
    """Return how often one place may be looked at; raise ValueError where that has no end. is_last: nothing follows."""
    parts = list(parsed)
    if len(parts) > 1 and parts[0] == (codes.AT, codes.AT_BEGINNING) and parts[-1][0] is codes.AT:
        # It begins at one place alone: going back from the end of one repetition to it is done once.
        parts = parts[:-1]
    count = 1
    for place, (code, argument) in enumerate(parts):
        count *= _looks_of(code, argument, is_last=is_last and place == len(parts) - 1)
    return count


def _looks_of(code: Any, argument: Any, *, is_last: bool) -> int:
    if code in REPEATS:
        least, most, inside = argument
        if most is codes.MAXREPEAT:
            if not is_last:
                raise ValueError("something follows a repetition without an end")
            return looks(inside, is_last=False)
        ways = looks(inside, is_last=False)
        # A possessive one never goes back into what it took.
        if code is codes.POSSESSIVE_REPEAT:
            return 1
        return (int(most) - int(least) + 1) * (ways if ways == 1 else ways ** int(most))
    if code is codes.ATOMIC_GROUP:
        looks(argument, is_last=is_last)
        return 1
    if code is codes.SUBPATTERN:
        return looks(argument[-1], is_last=is_last)
    if code is codes.BRANCH:
        return sum(looks(one, is_last=is_last) for one in argument[1])
    if code in {codes.ASSERT, codes.ASSERT_NOT}:
        return looks(argument[1], is_last=False)
    if code is codes.GROUPREF_EXISTS:
        raise ValueError("a condition is not judged")
    return 1


def test_T17_no_pattern_of_ours_can_go_back() -> None:
    found = patterns()
    assert len(found) > 15
    assert found.keys() >= CANNOT.keys()
    for where, pattern in found.items():
        try:
            assert where in CANNOT or looks(parser.parse(pattern.pattern, pattern.flags)) <= MOST_LOOKS, where
        except ValueError as reason:
            pytest.fail(f"{where}: {reason}: {pattern.pattern!r}")


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+", r"(a*)*b", r"\s*=\s*", r"[^@]+@", r"BEGIN (.*?) END", r"(?:x*|y)z", r"(a|b*)c", r"a+$", r"^a+b+\Z",
        r"(?=a*)b", r"(.*)\1", r"x+?y", r"a++b", r"(?>a+)b",
    ],
)  # fmt: skip
def test_T17_the_guard_bites(pattern: str) -> None:
    with pytest.raises(ValueError, match="without an end"):
        looks(parser.parse(pattern))


@pytest.mark.parametrize("pattern", [r"(?:a{0,99}b){0,99}c", r"(?:\d{1,50}){1,50}x", r"(?:a|ab){1,20}c"])
def test_T17_the_guard_counts(pattern: str) -> None:
    assert looks(parser.parse(pattern)) > MOST_LOOKS


def test_T17_patterns_stand_where_the_guard_finds_them() -> None:
    """No `re.sub(text, …)` in passing, and no pattern made inside a function but those with a reason."""
    for path in sources():
        where = str(path.relative_to(ROOT))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {
            id(node)
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.Lambda)
            for node in ast.walk(function)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re":
                is_fine = called.attr == "escape" or (called.attr == "compile" and id(node) not in inside)
                assert is_fine or where in ELSEWHERE, f"{where}:{node.lineno}"


def test_T17_nobody_takes_patterns_from_elsewhere() -> None:
    """Fields and addresses that are patterns would be found by no search of "re."."""
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for word in ("re_path", "RegexField", "from re import", "import regex", "__regex="):
            assert word not in text or (word == "__regex=" and "CheckConstraint" in text), (path, word)
