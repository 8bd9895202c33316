"""Draws docs/refusals.md from what does not start: `python -m scripts.refusals` writes it, a test compares."""

import os
from collections.abc import Iterable
from pathlib import Path

import django

TARGET = Path(__file__).resolve().parent.parent / "docs" / "refusals.md"
HEAD = """# What does not start

Drawn from `csam_portal/starting/` by `python -m scripts.refusals`; a test compares, and `tests/test_refusals.py` asks
for every line, and starts some (behaviours T19 to T21). All that is wrong is said at once, by the names of
settings, never by a value. It holds for every command, the web server, the worker and the gateway, however they are started.
[settings.md](settings.md) says what to set instead.
"""
OTHERS = """
Nor does a text or secret that {}, where something stands if it is not set; nor a variable that is named
nearly as a setting ("{}"), in production also one that "{}"

A number starts only within its bounds, written in figures (`csam_portal/numbers.py`). In production `HSTS_SECONDS` is a year
where it is not set.

| number | where it is not set | from | to |
|---|---|---|---|"""
DATABASE = """
The web server, the worker, the gateway and `migrate` ask the database too:

| | does not start where |
|---|---|"""
LISTENING = """
Outside production a web server that listens at an address of another machine than this one does not start either; requests that
come from elsewhere or through a proxy are answered 403.
"""

SERVING = """
In production the web server does not start either where {} (T18).
"""


def drawn() -> str:
    """Return the page: three tables, and what no setting tells."""
    from csam_portal import checks, environment
    from csam_portal.numbers import NUMBERS
    from csam_portal.starting import elsewhere, everywhere, hidden, misspelt, production, serving
    from senders.gateway import refusals as gateway

    return "\n".join(
        [
            HEAD,
            "## Anywhere",
            *_table(everywhere.REFUSALS),
            OTHERS.format(environment.NO_TEXT, misspelt.WORDS.format("…"), misspelt.OF_DJANGO),
            *(f"| `{name}` | {number.usual} | {number.least} | {number.most} |" for name, number in NUMBERS.items()),
            "",
            "## In development and tests",
            *_table(elsewhere.REFUSALS),
            LISTENING,
            "## In production",
            *_table((*hidden.REFUSALS, *production.REFUSALS)),
            DATABASE,
            f"| | {_cell(checks.DEMO_WORLD)} |",
            f"| web server | {_cell(checks.CHANGEABLE)} |",
            *(f"| gateway | {_cell(sentence)} |" for sentence in gateway.REFUSALS),
            SERVING.format(serving.OTHER_WORKER),
        ]
    )


def _table(refusals: Iterable["Refusal"]) -> list[str]:  # type: ignore[name-defined]  # noqa: F821 - there only with Django
    rows = [f"| {', '.join(f'`{name}`' for name in refusal.names)} | {_cell(refusal.words)} |" for refusal in refusals]
    return ["", "| setting | does not start where it |", "|---|---|", *rows, ""]


def _cell(words: str) -> str:
    return words.removesuffix(".").replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csam_portal.settings")
    django.setup()
    TARGET.write_text(drawn(), encoding="utf-8")
