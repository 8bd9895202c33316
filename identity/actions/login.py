"""Logging in: the person is found or made, and the login recorded."""

from django.db import transaction

from acts.act import perform
from acts.errors import Refused
from identity.actions.means import chain_of, hold
from identity.actions.vouching import ASIDE, set_aside
from identity.actor import Actor
from identity.enums import LEVEL_OF, OWN_LEVEL, Means
from identity.login import SENTENCES, Why
from identity.models import Person
from identity.oidc import Identified
from identity.people import person_of


def log_in(*, person: Person, means: Means, level: int | None = None, federal_email: str = "") -> None:
    """Record that a person logged in; set aside what an enterprise answers for when the level shows that it is them (T2).

    level: as the identity provider said; default the level that the means has. federal_email: the address that it gave.
    Raises Refused where the person may not log in any more, or where the password changed, or ceased to be an enterprise's,
    since the caller looked at it. The session is begun afterwards, by identity.login.begin_session.
    """
    actor = Actor(person=person, means=means, level=level or LEVEL_OF[means], federal_email=federal_email)
    with perform("login", actor=actor, chain=chain_of(person)) as act:
        locked = hold(person)
        is_own = actor.level >= OWN_LEVEL
        if not locked.is_active:
            raise Refused(SENTENCES[Why.INACTIVE], code="inactive")
        is_unbound = person.vouched_by is not None and locked.vouched_by is None
        if not is_own and (is_unbound or locked.password != person.password):
            raise Refused(SENTENCES[Why.UNKNOWN_LOGIN], code="login_changed")
        act.event(subject=person.public_id, details={"means": means.value})
        if is_own:
            set_aside(act, locked)
            for name in ASIDE:
                setattr(person, name, getattr(locked, name))


def log_in_identified(identified: Identified) -> Person:
    """Return the person whom the identity provider identified, made if new, with the names that it gives.

    Records the login. Raises Refused as log_in does. A person who died is not asked after here: such a card is revoked, and the
    provider refuses it.
    """
    with transaction.atomic():
        person = person_of(
            insz=identified.insz,
            last_name=identified.last_name,
            first_names=identified.first_names,
            language=identified.language,
        )
        log_in(person=person, means=identified.means, level=identified.level, federal_email=identified.email)
    return person
