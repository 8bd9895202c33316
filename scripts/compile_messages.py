"""Compiles locale/*/LC_MESSAGES/django.po to the .mo beside it, where the .po is newer. In Python: no gettext is needed."""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_messages(locale: Path = LOCALE) -> None:
    """Write each .mo that is older than its .po."""
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))


if __name__ == "__main__":
    compile_messages()
