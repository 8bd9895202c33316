"""A way in for somebody who cannot log in for a role yet: a mailed link and a code given apart (BEHAVIOUR L7)."""

import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.act import Act, digest, perform
from acts.errors import Missing, Refused, TooMany, plan_changed
from audit.models import Event
from identity import codes, letters
from identity.actions.anew import end_vouched
from identity.actions.devices import SET
from identity.actions.means import GIVEN, How, Kind, chain_of, hold, is_taken, note_change, note_vouched, set_user_name
from identity.actions.passwords import TAKEN, link_hash, use_up
from identity.actor import Actor
from identity.enums import OWN_LEVEL, Means
from identity.limits import counted
from identity.models import Activation, Person
from identity.people import without_use
from outbox.mails import queue

LIFE = timedelta(days=7)
LIMIT = "activation.person"
DONE = _("You have set up your user name, your password and your one-time codes.")


class Lacking(StrEnum):
    """Which means a person lacks that an enterprise may give; an activation sets just these."""

    ALL = "all"  # user name, password and a code device
    DEVICE = "device"  # a code device: user name and password came from this very enterprise (U3)
    NOTHING = "nothing"


def lacking(person: Person, enterprise_public_id: uuid.UUID | None, *, anew: bool = False) -> Lacking:
    """Return which means of login an enterprise may give a person.

    Nothing to somebody with means of their own, or another enterprise's in which they hold something (T31), or who once logged
    in as the person alone can: they would come into somebody else's hands. anew: what this enterprise gave before ends (T30).
    """
    return lacking_each([person], enterprise_public_id, anew=anew).get(person.pk, Lacking.NOTHING)


def lacking_each(
    people: Collection[Person], enterprise_public_id: uuid.UUID | None, *, anew: bool = False
) -> dict[int, Lacking]:
    """Return the same for many, by id, without those who lack nothing. At most four queries."""
    ours = {one.pk for one in people if one.vouched_by is not None and one.vouched_by == enterprise_public_id}
    all_of_it = without_use(people) | {one.pk for one in people if not one.user_name} | (ours if anew else set())
    people = [one for one in people if one.pk in ours or one.pk in all_of_it]
    chains = [chain_of(one) for one in people]
    own_logins = Event.objects.filter(chain__in=chains, act="login", level__gte=OWN_LEVEL)
    themselves = set(own_logins.values_list("chain", flat=True).distinct()) if people else set()
    people = [one for one in people if chain_of(one) not in themselves]
    named = [one.pk for one in people if one.pk not in all_of_it]
    equipped = codes.with_device(named) if named else set()
    return {one.pk: Lacking.ALL if one.pk in all_of_it else Lacking.DEVICE for one in people if one.pk not in equipped}


@dataclass(frozen=True)
class NewMeans:
    """What an activation sets. app_key (hex) or token_codes: the code device. app_used: the step whose code was given.

    password_hash: made when it was typed; "" where the person has user name and password, which stay as they are.
    """

    user_name: str
    password_hash: str = ""
    app_key: str = ""
    app_used: int = codes.NO_STEP
    token_codes: tuple[str, ...] = ()


def open_activation(act: Act, *, person: Person, enterprise_public_id: uuid.UUID, address: str, language: str) -> str:
    """Inside another act: mail a person the link, and return the code that the appointing person is shown once.

    person: locked or made by that act. enterprise_public_id: on whose word the means are given. address: where the link
    goes, typed by who gives the role; an own address may have been set by whoever had the means before. language: of the mail.
    An earlier link on the same enterprise's word ends, and what another enterprise gave that has no use any more.
    Raises Refused where nothing is lacking that this enterprise may give.
    """
    sets = lacking(person, enterprise_public_id)
    if sets == Lacking.NOTHING:
        raise _can_log_in()
    if sets == Lacking.ALL:
        end_vouched(act, person)
    now, secret, code = timezone.now(), secrets.token_urlsafe(32), codes.new_code()
    _opened(enterprise_public_id).filter(person=person, used_at=None, expires_at__gt=now).update(expires_at=now)
    activation = Activation.objects.create(
        person=person,
        purpose=Activation.Purpose.ACTIVATE,
        enterprise=enterprise_public_id,
        opened_by=act.actor.public_id,
        link_hash=link_hash(secret),
        code_hash=make_password(codes.tidy(code)),
        expires_at=now + LIFE,
    )
    act.event(
        "means.activation.open", enterprise=enterprise_public_id, subject=person.public_id, details={"sets": sets}
    )
    letter = letters.activation(
        person, language=language, secret=secret, until=activation.expires_at, device_alone=sets == Lacking.DEVICE
    )
    # A key of its own: the act may have another mail for the same person.
    key = f"{act.id}:{person.public_id}:activation"
    queue(key=key, to=address, language=language, letter=letter)
    return code


