"""Where ProFTPD is on this machine, and what of it is missing."""

import os
from pathlib import Path

from django.conf import settings

# What each of them is for stands in docs/gateway.md.
PACKAGES = {
    "proftpd-core": Path("usr/sbin/proftpd"),
    "proftpd-mod-crypto": Path("usr/lib/proftpd/mod_sftp.so"),
    "proftpd-mod-pgsql": Path("usr/lib/proftpd/mod_sql_postgres.so"),
    "proftpd-mod-sqlite": Path("usr/lib/proftpd/mod_sql_sqlite.so"),
}
# The machine's own, or what scripts/system_packages.sh unpacked for somebody who cannot install.
_ROOTS = (Path("/"), settings.BASE_DIR / ".venv" / "system")


def missing() -> list[str]:
    """Return the names of the Debian packages that are not there."""
    return [name for name, proof in PACKAGES.items() if not any((root / proof).exists() for root in _ROOTS)]


def binary() -> Path:
    """Return the daemon's file. Raises StopIteration where it is missing."""
    return _there(PACKAGES["proftpd-core"])


def modules() -> Path:
    """Return the folder of its modules. Raises StopIteration where they are missing."""
    return _there(PACKAGES["proftpd-mod-crypto"]).parent


def environment(**variables: str) -> dict[str, str]:
    """Return what the daemon gets of our environment, and these: nothing that is secret, and the meaning of letters fixed."""
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TZ") if name in os.environ}
    return {**inherited, "LC_ALL": "C", **variables}


def _there(path: Path) -> Path:
    return next(root / path for root in _ROOTS if (root / path).exists())
