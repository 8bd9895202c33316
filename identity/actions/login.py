"""Logging in: the person is found or made, and the login recorded."""

from django.db import transaction

from acts.act import perform
from acts.errors import Refused
from identity.actor import Actor
from identity.enums import LEVEL_OF, Means
from identity.login import SENTENCES, Why
from identity.models import Person
from identity.oidc import Identified
from identity.passwords import make_unusable
from identity.people import person_of

# From this level on the person alone answers for the login; whoever gave the first means is forgotten (BEHAVIOUR L3).
OWN_LEVEL = 450


def log_in(*, person: Person, means: Means, level: int | None = None) -> None:
    """Record that a person logged in; forget who vouched for the means when the level shows that it is really them.

    level: as the identity provider said; default the level that the means has. Raises Refused where the person
    may not log in any more. The session is begun afterwards, by identity.login.begin_session.
    """
    actor = Actor(person=person, means=means, level=level or LEVEL_OF[means])
    with perform("login", actor=actor, chain=f"person:{person.public_id}") as act:
        locked = Person.objects.select_for_update().get(pk=person.pk)
        if not locked.is_active:
            raise Refused(SENTENCES[Why.INACTIVE], code="inactive")
        act.event(subject=person.public_id, details={"means": means.value})
        if locked.vouched_by is not None and actor.level >= OWN_LEVEL:
            details = {"vouched_by": str(locked.vouched_by), "password_ended": locked.password_is_first}
            act.event("means.vouch.end", subject=person.public_id, details=details)
            locked.vouched_by = None
            if locked.password_is_first:
                # An administrator typed it, and from now on it would open every enterprise.
                locked.password, locked.password_is_first = make_unusable(), False
            locked.save(update_fields=["vouched_by", "password", "password_is_first"])
            person.password, person.password_is_first = locked.password, locked.password_is_first


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
        log_in(person=person, means=identified.means, level=identified.level)
    return person