@dataclass(frozen=True)
class Renewable:
    """An activation that may be opened again. ends: whether what the enterprise gave before ends. digest: of the newest one,
    which a new one ends."""

    sets: Lacking
    ends: bool
    digest: str


def renewable(person: Person, enterprise_public_id: uuid.UUID) -> Renewable:
    """Return what a new activation would set: all, also in the place of what this enterprise gave before (T31).

    Raises Refused where nobody gave anything and none was opened before, or the person logs in by themselves.
    """
    newest = _opened(enterprise_public_id).filter(person=person).order_by("-pk").first()
    ends = person.vouched_by == enterprise_public_id
    if newest is None and person.vouched_by is None:
        raise Refused(_("This person needed no activation."), code="no_activation")
    sets = lacking(person, enterprise_public_id, anew=True)
    if sets == Lacking.NOTHING:
        raise _can_log_in()
    return Renewable(sets, ends, digest({"activation": newest and newest.pk, "ends": ends}))


def who_can_be_sent_one(people: Collection[int], enterprise_public_id: uuid.UUID) -> set[int]:
    """Return for which of these persons (ids) `renewable` would return something. At most five queries."""
    opened = _opened(enterprise_public_id).filter(person__in=people).values("person")
    given = Person.objects.filter(Q(pk__in=opened) | Q(vouched_by__isnull=False), pk__in=people)
    return set(lacking_each(given, enterprise_public_id, anew=True))


def open_again(
    act: Act, *, person: Person, enterprise_public_id: uuid.UUID, address: str, confirmed: str | None = None
) -> str:
    """Inside an act: open an activation in the place of one that was lost or is too old, or of lost means; see
    `open_activation`. What the enterprise gave before ends (T31).

    confirmed: the digest that the page showed, None where it showed none. Raises Refused as `renewable` does, and to the person
    themselves, who would have the code and the link in one hand; Changed where somebody sent one meanwhile; TooMany where the
    person got so many in a day that their mailbox would be flooded.
    """
    if person.public_id == act.actor.public_id:
        raise Refused(_("This is your own account: somebody else has to do this for you."), code="own_account")
    found = renewable(person, enterprise_public_id)
    if confirmed is not None and found.digest != confirmed:
        raise plan_changed()
    _refuse_too_many(person, enterprise_public_id)
    if found.ends:
        end_vouched(act, person)
    return open_activation(
        act,
        person=person,
        enterprise_public_id=enterprise_public_id,
        address=address,
        language=person.language,
    )


def flooded(people: "QuerySet[Any, Any]", enterprise_public_id: uuid.UUID) -> set[int]:
    """Return which persons (a subquery of ids) were sent as many links on this enterprise's word as a day allows."""
    limit, seconds = settings.LIMITS[LIMIT]
    recent = _mailed(enterprise_public_id).filter(
        person__in=people, created_at__gt=timezone.now() - timedelta(seconds=seconds)
    )
    counted = recent.values("person").annotate(count=Count("pk")).filter(count__gte=limit)
    return set(counted.values_list("person", flat=True))


def _mailed(enterprise_public_id: uuid.UUID) -> QuerySet[Activation]:
    """Return every link that went to somebody on this enterprise's word."""
    purposes = (Activation.Purpose.ACTIVATE, Activation.Purpose.RENEW)
    return Activation.objects.filter(purpose__in=purposes, enterprise=enterprise_public_id)


