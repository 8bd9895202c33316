"""What must always hold and no single constraint can say: at least one. `manage.py check_invariants` asks."""

from collections.abc import Iterator

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from access_admins.enums import ChiefKind
from access_admins.models import ChiefRole
from enterprises.models import Capacity, Enterprise
from htb.enums import RequestState
from htb.models import Request
from identity.models import Person, Proposal
from senders.models import (
    IN_USE,
    Carried,
    Certificate,
    Channel,
    Delivery,
    DeliveryPart,
    Receipt,
    Sender,
    SshKey,
)
from users.enums import AccountType
from users.models import LIVE, Account, Grant


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

    electronic = Request.objects.filter(is_signed_electronically=True)
    yield "a request signed electronically without its file", electronic.filter(signed_file=None)
    yield from _senders()
    yield from _staff()

    ended = Capacity.objects.exclude(retired_at=None).filter(
        Exists(Account.objects.filter(LIVE, capacity=OuterRef("pk")))
    )
    yield "a retired capacity with an account", ended

    gone = Account.objects.exclude(ended_at=None).filter(Exists(Grant.objects.filter(LIVE, account=OuterRef("pk"))))
    yield "an ended account that still holds an application", gone

    aside = Person.objects.exclude(means_set_aside_at=None)
    unusable = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    opens = Q(email__gt="") | Q(vouched_by__isnull=False) | ~unusable
    yield "means that are set aside and open something", aside.filter(opens)

    # The list is filtered by the grant's capacity, and shows the account's.
    astray = Grant.objects.filter(account=OuterRef("pk")).exclude(capacity=OuterRef("capacity"))
    yield "an account with a grant of another capacity", Account.objects.filter(Exists(astray))


def _staff() -> Iterator[tuple[str, QuerySet]]:  # type: ignore[type-arg]
    """What a member of staff may comes from one group, and from nothing else (BEHAVIOUR T9)."""
    grouped = Person.objects.filter(groups__isnull=False)
    yield "somebody with two duties", grouped.annotate(duties=Count("groups")).filter(duties__gt=1)
    other = Person.objects.filter(
        groups__isnull=False, is_active=True, staff_number__number_hash=OuterRef("staff_number__number_hash")
    ).exclude(groups=OuterRef("groups"))
    yield "somebody with two duties by two accounts", grouped.filter(is_active=True).filter(Exists(other))
    yield "an operator with a duty", grouped.filter(is_superuser=True)
    yield "somebody with a duty who is no staff", grouped.filter(is_staff=False)
    twice = Q(confirmed_by__staff_number__number_hash=F("made_by__staff_number__number_hash"))
    yield "a proposal confirmed by the person who made it", Proposal.objects.filter(twice)
    twice = Q(decided_by__staff_number__number_hash=F("received_by__staff_number__number_hash"))
    yield "a request approved by the person who received it", Request.objects.filter(twice, state=RequestState.APPROVED)
    yield "somebody with a permission of their own", Person.objects.filter(user_permissions__isnull=False).distinct()


def _senders() -> Iterator[tuple[str, QuerySet]]:  # type: ignore[type-arg]
    live = Sender.objects.filter(LIVE)
    channels = Channel.objects.filter(LIVE)
    yield "a sender without channel", live.filter(~Exists(channels.filter(sender=OuterRef("pk"))))
    yield "a sender of a retired capacity", live.exclude(capacity__retired_at=None)
    yield "a channel of an ended sender", channels.exclude(sender__ended_at=None)
    carried = Carried.objects.filter(LIVE, channel=OuterRef("pk"))
    yield "a channel that carries nothing", channels.filter(~Exists(carried))

    rows = Carried.objects.filter(LIVE)
    preferred = rows.filter(is_preferred=True, sender=OuterRef("sender"), application=OuterRef("application"))
    unpreferred = rows.filter(~Exists(preferred), sender=OuterRef("pk"))
    yield "an application of a sender without preferred channel", live.filter(Exists(unpreferred))
    elsewhere = rows.exclude(channel__sender=OuterRef("pk")).filter(sender=OuterRef("pk"))
    yield "a sender that carries over another sender's channel", live.filter(Exists(elsewhere))
    for loaded in (Certificate, SshKey):
        yield (
            f"a {loaded._meta.model_name} in use on an ended channel",
            loaded.objects.filter(IN_USE).exclude(channel__ended_at=None),
        )

    receipts = Receipt.objects.filter(delivery=OuterRef("pk"))
    yield "a submission without receipt", Delivery.objects.filter(~Exists(receipts))
    parts = DeliveryPart.objects.filter(delivery=OuterRef("pk"))
    yield "an accepted submission whose declaration is not kept", Delivery.objects.filter(~Exists(parts), fault="")
