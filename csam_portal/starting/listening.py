"""The addresses at which this process listens, whoever opened them: a last question before a web server serves (T19)."""

import os
import socket
from contextlib import suppress
from pathlib import Path
from stat import S_ISSOCK

from django.conf import settings

from csam_portal.starting.elsewhere import HINT
from csam_portal.starting.refusal import DoesNotStart
from formats.hosts import is_this_machine

_DESCRIPTORS = Path("/proc/self/fd")


def refuse_when_reachable() -> None:
    """Raise DoesNotStart where this process listens at an address that other machines reach, and is no production."""
    if settings.IS_PRODUCTION:
        return
    far = sorted({address for address in addresses() if not is_this_machine(address)})
    if far:
        raise DoesNotStart(f"The portal does not start: it listens at {', '.join(far)}.\n{HINT}")


def addresses() -> list[str]:
    """Return the network addresses of the sockets that this process listens at; none where the system does not tell."""
    found: list[str] = []
    with suppress(OSError):
        for descriptor in _DESCRIPTORS.iterdir():
            with suppress(OSError):
                found += _address(int(descriptor.name))
    return found


def _address(descriptor: int) -> list[str]:
    if not S_ISSOCK(os.fstat(descriptor).st_mode):
        return []
    with socket.socket(fileno=os.dup(descriptor)) as there:
        if there.family not in {socket.AF_INET, socket.AF_INET6}:
            return []
        listens = there.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        return [str(there.getsockname()[0])] if listens else []
