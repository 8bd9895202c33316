"""What an enterprise answers for of a person's means, in words: what there is, who made it, when (BEHAVIOUR T1, T2)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from identity.models import Person, VouchedMeans

How = VouchedMeans.How
NameOf = Callable[[uuid.UUID], str]
_namers: list[NameOf] = []

SENTENCES: dict[str, Promise] = {
    How.GIVEN: gettext_lazy("%(who)s, for %(enterprise)s, typed it on %(moment)s."),
    How.ACTIVATION: gettext_lazy(
        "It was set up on %(moment)s, with an activation that %(who)s sent for %(enterprise)s."
    ),
    How.SESSION: gettext_lazy(
        "It was set on %(moment)s, by somebody who was logged in with what %(enterprise)s had given."
    ),
    How.UNKNOWN: gettext_lazy("It goes back to %(enterprise)s. Who made it, and when, was not kept."),
}


def register_enterprise_names(name_of: NameOf) -> None:
    """Set who knows what an enterprise (public_id) is called: the rooms below do not know enterprises."""
    _namers[:] = [name_of]


@dataclass(frozen=True)
class FoundMeans:
    """One means: its kind, its words, what may be shown of it ("" for secrets), and where it comes from."""

    kind: str
    label: str
    value: str
    origin: str


def found(person: Person) -> list[FoundMeans]:
    """Return what an enterprise answers for, in the order of VouchedMeans.Kind and the language at work."""
    rows = {row.kind: row for row in person.vouched_means.all()}
    makers = {
        maker.public_id: maker.full_name
        for maker in Person.objects.filter(public_id__in=[row.by for row in rows.values() if row.by])
    }
    return [
        FoundMeans(kind, str(VouchedMeans.Kind(kind).label), _shown(person, rows[kind]), _origin(rows[kind], makers))
        for kind in VouchedMeans.Kind.values
        if kind in rows
    ]


def _shown(person: Person, row: VouchedMeans) -> str:
    if row.kind == VouchedMeans.Kind.USER_NAME:
        return person.user_name or ""
    return row.value or person.email if row.kind == VouchedMeans.Kind.EMAIL else ""


def _origin(row: VouchedMeans, makers: dict[uuid.UUID, str]) -> str:
    who = makers.get(row.by, "") if row.by else ""
    return str(SENTENCES[row.how]) % {
        "who": who or _("an administrator"),
        "enterprise": next((name for namer in _namers if (name := namer(row.enterprise))), "") or _("an enterprise"),
        "moment": date_format(timezone.localtime(row.at), "DATETIME_FORMAT") if row.at else "",
    }
