"""How settings read what must not be misread: secrets, which may stand in files (T21), switches, and addresses with a password.

A slip is kept, not raised: `csam_portal.starting` says all of them at once, and nothing starts. No value is ever repeated.
"""

import os
import warnings
from collections import defaultdict
from pathlib import Path
from stat import S_ISREG
from typing import Any
from urllib.parse import urlsplit

import environ

LARGEST = 64 * 1024  # bytes of a file with a secret
TRUE = ("true", "on", "yes", "1")
FALSE = ("false", "off", "no", "0")
DATABASES = ("postgres", "postgresql", "pgsql", "psql", "sqlite")

BOTH = "is set, and so is the same without _FILE"
UNREADABLE = "names no file that can be read"
NOT_A_LINE = "names a file that holds no single line of text"
NO_SWITCH = "is neither true nor false"
NO_DATABASE = "is no address of PostgreSQL or SQLite"
NO_MAIL = "is no address of a mail server"

SECRETS: list[str] = []
SWITCHES: list[str] = []
# What was wrong, and with which variables.
FAULTS: defaultdict[str, set[str]] = defaultdict(set)


def secret(name: str, default: str = "") -> str:
    """Return a secret: the variable's value, or what the file holds that the variable `name`_FILE names.

    A line's end after it does not count. Of a file that will not do, the default is returned and the fault kept.
    """
    SECRETS.append(name)
    given, file = os.environ.get(name, ""), file_of(name)
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
