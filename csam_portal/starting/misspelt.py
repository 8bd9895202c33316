"""Variables that are none of ours and look as if they were (BEHAVIOUR T20): whoever set one believes that it counts."""

import os
import string
from difflib import get_close_matches

from django.conf import global_settings, settings

from csam_portal import environment
from csam_portal.starting import everywhere

WORDS = "is no setting; did you mean {}?"
OF_DJANGO = "is a setting of Django's, and none of the portal's."
# Ours alone begin so; an orchestrator's own for services of such a name do not end so.
_FAMILIES = (
    "LIMIT_", "LEVEL_", "OIDC_", "HSTS_", "SIGNER_", "SEAL_", "SENDER_", "OUTGOING_", "MOCK_IDP_", "GATEWAY_MAX_",
    "SESSION_IDLE", "TRUSTED_",
)  # fmt: skip
_OF_SERVICES = ("_SERVICE_HOST", "_SERVICE_PORT", "_PORT", "_ADDR", "_PROTO", "_TCP", "_UDP")
_PREFIXES = ("CSAM_", "DJANGO_", "PORTAL_", "APP_")
_LETTERS = frozenset(string.ascii_uppercase + string.digits)
# From which likeness on two names are one that somebody mistyped.
_ALIKE = 0.88


def sentences() -> list[str]:
    """Return a sentence for every variable that is a misspelt one of ours; in production also for those of Django."""
    ours = environment.names()
    plain = {_plain(name): name for name in sorted(ours)}
    found = []
    for name in sorted(set(os.environ) - ours - {everywhere.GONE}):
        meant = get_close_matches(_plain(_without_prefix(name.upper())), plain, n=1, cutoff=_least(name))
        if meant:
            found.append(f"{name} {WORDS.format(plain[meant[0]])}")
        elif settings.IS_PRODUCTION and name.isupper() and hasattr(global_settings, name):
            found.append(f"{name} {OF_DJANGO}")
    return found


def _least(name: str) -> float:
    is_ours = name.upper().startswith(_FAMILIES) and not name.upper().endswith(_OF_SERVICES)
    return 0.0 if is_ours else _ALIKE


def _without_prefix(name: str) -> str:
    return next((name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix)), name)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.upper() if letter in _LETTERS)
