"""Whether the web server is one that nobody slow can hold (T18), and believes nobody (T26): asked before it serves."""

import sys
from typing import Any

from django.conf import settings

from csam_portal.starting.refusal import DoesNotStart

OTHER_WORKER = (
    "gunicorn runs without gunicorn.conf.py, or with another worker than it names: some slow connections would stop it"
)

# What gunicorn must not do (gunicorn.conf.py): judge by itself where a request came from, or read two spellings as one.
HELD = {
    "secure_scheme_headers": {},
    "forwarder_headers": [],
    "proxy_protocol": "off",
    "protocol": "http",
    "header_map": "drop",
    "permit_obsolete_folding": False,
    "strip_header_spaces": False,
    "permit_unconventional_http_method": False,
    "permit_unconventional_http_version": False,
    "casefold_http_method": False,
}
BELIEVES = "gunicorn is told to believe what a client says of itself ({}): the portal judges that, by TRUSTED_PROXIES"


def refuse_when_believing(server: Any) -> None:
    """Raise RuntimeError, which gunicorn prints, where its configuration is not as HELD says."""
    loose = [name for name, value in HELD.items() if getattr(server, name) != value]
    if loose:
        raise RuntimeError(f"The portal does not start: {BELIEVES.format(', '.join(loose))}.")


def refuse_when_slow() -> None:
    """Raise DoesNotStart where production is served by gunicorn with another worker than ours.

    Other programs cannot be told apart from a test or a command: docs/operations.md says what has to stand in front of them.
    """
    if settings.IS_PRODUCTION and "gunicorn.arbiter" in sys.modules and "csam_portal.web_worker" not in sys.modules:
        raise DoesNotStart(f"The portal does not start: {OTHER_WORKER}.")
