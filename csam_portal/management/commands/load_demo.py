"""`manage.py load_demo`: see the command's help."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from csam_portal.demo.people import Login, load_people
from csam_portal.demo.register import load_register
from csam_portal.demo.requests import load_requests
from csam_portal.demo.roles import load_roles
from csam_portal.demo.senders import DemoSender, load_sender
from csam_portal.demo.world import BUURTHUIS, CAST, PASSWORD, STAFF_CARDS
from formats.insz import show
from htb.document.demo_keys import PASSPHRASE, file_name, make_demo_signers
from htb.document.seal import make_demo_seal

PIN = "1234"
# Who can try the way of X9: signing with a qualified certificate without an eID, as that of another country.
SIGNERS = [(f"{person.first_names} {person.last_name}", person.insz) for person, _code in BUURTHUIS.representatives]


class Command(BaseCommand):
    """Loads BEHAVIOUR section 10."""

    help = "Load the demo world and print its logins. Safe to run again; refused in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("The demo world has public passwords: it is not loaded in production.")
        make_demo_seal()
        make_demo_signers(SIGNERS)
        with transaction.atomic():
            load_register()
            logins = load_people()
        load_roles()
        load_requests()
        sender = load_sender()
        if options["verbosity"]:
            self._print(logins, sender)

    def _print(self, logins: list[Login], sender: DemoSender) -> None:
        self.stdout.write(f"\nCards for eID and itsme (PIN {PIN}):")
        for person in CAST:
            if person.has_eid:
                self.stdout.write(f"  {show(person.insz)}  {person.first_names} {person.last_name}")
        for user_name, card in STAFF_CARDS.items():
            self.stdout.write(f"  {show(card.insz)}  {card.first_names} {card.last_name} ({user_name})")
        self.stdout.write(
            f"Signing files in {settings.DEMO_SIGNERS_DIR} (passphrase {PASSPHRASE}; or `manage.py sign_demo`):"
        )
        for name, number in SIGNERS:
            self.stdout.write(f"  {show(number)}  {file_name(name)}")
        self.stdout.write(f"User names (password {PASSWORD}):")
        for login in logins:
            secret = f"  {login.group}, code app secret {login.totp_secret}" if login.totp_secret else ""
            self.stdout.write(f"  {login.user_name:<14}  {login.name}{secret}")
        self.stdout.write(f"Sender {sender.number} of the brasserie, technical user {sender.user_name} over SFTP:")
        self.stdout.write(f"  SSH key {sender.folder / 'ssh_key'}, to sign with {sender.folder / 'key.pem'}")
        self.stdout.write((sender.folder / "ssh_key").read_text(encoding="ascii"))
