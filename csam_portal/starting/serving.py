"""Whether the web server is one that nobody slow can hold (BEHAVIOUR T18): asked before it serves."""

import sys

from django.conf import settings

from csam_portal.starting.refusal import DoesNotStart

OTHER_WORKER = (
    "gunicorn runs without gunicorn.conf.py, or with another worker than it names: some slow connections would stop it"
)


def refuse_when_slow() -> None:
    """Raise DoesNotStart where production is served by gunicorn with another worker than ours.

    Other programs cannot be told apart from a test or a command: docs/operations.md says what has to stand in front of them.
    """
    if settings.IS_PRODUCTION and "gunicorn.arbiter" in sys.modules and "csam_portal.web_worker" not in sys.modules:
        raise DoesNotStart(f"The portal does not start: {OTHER_WORKER}.")
