"""The door for a web server (gunicorn csam_portal.wsgi)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csam_portal.settings")

application = get_wsgi_application()
