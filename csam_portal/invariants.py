"""What must always hold and no single constraint can say: at least one. `manage.py check_invariants` asks."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet

from access_admins.enums import ChiefKind
from access_admins.models import ChiefRole
from enterprises.models import Capacity, Enterprise
from users.enums import AccountType
from users.models import LIVE, Account


def broken() -> Iterator[str]:
    """Yield a line for every row that breaks an invariant (docs/data.md); things by public_id, never a person's number."""
    for rule, rows in _rules():
        for public_id in rows.values_list("public_id", flat=True).iterator():
            yield f"{rule}: {public_id}"


def _rules() -> Iterator[tuple[str, QuerySet]]:  # type: ignore[type-arg]  # rows of several models
    enterprises = Enterprise.objects.exclude(activated_at=None)
    chiefs = ChiefRole.objects.filter(LIVE, kind=ChiefKind.HTB, enterprise=OuterRef("pk"))
    yield "an enterprise in CSAM without chief administrator", enterprises.filter(~Exists(chiefs))
    yield "an enterprise that never got its first chief", Enterprise.objects.filter(activated_at=None)

    capacities = Capacity.objects.filter(retired_at=None)
    administrators = Account.objects.filter(LIVE, type=AccountType.LB, capacity=OuterRef("pk"))
    yield "a capacity in use without access administrator", capacities.filter(~Exists(administrators))

    as_htb = Account.objects.filter(LIVE, as_htb=True)
    own_chief = ChiefRole.objects.filter(
        LIVE, kind=ChiefKind.HTB, enterprise=OuterRef("capacity__enterprise"), person=OuterRef("person")
    )
    yield "an account held as HTB by somebody who is not", as_htb.filter(~Exists(own_chief))

    ended = Capacity.objects.exclude(retired_at=None).filter(
        Exists(Account.objects.filter(LIVE, capacity=OuterRef("pk")))
    )
    yield "a retired capacity with an account", ended
