"""Brings locale/*/LC_MESSAGES/django.po up to the sources: new sentences come in empty, gone ones go."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line
from django.core.management.commands import makemessages

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("nl", "fr", "de")
# Without line numbers, so that a .po changes only where a sentence does; no fuzzy guesses; nothing kept that nobody says.
FLAGS = [
    "--no-location",
    "--no-obsolete",
    "--no-wrap",
    "--ignore=.venv",
    "--ignore=var",
    "--ignore=tests",
    "--ignore=frontend",
]


def main() -> None:
    """Run makemessages for every language that is translated; the sources are English."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "csam_portal.settings"
    for language in LANGUAGES:
        (ROOT / "locale" / language / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    languages = [flag for language in LANGUAGES for flag in ("--locale", language)]
    # A guess from a similar sentence is worse than a gap: gaps are counted, guesses look finished.
    makemessages.Command.msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
    execute_from_command_line([sys.argv[0], "makemessages", *languages, *FLAGS])


if __name__ == "__main__":
    main()
