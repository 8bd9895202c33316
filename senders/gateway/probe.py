"""Whether this ProFTPD may be trusted with a login name: asked of itself, before it serves anybody (docs/gateway.md).

Builds before the fix of CVE-2026-42167 take a text that begins and ends with a quote for one that was escaped already, and
write it into SQL as it is. Version numbers do not tell: distributions mend old versions. So the daemon is given one connection,
a database of its own and names that would do harm.
"""

import grp
import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from string import Template

from senders.gateway import daemon

_TEMPLATE = Path(__file__).with_name("probe.conf")
_FILTER = Path(__file__).with_name("login_name.conf")
_SECONDS = 20
# Whom a name that is none is taken for: no technical user has so short a name in small letters.
NOBODY = "nobody"
# The first is taken for escaped by builds before the fix, and then becomes 1.
_HARMFUL = ("' || 1 || '", "' OR 'x", "it's", "EXPA'", "a b", "caf\u00e9", '"', "%U", "a\\")


class ProbeError(Exception):
    """This daemon is not to serve; the text says why, and what to do."""


def only_letters_and_digits() -> str:
    """Return the directives that let only letters and digits be a login name."""
    return Template(_FILTER.read_text(encoding="utf-8")).substitute(nobody=NOBODY)


def check(owner: pwd.struct_passwd) -> None:
    """Raise ProbeError where the daemon lets a login name be SQL, with the filter of ours or without it.

    owner: whom the daemon runs as.
    """
    if (noted := _noted(owner, "")) != list(_HARMFUL):
        raise ProbeError(_refusal("writes login names into SQL as they are (CVE-2026-42167)", noted))
    if (noted := _noted(owner, only_letters_and_digits())) != [NOBODY] * len(_HARMFUL):
        raise ProbeError(_refusal("does not obey the rules for login names (mod_rewrite)", noted))


def _refusal(what: str, noted: list[str]) -> str:
    return (
        f"This ProFTPD ({daemon.binary()}) {what}; it noted {noted!r}. Install a build with the fix: of Debian 12, "
        "proftpd-core 1.3.8+dfsg-4+deb12u5 or later; elsewhere 1.3.9a or later."
    )


def _noted(owner: pwd.struct_passwd, filter_: str) -> list[str]:
    """Return what of the harmful names reached the database, by a daemon with these directives."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-probe-"))
    try:
        with closing(sqlite3.connect(folder / "names.sqlite3")) as database:
            database.execute("CREATE TABLE names (name TEXT)")
            database.commit()
        if os.geteuid() == 0:
            for path in (folder, folder / "names.sqlite3"):
                shutil.chown(path, owner.pw_uid, owner.pw_gid)
        configuration = folder / "proftpd.conf"
        configuration.write_text(
            Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
                modules=daemon.modules(),
                user=owner.pw_name,
                group=grp.getgrgid(owner.pw_gid).gr_name,
                folder=folder,
                filter=filter_,
            ),
            encoding="utf-8",
        )
        said = _try_names(configuration)
        with closing(sqlite3.connect(folder / "names.sqlite3")) as database:
            noted = [str(name) for (name,) in database.execute("SELECT name FROM names ORDER BY rowid")]
        if not noted:
            raise ProbeError(
                f"This ProFTPD ({daemon.binary()}) could not be tried: {said.strip()[-500:] or 'it was silent'}"
            )
        return noted
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _try_names(configuration: Path) -> str:
    """Give a daemon one connection and try the names over it; return what it said."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        client = socket.create_connection(door.getsockname(), timeout=_SECONDS)
        served, _address = door.accept()
    with client, served:
        command = [str(daemon.binary()), "--nodaemon", "--config", str(configuration)]
        process = subprocess.Popen(  # noqa: S603 - our own words
            command, stdin=served.fileno(), stdout=served.fileno(), stderr=subprocess.PIPE, env=daemon.environment()
        )
        served.close()
        try:
            with client.makefile("rwb") as talk:
                said: bytes = talk.readline()
                for name in _HARMFUL:
                    talk.write(f"USER {name}\r\n".encode())
                    talk.flush()
                    said += talk.readline()
                talk.write(b"QUIT\r\n")
                talk.flush()
                said += talk.readline()
        except OSError as trouble:
            said = str(trouble).encode()
        client.close()
        try:
            said += process.communicate(timeout=_SECONDS)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            said += process.communicate()[1]
    return said.decode(errors="replace")
