"""The roles of chief administrators; `csam_portal.apps` registers it with Actor."""

from django.db.models import Q

from access_admins.enums import ChiefKind
from access_admins.models import ChiefRole
from enterprises.models import Enterprise
from identity.actor import Holding
from identity.enums import Role
from identity.models import Person
from identity.people import opened_to
from users.models import LIVE, Account

ROLE_OF = {ChiefKind.HTB: Role.HTB, ChiefKind.CO: Role.CO_HTB}


def chief_holdings(person: Person, enterprise: int) -> list[Holding]:
    """Return what a person holds over an enterprise (its id) as HTB or co-HTB."""
    roles = ChiefRole.objects.filter(LIVE, opened_to(person, "enterprise__"), person=person, enterprise=enterprise)
    kinds = roles.values_list("kind", flat=True)
    return [Holding(ROLE_OF[ChiefKind(kind)], enterprise) for kind in kinds]


def current_chief(number: str) -> ChiefRole | None:
    """Return the chief administrator's role of an enterprise (ten digits) today, None where there is none."""
    return (
        ChiefRole.objects.filter(LIVE, enterprise__number=number, kind=ChiefKind.HTB)
        .select_related("person", "enterprise")
        .first()
    )


def chief_role(public_id: str) -> ChiefRole:
    """Return a chief role, live or ended, with its person and enterprise."""
    return ChiefRole.objects.select_related("person", "enterprise").get(public_id=public_id)


def enterprises_of(person: Person) -> list[Enterprise]:
    """Return the enterprises in which a person holds any role or account now and that their means open, by name."""
    as_chief = ChiefRole.objects.filter(LIVE, person=person).values("enterprise")
    by_account = Account.objects.filter(LIVE, person=person, capacity__retired_at=None).values("capacity__enterprise")
    return list(
        Enterprise.objects.filter(opened_to(person), Q(pk__in=as_chief) | Q(pk__in=by_account)).order_by("name", "pk")
    )
