"""manage.py load_issuers"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import BaseCommand, CommandError

from acts.errors import Refused
from senders.actions.issuers import load_issuers


class Command(BaseCommand):
    """Admits an installation's first issuers (docs/keepers.md)."""

    help = (
        "Admit the issuers of senders' certificates, once: keepers propose all others. FILE: their certificates (PEM)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_options: Any) -> None:
        try:
            found = x509.load_pem_x509_certificates(file.read_bytes())
        except (OSError, ValueError) as fault:
            raise CommandError(f"{file} cannot be read as certificates (PEM).") from fault
        try:
            issuers = load_issuers([one.public_bytes(Encoding.PEM).decode() for one in found])
        except Refused as refusal:
            raise CommandError(str(refusal.sentence)) from refusal
        for issuer in issuers:
            self.stdout.write(f"{issuer.name}: {issuer.get_certificate_display()}")
