"""What the register says of the enterprises in CSAM, looked up once a day, so that no page of a chief waits for it (H2, H6).

Who left an enterprise yet holds a role or account in it is shown to its chief as "to review", and so are capacities that are
new in the register. Nothing is taken away or added by it.
"""

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils import timezone

from access_admins.capacities import RegisterAnswer, ask_register, offers_for
from access_admins.models import ChiefRole, Departure, RegisterNotice
from enterprises.gateway import register
from enterprises.models import Enterprise
from identity.models import Person
from users.models import LIVE, Account

# How many numbers go into one question to the register.
AT_ONCE = 500


def look_into_register() -> int:
    """Look up every enterprise of CSAM and everybody who holds something in it; return how many enterprises.

    Safe to run twice, or to be stopped in between. Raises RegisterDown: the next run begins again.
    """
    looked = 0
    for enterprise in Enterprise.objects.order_by("pk").iterator(chunk_size=200):
        note_new_capacities(enterprise, ask_register(enterprise))
        _note_departures(enterprise)
        looked += 1
    return looked


def note_new_capacities(enterprise: Enterprise, answer: RegisterAnswer) -> None:
    """Keep how many capacities the register knows that were never here; also called by the act that activates one."""
    new = sum(not offer.was_retired for offer in offers_for(enterprise, answer))
    RegisterNotice.objects.update_or_create(
        enterprise=enterprise, defaults={"new_capacities": new, "looked_at": timezone.now()}
    )


def _note_departures(enterprise: Enterprise) -> None:
    left: dict[int, date] = {}
    for people in _pieces(enterprise):
        answer = register().departed(enterprise.number, tuple(people))
        left |= {people[insz]: day for insz, day in answer.items()}
    with transaction.atomic():
        Departure.objects.filter(enterprise=enterprise).exclude(person__in=left).delete()
        Departure.objects.bulk_create(
            [Departure(enterprise=enterprise, person_id=person, left_on=day) for person, day in left.items()],
            update_conflicts=True,
            update_fields=["left_on"],
            unique_fields=["enterprise", "person"],
        )


def _pieces(enterprise: Enterprise) -> Iterator[dict[str, int]]:
    """Yield the people of an enterprise, as number and id, in pieces of at most AT_ONCE."""
    accounts = Account.objects.filter(LIVE, capacity__enterprise=enterprise, capacity__retired_at=None)
    roles = ChiefRole.objects.filter(LIVE, enterprise=enterprise)
    ids = accounts.values("person").union(roles.values("person"))
    last = 0
    while True:
        people = Person.objects.filter(pk__in=ids, pk__gt=last).exclude(insz=None).order_by("pk")
        piece = {insz: pk for pk, insz in people.values_list("pk", "insz")[:AT_ONCE] if insz}
        if not piece:
            return
        yield piece
        last = max(piece.values())
