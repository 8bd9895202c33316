"""gunicorn reads this by itself; the rest is said on its command line (docs/operations.md)."""

import os

from csam_portal.logs import dict_config

# Its own messages go through the same cleaning as ours, and ours is the only line per request: its access log has paths.
logconfig_dict = dict_config(
    level=os.environ.get("LOG_LEVEL", "INFO"),
    style=os.environ.get("LOG_FORMAT") or ("json" if os.environ.get("ENVIRONMENT") == "production" else "console"),
)
accesslog = None

# Whoever is slow holds none of these threads (BEHAVIOUR T18).
worker_class = "csam_portal.web_worker.Worker"
threads = 4
worker_connections = 300
# One request a connection, sent by the worker's loop.
keepalive = 0
sendfile = False
# Django takes 32 kB of headers together (csam_portal.bodies).
limit_request_fields = 64
graceful_timeout = 20
# What proxies say of a request is judged by the portal alone, by TRUSTED_PROXIES (BEHAVIOUR T26).
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
forwarded_allow_ips = ""
proxy_allow_ips = ""
proxy_protocol = "off"
# Nobody steers a server by a file in somebody's home.
control_socket_disable = True
