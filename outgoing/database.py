"""Where the database is: on this machine, or over a network that others may listen to (T20)."""

import os

from django.conf import settings

from formats.hosts import is_this_machine


def is_far() -> bool:
    """Tell whether the database may be on another machine: by its address, or by what its driver reads besides."""
    there = settings.DATABASES["default"]
    if there["ENGINE"].endswith("sqlite3"):
        return False
    options = there.get("OPTIONS", {})
    if options.get("service") or os.environ.get("PGSERVICE"):
        return True
    hosts = (
        there.get("HOST") or options.get("host") or os.environ.get("PGHOST", ""),
        options.get("hostaddr") or os.environ.get("PGHOSTADDR", ""),
    )
    each = [host for text in hosts for host in str(text).split(",") if host]
    return not all(host.startswith(("/", "@")) or is_this_machine(host) for host in each)


def is_unproved() -> bool:
    """Tell whether the driver would talk to another machine without a proof that it is the database's."""
    return is_far() and settings.DATABASES["default"].get("OPTIONS", {}).get("sslmode") != "verify-full"
