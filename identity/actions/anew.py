"""Means that an enterprise answers for end where a role is given with which others' access is managed (BEHAVIOUR T30).

Whoever planted them on somebody would hold that role in the other's name: a chief the successor's, long after being replaced.
"""

import uuid

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.act import Act
from identity import codes, letters
from identity.actions.means import GIVEN, How, end_other_sessions, let_go_of_user_name, tell
from identity.models import Activation, Person
from identity.passwords import make_unusable
from identity.people import addresses_in

ENDED = _(
    "What others had given you to log in (user name, password, codes) has ended: you were given a role with which access is "
    "managed, or means of login are given to you anew."
)
GONE = [*GIVEN, "email", "means_changed_at"]


def begins_anew(person: Person, enterprise_public_id: uuid.UUID, by: uuid.UUID) -> bool:
    """Tell whether the means that an enterprise answers for end where somebody (public_id) gives a person a managing role.

    Not those that came from this very giver, who gives away nothing by it that was not theirs to give.
    """
    if person.vouched_by != enterprise_public_id:
        return False
    rows = person.vouched_means.exclude(how=How.SESSION)
    return set(rows.values_list("by", flat=True)) != {by}


def begin_anew(act: Act, person: Person, enterprise_public_id: uuid.UUID) -> None:
    """Inside the act that gives such a role: end those means where `begins_anew` says so, and links that wait in any case.

    person: locked.
    """
    waiting = Activation.objects.filter(person=person, used_at=None, expires_at__gt=timezone.now())
    waiting.filter(enterprise=enterprise_public_id).update(expires_at=timezone.now())
    if begins_anew(person, enterprise_public_id, act.actor.public_id):
        end_vouched(act, person)


def end_vouched(act: Act, person: Person) -> None:
    """Inside an act: end all that an enterprise answers for. The user name stays the person's, to be chosen again.

    person: locked. What waits (a link, a session) ends with it. Nothing where no enterprise answers.
    """
    enterprise, now, former = person.vouched_by, timezone.now(), person.email
    if enterprise is None:
        return
    kinds = sorted(person.vouched_means.values_list("kind", flat=True))
    codes.remove_all(person)
    sessions = end_other_sessions(person)
    Activation.objects.filter(person=person, used_at=None, expires_at__gt=now).update(expires_at=now)
    person.vouched_means.all().delete()
    person.password, person.password_is_first, person.first_password_until = make_unusable(), False, None
    person.email, person.vouched_by, person.means_changed_at = "", None, now
    let_go_of_user_name(person)
    person.save(update_fields=GONE)
    details = {"vouched_by": str(enterprise), "ended": kinds, "sessions_ended": sessions}
    act.event("means.vouch.end", subject=person.public_id, details=details)
    tell(act, person, letters.means_changed(person, ENDED), also=[former, *addresses_in(person, enterprise)])
