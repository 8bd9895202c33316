"""`manage.py sign_demo`: see the command's help."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from htb.document.demo_keys import file_name, sign


class Command(BaseCommand):
    """Stands in for a signing program, so that the way of BEHAVIOUR X9 can be tried."""

    help = "Sign a downloaded document with the demonstration's signing file of a person. Refused in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("document", type=Path, help="the PDF file as it was downloaded")
        parser.add_argument("signed", type=Path, help="where the signed file goes")
        parser.add_argument("--as", dest="name", default="Ingrid De Smet", help="who signs (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("The demonstration's signatures are worth nothing: there are none in production.")
        try:
            signed = sign(options["document"].read_bytes(), settings.DEMO_SIGNERS_DIR / file_name(options["name"]))
            options["signed"].write_bytes(signed)
        except (OSError, ValueError) as error:
            raise CommandError(f"Not signed: {error}") from error
        self.stdout.write(f"{options['name']} signed {options['signed']}.")
