"""What does not start outside production: whatever another machine could reach (T19).

There, anybody logs in as anybody and the keys are public. So everything stays on this machine.
"""

import os
from urllib.parse import urlsplit

from django.conf import settings

from csam_portal.starting.refusal import one
from formats.hosts import is_this_machine

HINT = "Outside production everything stays at 127.0.0.1 or localhost; ENVIRONMENT=production serves others (docs/settings.md)."


def _leads_elsewhere(address: str) -> bool:
    try:
        return not is_this_machine(urlsplit(address).hostname)
    except ValueError:
        return True


REFUSALS = (
    one("SITE_URL", "names another machine than this one", lambda: _leads_elsewhere(settings.SITE_URL)),
    one(
        "ALLOWED_HOSTS",
        "takes the name of another machine than this one",
        lambda: any(not is_this_machine(host.removeprefix(".")) for host in settings.ALLOWED_HOSTS),
    ),
    one("GATEWAY_HOST", "names another machine than this one", lambda: not is_this_machine(settings.GATEWAY_HOST)),
    one("GATEWAY_NAME", "names another machine than this one", lambda: not is_this_machine(settings.GATEWAY_NAME)),
    one(
        "MOCK_IDP_REDIRECT_URIS",
        "leads a browser to another machine than this one",
        lambda: any(map(_leads_elsewhere, settings.MOCK_IDP_REDIRECT_URIS)),
    ),
    one(
        "TRUSTED_PROXIES",
        "is not 0 in development: a proxy lets other machines in",
        lambda: settings.TRUSTED_PROXIES != 0 and settings.ENVIRONMENT == "development",
    ),
    one(
        "ENVIRONMENT",
        "is test, and no pytest runs",
        lambda: settings.ENVIRONMENT == "test" and "PYTEST_VERSION" not in os.environ,
    ),
)