def _refuse_too_many(person: Person, enterprise_public_id: uuid.UUID) -> None:
    limit, seconds = settings.LIMITS[LIMIT]
    window = timedelta(seconds=seconds)
    opened = _mailed(enterprise_public_id).filter(person=person, created_at__gt=timezone.now() - window)
    newest = list(opened.order_by("-created_at").values_list("created_at", flat=True)[:limit])
    if len(newest) == limit:
        sentence = _("This person was sent several activations already. A new one can be sent after %(moment)s.")
        raise TooMany(newest[-1] + window, scope=LIMIT, sentence=sentence)


def _opened(enterprise_public_id: uuid.UUID) -> QuerySet[Activation]:
    """Return every activation, used or not, that was opened on this enterprise's word."""
    return Activation.objects.filter(purpose=Activation.Purpose.ACTIVATE, enterprise=enterprise_public_id)


def _can_log_in() -> Refused:
    return Refused(_("This person can log in already."), code="can_log_in")


def followed(secret: str) -> Activation | None:
    """Return what a link leads to, None where it is unknown, used, too old, or no longer needed."""
    return _live(Activation.objects.filter(link_hash=link_hash(secret)).select_related("person").first())


def still_live(pk: int) -> Activation | None:
    """Return an activation that a session has followed, None where it is gone meanwhile."""
    return _live(Activation.objects.filter(pk=pk).select_related("person").first())


def _live(activation: Activation | None) -> Activation | None:
    if activation is None or activation.used_at is not None or activation.expires_at <= timezone.now():
        return None
    if not activation.person.is_active:
        return None
    if activation.purpose == Activation.Purpose.ACTIVATE:
        is_needed = lacking(activation.person, activation.enterprise) != Lacking.NOTHING
        return activation if is_needed else None
    if activation.purpose == Activation.Purpose.RENEW:
        person = activation.person
        is_waiting = person.password_is_first and person.vouched_by == activation.enterprise
        return activation if is_waiting else None
    return activation


def is_right_code(activation: Activation, code: str) -> bool:
    """Tell whether this is the code that was given apart. Wrong tries count; raises TooMany."""
    with counted(("code.person", f"activation:{activation.pk}")) as attempt:
        if not check_password(codes.tidy(code), activation.code_hash):
            attempt.miss()
    return not attempt.missed


def activate(*, activation: Activation, means: NewMeans) -> Person:
    """Give the person what is lacking, on the enterprise's word: a code device, and user name and password before it.

    Return the person. Raises Missing for a link that is gone, or where something else is lacking by now; Refused (the user
    name was taken meanwhile), Changed.
    """
    person = activation.person
    sets = Lacking.ALL if means.password_hash else Lacking.DEVICE
    device = Means.TOTP if means.app_key else Means.TOKEN
    with perform("means.activate", actor=Actor(person, level=0), chain=chain_of(person)) as act:
        person = hold(person)
        if lacking(person, activation.enterprise) != sets:
            raise Missing
        use_up(activation)
        if sets == Lacking.ALL:
            if is_taken(means.user_name, by_others_than=person):
                raise Refused(TAKEN, field="user_name", code="user_name_taken")
            set_user_name(person, means.user_name, given_by=activation.enterprise)
            person.password, person.password_is_first = means.password_hash, False
            person.vouched_by = activation.enterprise
            person.save(update_fields=GIVEN)
        if means.app_key:
            codes.put_app(person, means.app_key, used=means.app_used)
        else:
            codes.put_codes(person, list(means.token_codes))
        act.event(
            enterprise=activation.enterprise,
            subject=person.public_id,
            details={"sets": sets, "device": device},
        )
        note_change(act, person, DONE if sets == Lacking.ALL else SET[device])
        kinds = [Kind.APP if device is Means.TOTP else Kind.CODES]
        if sets == Lacking.ALL:
            kinds += [Kind.USER_NAME, Kind.PASSWORD]
        if activation.enterprise is not None:
            note_vouched(person, kinds, enterprise=activation.enterprise, how=How.ACTIVATION, by=activation.opened_by)
    return person
