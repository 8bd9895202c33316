"""Fails for a migration that would lock or break a portal at work: the rules of django-migration-linter on our own apps."""

import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent


# Migrations up to these were written before the first installation: no table holds a row, none is locked.
BEFORE_FIRST_INSTALLATION = [
    "0003_enterprise_activated",
    "0004_kept_data",
    "0005_functionrule_name",
    "0002_grants_and_keys",
    "0007_name_key",
    "0004_list_columns",
    "0006_grant_capacity_required",
    "0007_list_covers",
    "0004_key_of_login",
    "0006_letters_that_were_read",
    "0002_means_of_the_person",
    "0010_renew_first_passwords",
]


def main() -> None:
    """Judge every migration of our apps but the first ones, which meet an empty database."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csam_portal.settings")
    settings.INSTALLED_APPS.append("django_migration_linter")
    django.setup()
    ours = [app.label for app in apps.get_app_configs() if Path(app.path).parent == ROOT]
    call_command(
        "lintmigrations",
        no_cache=True,
        ignore_initial_migrations=True,
        ignore_name=BEFORE_FIRST_INSTALLATION,
        include_apps=ours,
    )


if __name__ == "__main__":
    main()
