"""How settings are read, so that nothing is misread: texts, numbers within bounds (T20), switches, secrets, which may stand in
files (T21), and addresses with a password.

A slip is kept, not raised: `csam_portal.starting` says all of them at once, and nothing starts. No value is ever repeated.
"""

import os
import re
import warnings
from collections import defaultdict
from pathlib import Path
from stat import S_ISREG
from typing import Any
from urllib.parse import urlsplit

import environ

from csam_portal.numbers import NUMBERS

LARGEST = 64 * 1024  # bytes of a file with a secret
TRUE = ("true", "on", "yes", "1")
FALSE = ("false", "off", "no", "0")
DATABASES = ("postgres", "postgresql", "pgsql", "psql", "sqlite")

BOTH = "is set, and so is the same without _FILE"
UNREADABLE = "names no file that can be read"
NOT_A_LINE = "names a file that holds no single line of text"
NO_TEXT = "is set to nothing, or to what is no line of text"
NO_SWITCH = "is neither true nor false"
NO_DATABASE = "is no address of PostgreSQL or SQLite"
NO_MAIL = "is no address of a mail server"

SECRETS: list[str] = []
SWITCHES: list[str] = []
TEXTS: list[str] = []
CHOICES: dict[str, str] = {}
# Of those that are numbers, what they were read as.
VALUES: dict[str, float] = {}
_WHOLE, _DECIMAL = re.compile(r"[0-9]{1,12}"), re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
# What was wrong, and with which variables.
FAULTS: defaultdict[str, set[str]] = defaultdict(set)


class Reader:
    """Reads what is no secret. A text that is set to nothing is a slip, where something stands if it is not set."""

    def text(self, name: str, default: str) -> str:
        """Return a line of text."""
        TEXTS.append(name)
        given = os.environ.get(name, default)
        if not given.isprintable() or (default and not given.strip()):
            FAULTS[NO_TEXT].add(name)
            return default
        return given

    def texts(self, name: str, default: list[str]) -> list[str]:
        """Return texts that have commas between; spaces around them do not count."""
        pieces = [piece.strip() for piece in self.text(name, ",".join(default)).split(",")]
        return [piece for piece in pieces if piece]

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        """Return one of some words."""
        CHOICES[name] = words = f"is none of {', '.join(options)}"
        given = os.environ.get(name, default)
        if given not in options:
            FAULTS[words].add(name)
            return default
        return given

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number within its bounds (csam_portal.numbers). default: another than stands there."""
        return int(self._number(name, _WHOLE, default))

    def decimal(self, name: str) -> float:
        """Return a number within its bounds."""
        return float(self._number(name, _DECIMAL, None))

    def _number(self, name: str, form: re.Pattern[str], default: float | None) -> float:
        bounds = NUMBERS[name]
        VALUES[name] = bounds.usual if default is None else default
        if name in os.environ:
            text = os.environ[name].strip()
            if form.fullmatch(text) and bounds.least <= float(text) <= bounds.most:
                VALUES[name] = float(text)
            else:
                FAULTS[bounds.words].add(name)
        return VALUES[name]


def names() -> set[str]:
    """Return every variable that was read."""
    files = {f"{name}_FILE" for name in SECRETS}
    return {*SECRETS, *files, *SWITCHES, *TEXTS, *CHOICES, *VALUES}


def secret(name: str, default: str = "") -> str:
    """Return a secret: the variable's value, or what the file holds that the variable `name`_FILE names.

    A line's end after it does not count. Of a file that will not do, the default is returned and the fault kept.
    """
    SECRETS.append(name)
    given, file = os.environ.get(name, ""), file_of(name)
    if not given.isprintable():
        FAULTS[NO_TEXT].add(name)
        return default
    if not file:
        return given or default
    if given:
        FAULTS[BOTH].add(f"{name}_FILE")
        return given
    try:
        text = _content(Path(file))
    except OSError:
        FAULTS[UNREADABLE].add(f"{name}_FILE")
        return default
    if text is None:
        FAULTS[NOT_A_LINE].add(f"{name}_FILE")
        return default
    return text


def file_of(name: str) -> str:
    """Return the path of the file that a secret stands in, "" where it stands in the variable."""
    return os.environ.get(f"{name}_FILE", "")


def switch(name: str, *, default: bool) -> bool:
    """Return whether a variable says true or false; a misspelt one is a fault, and neither."""
    SWITCHES.append(name)
    text = os.environ.get(name, "").strip().lower()
    if text and text not in TRUE + FALSE:
        FAULTS[NO_SWITCH].add(name)
    return text in TRUE if text else default


def database(name: str, default: str) -> dict[str, Any]:
    """Return Django's settings of the database at an address, which is a secret."""
    address = secret(name, default)
    try:
        with warnings.catch_warnings(action="ignore"):
            if urlsplit(address).scheme in DATABASES:
                return dict(environ.Env.db_url_config(address))
    except ValueError:
        pass  # its text may hold a piece of the password
    FAULTS[NO_DATABASE].add(name)
    return dict(environ.Env.db_url_config("sqlite://:memory:"))


def mail_server(name: str) -> dict[str, Any]:
    """Return Django's settings of the mail server at an address, which is a secret; none where there is none."""
    address = secret(name)
    if not address:
        return {}
    try:
        found = dict(environ.Env.email_url_config(address))
    except (ValueError, environ.ImproperlyConfigured):
        FAULTS[NO_MAIL].add(name)
        return {}
    found.pop("OPTIONS", None)
    return found


def _content(path: Path) -> str | None:
    """Return the line that a file holds, None where it holds something else. Raises OSError."""
    if not S_ISREG(path.stat().st_mode):
        raise OSError("not a file")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() and text and len(content) <= LARGEST else None
