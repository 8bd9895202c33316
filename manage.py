#!/usr/bin/env python3
"""Django's command line for the portal; `make` calls it, so may you."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csam_portal.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as refusal:  # a sentence for whoever starts this, not for whoever wrote it
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
