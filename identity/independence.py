"""Whether two accounts of staff are two pairs of eyes (BEHAVIOUR T8; docs/two-people.md)."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.errors import NotAllowed
from acts.permissions import can
from audit.models import Event
from identity.models import Person, Proposal, StaffNumber

# For so long whoever gave somebody a way in is no second pair of eyes to them.
FRESH = timedelta(days=30)
# Kinds of proposals by which somebody gets a way in, and what of a change does so.
GIVING = ("staff.add", "staff.renew", "staff.change")
WAYS_IN = {"email", "is_active"}
# How one supervisor alone did the same before proposals were there; recorded in the person's own chain.
FORMERLY = ("staff.add", "staff.means.renew")
# How the record writes a moment.
STORED = "%Y-%m-%dT%H:%M:%S.%fZ"


def number_hash(insz: str) -> str:
    """Return what is kept of a staff member's national number (eleven digits): HMAC-SHA-256, hex, under RECORD_KEY.

    Not under SECRET_KEY, which may be changed: who proved a number would be somebody else from then on.
    """
    return hmac.new(settings.RECORD_KEY.encode(), f"staff.number:{insz}".encode(), hashlib.sha256).hexdigest()


def number_of(person: Person) -> str | None:
    """Return the hash of the number that a member of staff proved, None where they did not yet."""
    return StaffNumber.objects.filter(person=person).values_list("number_hash", flat=True).first()


def is_one_of(person: Person, numbers: Iterable[str]) -> bool:
    """Tell whether a member of staff is known to be one of these people (national numbers)."""
    own = number_of(person)
    return own is not None and own in {number_hash(insz) for insz in numbers}


def check_alone(person: Person) -> None:
    """Raise NotAllowed where somebody's approval counts for nothing yet: number unproved, or means that one alone gave."""
    if number_of(person) is None:
        raise NotAllowed(
            _("First prove with your eID who you are: choose “Prove who you are” on the start page."), code="no_number"
        )
    if _given_by_one(person):
        raise NotAllowed(
            _("One supervisor alone gave you your means of login, less than 30 days ago: a colleague decides."),
            code="means_of_one",
        )


def check_second(second: Person, first: Person) -> None:
    """Raise NotAllowed where `second` is no second pair of eyes to `first`.

    They are two accounts of two numbers, and neither helped within 30 days to give the other a way in.
    The portal is always another.
    """
    if second == first:
        raise NotAllowed(_("You did the first part yourself: a colleague decides."), code="same_person")
    check_alone(second)
    if first.is_portal:
        return
    numbers = dict(StaffNumber.objects.filter(person__in=(first, second)).values_list("person", "number_hash"))
    if first.pk not in numbers:
        raise NotAllowed(
            _("Your colleague who did the first part has not yet proved with an eID who they are."),
            code="no_number_first",
        )
    if numbers[first.pk] == numbers[second.pk]:
        raise NotAllowed(_("Both accounts are of the same person: a colleague decides."), code="same_number")
    if _gave(first, second) or _gave(second, first):
        raise NotAllowed(
            _("One of you helped to give the other a way in, less than 30 days ago: another colleague decides."),
            code="means_given",
        )


is_second = can(check_second)


def check_not_chosen(person: Person, receiver: Person) -> None:
    """Raise NotAllowed where somebody chose the address of the account for which they would be shown a code: link and code
    would meet in one hand. However long ago, by whichever account."""
    set_email = Proposal.objects.filter(
        subject=f"person:{receiver.public_id}", outcome=Proposal.Outcome.APPLIED, content__set__has_key="email"
    )
    chosen = set_email.select_related("made_by").order_by("-ended_at").first()
    if chosen is not None and person in accounts_of(chosen.made_by):
        raise NotAllowed(
            _("You chose the e-mail address to which the link goes: another supervisor confirms this."),
            code="chose_address",
        )


def _gave(giver: Person, receiver: Person) -> bool:
    """Whether the giver proposed or confirmed a way in for the receiver of late, either by whichever account."""
    of_giver, of_receiver = accounts_of(giver), accounts_of(receiver)
    mine = Q(made_by__in=of_giver) | Q(confirmed_by__in=of_giver)
    given = Proposal.objects.filter(
        mine,
        kind__in=GIVING,
        subject__in=[f"person:{one.public_id}" for one in of_receiver],
        outcome=Proposal.Outcome.APPLIED,
        ended_at__gt=timezone.now() - FRESH,
    )
    if any(one.kind != "staff.change" or WAYS_IN & set(one.content["set"]) for one in given):
        return True
    alone = {giver for one in of_receiver for giver in _given_by_one(one)}
    return bool({str(one.public_id) for one in of_giver} & alone)


def accounts_of(person: Person) -> list[Person]:
    """Return every account of the number that a member of staff proved, open or closed; theirs alone where they proved none."""
    same = Q(staff_number__number_hash=number_of(person), staff_number__isnull=False)
    return list(Person.objects.filter(Q(pk=person.pk) | same))


def _given_by_one(person: Person) -> set[str]:
    """Return who (public ids) gave a person their present means alone, of late, before that took two."""
    by_two = Proposal.objects.filter(
        kind="staff.renew", subject=f"person:{person.public_id}", outcome=Proposal.Outcome.APPLIED
    )
    newest = by_two.order_by("-ended_at").values_list("ended_at", flat=True).first()
    since = max(newest or timezone.now() - FRESH, timezone.now() - FRESH)
    given = Event.objects.filter(
        chain=f"person:{person.public_id}", act__in=FORMERLY, at__gt=since.astimezone(UTC).strftime(STORED)
    )
    return set(given.exclude(role="portal").values_list("actor", flat=True))
