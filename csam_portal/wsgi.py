"""The door for a web server (gunicorn csam_portal.wsgi). It stays shut where the installation is unsafe."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csam_portal.settings")
django.setup(set_prefix=False)

from csam_portal.checks import refuse_unsafe_database  # noqa: E402 - the apps must be there first
from csam_portal.handler import Handler  # noqa: E402
from csam_portal.starting.listening import refuse_when_reachable  # noqa: E402
from csam_portal.starting.serving import refuse_when_slow  # noqa: E402

refuse_when_reachable()
refuse_when_slow()
refuse_unsafe_database()
application = Handler()
