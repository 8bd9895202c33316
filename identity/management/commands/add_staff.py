"""`manage.py add_staff NAME --group supervisors`: how an installation gets its first staff (docs/means.md)."""

from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from acts.errors import Refused
from identity.actions.staff import add_staff
from identity.actor import portal_actor
from identity.forms import NewUserNameField
from identity.models import Person


class Command(BaseCommand):
    """Makes an account of staff and prints its first password and the app's secret, once."""

    help = "Make an account of staff; prints its first password and the secret for its app, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user_name")
        parser.add_argument("--name", default="", help="the person's name; default the user name")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--language", default="nl", choices=["nl", "fr", "de", "en"])
        parser.add_argument(
            "--group", action="append", default=[], help="desk, keepers or supervisors; may be repeated"
        )
        parser.add_argument("--operator", action="store_true", help="a superuser, for who runs the installation")

    def handle(self, *args: Any, **options: Any) -> None:
        groups = list(Group.objects.filter(name__in=options["group"]))
        unknown = set(options["group"]) - {group.name for group in groups}
        if unknown:
            raise CommandError(f"There is no group {', '.join(sorted(unknown))}.")
        try:
            person = Person(
                user_name=NewUserNameField().clean(options["user_name"]),
                last_name=options["name"] or options["user_name"],
                first_names=options["first_name"],
                language=options["language"],
            )
            first = add_staff(actor=portal_actor(), person=person, groups=groups, is_operator=options["operator"])
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        except Refused as refusal:
            raise CommandError(str(refusal.sentence)) from refusal
        self.stdout.write(f"User name: {first.user_name}")
        self.stdout.write(f"First password, to be changed at the first login: {first.password}")
        self.stdout.write(f"Secret for the app: {first.key}")
