"""The door for a web server (gunicorn csam_portal.wsgi). It stays shut where the installation is unsafe."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csam_portal.settings")

application = get_wsgi_application()

from csam_portal.checks import refuse_when_unsafe  # noqa: E402 - needs the apps, which the line above loads

refuse_when_unsafe()
