"""Means of login that a chief gave to people who administer: they end with the chief's own role (BEHAVIOUR T30).

Whoever set a colleague up, by an activation to an address of their own, would go on in the colleague's name after leaving.
"""

import uuid
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import ngettext

from access_admins.models import ChiefRole
from acts.act import Act
from enterprises.models import Enterprise
from identity.actions.anew import end_vouched
from identity.actions.means import hold
from identity.models import Person
from users.enums import AccountType
from users.models import LIVE, Account


def planted_by(giver: Person, enterprise: Enterprise) -> list[Person]:
    """Return who administers in an enterprise by means that `giver` gave them, or that one of these gave in turn."""
    found: dict[int, Person] = {}
    givers = {giver.public_id}
    while givers:
        further = [one for one in _given_by(givers, enterprise) if one.pk not in found and one.pk != giver.pk]
        found |= {one.pk: one for one in further}
        givers = {one.public_id for one in further}
    return list(found.values())


def _given_by(givers: Collection[uuid.UUID], enterprise: Enterprise) -> QuerySet[Person]:
    administrators = Account.objects.filter(LIVE, capacity__enterprise=enterprise).exclude(type=AccountType.USER)
    chiefs = ChiefRole.objects.filter(LIVE, enterprise=enterprise)
    manages = Q(pk__in=administrators.values("person")) | Q(pk__in=chiefs.values("person"))
    given = Person.objects.filter(vouched_means__by__in=givers, vouched_means__enterprise=enterprise.public_id)
    return given.filter(manages, vouched_by=enterprise.public_id).order_by("pk").distinct()


def end_planted(act: Act, givers: Iterable[Person], enterprise: Enterprise) -> None:
    """Inside the act that ended the chief roles of these people, the enterprise locked: end what they gave."""
    for giver in givers:
        for person in planted_by(giver, enterprise):
            end_vouched(act, hold(person))


def about_planted(giver: Person, enterprise: Enterprise) -> list[str]:
    """Return the sentence of a check page about them; none where there are none."""
    count = len(planted_by(giver, enterprise))
    if not count:
        return []
    sentence = ngettext(
        "%(count)d person who administers here has means of login that %(name)s gave. They end; a new activation can be sent.",
        "%(count)d people who administer here have means of login that %(name)s gave. They end; new activations can be sent.",
        count,
    )
    return [sentence % {"count": count, "name": giver.full_name}]
