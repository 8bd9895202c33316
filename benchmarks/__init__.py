"""What the portal costs, measured on PostgreSQL (`make bench`); each module says what it needs. Importing one sets Django up,
with static files as the tests have them: without the manifest of those that were collected."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csam_portal.settings")
os.environ.setdefault("STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
django.setup()
