"""`manage.py add_staff NAME --group supervisors`: how an installation gets its first two supervisors (docs/means.md)."""

from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from acts.errors import Refused
from identity.actions.staff import add_staff
from identity.actor import portal_actor
from identity.forms import NewUserNameField
from identity.models import Person


class Command(BaseCommand):
    """Makes an account of staff, mails the link to its means of login, and prints the code."""

    help = "Make one of the first two supervisors: mails a link to the address, prints the code that its page asks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user_name")
        parser.add_argument("--name", required=True, help="the surname, as on the eID")
        parser.add_argument("--first-name", required=True, help="a first name, as on the eID")
        parser.add_argument("--email", required=True, help="where the link goes")
        parser.add_argument("--language", default="nl", choices=["nl", "fr", "de", "en"])
        parser.add_argument("--group", action="append", default=[], help="supervisors")
        parser.add_argument("--operator", action="store_true", help="sees everything and changes nothing; in no group")

    def handle(self, *args: Any, **options: Any) -> None:
        groups = list(Group.objects.filter(name__in=options["group"]))
        unknown = set(options["group"]) - {group.name for group in groups}
        if unknown:
            raise CommandError(f"There is no group {', '.join(sorted(unknown))}.")
        try:
            validate_email(options["email"])
            person = Person(
                user_name=NewUserNameField().clean(options["user_name"]),
                last_name=options["name"],
                first_names=options["first_name"],
                language=options["language"],
                email=options["email"],
            )
            code = add_staff(actor=portal_actor(), person=person, groups=groups, is_operator=options["operator"])
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        except Refused as refusal:
            raise CommandError(str(refusal.sentence)) from refusal
        self.stdout.write(f"User name: {person.user_name}")
        self.stdout.write(f"The link went to {person.email}; it works once, for seven days.")
        self.stdout.write(f"Activation code, to be given in person or by telephone: {code}")
