"""Means of login that a chief gave to people who administer: they end with the chief's own role (BEHAVIOUR T30).

Whoever set a colleague up, by an activation to an address of their own, would go on in the colleague's name after leaving.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import ngettext

from access_admins.models import ChiefRole
from acts.act import Act
from enterprises.models import Enterprise
from identity.actions.anew import end_vouched
from identity.models import Person
from users.enums import AccountType
from users.models import LIVE, Account


def planted_by(giver: Person, enterprise: Enterprise) -> QuerySet[Person]:
    """Return who administers in an enterprise by means that `giver` gave them; the giver apart."""
    administrators = Account.objects.filter(LIVE, capacity__enterprise=enterprise).exclude(type=AccountType.USER)
    chiefs = ChiefRole.objects.filter(LIVE, enterprise=enterprise)
    manages = Q(pk__in=administrators.values("person")) | Q(pk__in=chiefs.values("person"))
    given = Person.objects.filter(vouched_means__by=giver.public_id, vouched_means__enterprise=enterprise.public_id)
    return given.filter(manages, vouched_by=enterprise.public_id).exclude(pk=giver.pk).order_by("pk").distinct()


def end_planted(act: Act, givers: Iterable[Person], enterprise: Enterprise) -> None:
    """Inside the act that ended the chief roles of these people, the enterprise locked: end what they gave."""
    for giver in givers:
        for person in Person.objects.select_for_update().filter(pk__in=planted_by(giver, enterprise).values("pk")):
            end_vouched(act, person)


def about_planted(giver: Person, enterprise: Enterprise) -> list[str]:
    """Return the sentence of a check page about them; none where there are none."""
    count = planted_by(giver, enterprise).count()
    if not count:
        return []
    sentence = ngettext(
        "%(count)d person who administers here has means of login that %(name)s gave. They end; a new activation can be sent.",
        "%(count)d people who administer here have means of login that %(name)s gave. They end; new activations can be sent.",
        count,
    )
    return [sentence % {"count": count, "name": giver.full_name}]
