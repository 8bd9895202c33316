"""Rules about the accounts of staff that a proposal and an act at once share (BEHAVIOUR T7 to T9)."""

from typing import Any

from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from acts.errors import NotAllowed, Refused
from identity.actions.means import is_taken
from identity.actions.passwords import TAKEN
from identity.actor import Actor
from identity.duties import check_one_duty
from identity.independence import number_of
from identity.models import Person

# The chain of the record that holds what is done about staff.
CHAIN = "portal"
NAMES = ("first_names", "last_name")


def facts_of(person: Person) -> dict[str, Any]:
    """Return what supervisors decide of an account, as it is now."""
    return {
        "user_name": person.user_name,
        "first_names": person.first_names,
        "last_name": person.last_name,
        "language": person.language,
        "email": person.email,
        "groups": sorted(person.groups.values_list("name", flat=True)),
        "is_active": person.is_active,
        "is_operator": person.is_superuser,
    }


def check_keep_staff(actor: Actor, person: Person | None = None) -> None:
    """Supervisors keep the accounts of staff, and of nobody else; not their own, by whichever account.

    Raises NotAllowed, Refused.
    """
    if not actor.person.has_perm("identity.change_person"):
        raise NotAllowed(_("Only supervisors keep the accounts of staff."), code="not_supervisor")
    if person is None:
        return
    if not person.is_staff:
        raise Refused(_("This is not an account of staff."), code="not_staff")
    number = number_of(actor.person)
    if person == actor.person or (number is not None and number == number_of(person)):
        raise Refused(_("Your own account is kept by another supervisor."), code="own_account")


def check_new(*, user_name: str, email: str) -> None:
    """Raise Refused where the user name is taken, or the address is none or another's."""
    if is_taken(user_name):
        raise Refused(TAKEN, field="user_name", code="user_name_taken")
    check_address(email)


def check_address(email: str, person: Person | None = None) -> None:
    """An account of staff has an address that no other open one has: the link to its means goes there. Raises Refused."""
    if not email:
        raise Refused(
            _("Enter the e-mail address of this member of staff: the link to their means of login goes there."),
            field="email",
            code="no_email",
        )
    others = Person.objects.filter(is_staff=True, is_active=True, email__iexact=email)
    if (others.exclude(pk=person.pk) if person else others).exists():
        raise Refused(
            _("This is the address of another member of staff. Each has one of their own."),
            field="email",
            code="email_of_other",
        )


def check_duty_of_number(number: str, groups: list[str], person: Person) -> None:
    """Raise Refused where somebody would have two duties by two accounts (T9). number: the hash that they proved."""
    others = Person.objects.filter(staff_number__number_hash=number, is_active=True).exclude(pk=person.pk)
    held = Group.objects.filter(user__in=others)
    check_one_duty([*held, *Group.objects.filter(name__in=groups)])
