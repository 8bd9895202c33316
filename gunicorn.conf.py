"""gunicorn reads this by itself; the rest is said on its command line (docs/operations.md)."""

import os
import sys
from typing import Any

from csam_portal.logs import dict_config

# Its own messages go through the same cleaning as ours, and ours is the only line per request: its access log has paths.
logconfig_dict = dict_config(
    level=os.environ.get("LOG_LEVEL", "INFO"),
    style=os.environ.get("LOG_FORMAT") or ("json" if os.environ.get("ENVIRONMENT") == "production" else "console"),
)
accesslog = None


def when_ready(_server: Any) -> None:
    """With --preload the portal was there before its addresses were, so they are asked for again (T19)."""
    if "csam_portal.wsgi" in sys.modules:
        from csam_portal.starting.listening import refuse_when_reachable

        refuse_when_reachable()
