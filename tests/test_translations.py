"""Four languages, complete: the sources are English; nl, fr and de say every sentence, and none of them in English."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["nl", "fr", "de"]
# Names, abbreviations and words that are the same in another language.
SAME_IN_ENGLISH = Path(__file__).parent / "same_in_english.txt"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """What the sources say today, as pairs of context and sentence: `make messages` in a copy of them."""
    copy = tmp_path_factory.mktemp("sources") / "portal"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "var", "tests", "frontend", "locale", "static")
    )
    subprocess.run([sys.executable, str(copy / "scripts" / "make_messages.py")], check=True, capture_output=True)
    return {(entry.msgctxt or "", entry.msgid) for entry in catalogue("nl", copy / "locale")}


def catalogue(language: str, locale: Path = ROOT / "locale") -> polib.POFile:
    return polib.pofile(str(locale / language / "LC_MESSAGES" / "django.po"))


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def allowed_same() -> Iterator[str]:
    for line in SAME_IN_ENGLISH.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_what_the_sources_say(language: str, sources: set[tuple[str, str]]) -> None:
    """Nothing missing, nothing left over; `make messages` brings the files up to the sources."""
    there = {(entry.msgctxt or "", entry.msgid) for entry in catalogue(language) if not entry.obsolete}
    assert there == sources


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_empty_or_guessed(language: str) -> None:
    entries = catalogue(language)
    assert [entry.msgid for entry in entries if entry.fuzzy] == []
    assert [entry.msgid for entry in entries if not all(translations(entry))] == []
    assert [entry.msgid for entry in entries.obsolete_entries()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_english(language: str) -> None:
    """A sentence equal to its source is an oversight, unless tests/same_in_english.txt says it is meant."""
    allowed = set(allowed_same())
    same = [e.msgid for e in catalogue(language) if e.msgid in translations(e) and e.msgid not in allowed]
    assert [msgid for msgid in same if PLACEHOLDER.sub("", msgid).strip(" .,:()-–")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_kept(language: str) -> None:
    """A translation names the same values as its source, or the page that shows it would fail."""
    wrong = [
        entry.msgid
        for entry in catalogue(language)
        if not entry.msgid_plural
        and sorted(PLACEHOLDER.findall(entry.msgid)) != sorted(PLACEHOLDER.findall(entry.msgstr))
    ]
    assert wrong == []


def test_french_is_set_as_french_is() -> None:
    """A curly apostrophe, and a space that breaks no line before : ; ! ? and inside quotation marks."""
    wrong = re.compile(r"\w'\w| [:;!?»](?:\s|$)|« ")
    faults = [
        text for entry in catalogue("fr") for text in translations(entry) if not entry.obsolete and wrong.search(text)
    ]
    assert not faults
