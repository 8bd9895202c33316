"""gunicorn reads this by itself; the rest is said on its command line (docs/operations.md)."""

import os

from csam_portal.logs import dict_config

# Its own messages go through the same cleaning as ours, and ours is the only line per request: its access log has paths.
logconfig_dict = dict_config(
    level=os.environ.get("LOG_LEVEL", "INFO"),
    style=os.environ.get("LOG_FORMAT") or ("json" if os.environ.get("ENVIRONMENT") == "production" else "console"),
)
accesslog = None
