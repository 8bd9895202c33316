"""User name and password: asked in one way for everybody, whether the name exists or not (BEHAVIOUR L3, L6)."""

from django.contrib.auth.hashers import make_password, verify_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from acts.errors import Refused
from formats.names import user_name_key
from identity import codes
from identity.enums import Means
from identity.limits import counted
from identity.models import Person

TOO_LATE = _(
    "This first password was not used in time and has ended. Ask whoever gave it to you to renew it, or log in with eID or "
    "itsme."
)


def person_with(*, user_name: str, password: str, address: str, is_staff: bool = False) -> Person | None:
    """Return the person who logs in with this user name and password, None for any other answer.

    address: of identity.limits.client_address. Whether the name is unknown, has no password, is closed, or the password
    is wrong: one statement reads the person and one hash is made, and the try counts. Raises TooMany, whatever the
    password; Refused for the right first password of somebody who did not use it in time (BEHAVIOUR T5). Staff log in at
    the admin alone, persons at the portal alone.
    """
    key = user_name_key(user_name)
    with counted(("password.person", key), ("password.address", address)) as attempt:
        person = Person.objects.filter(user_name_key=key).first()
        encoded = person.password if person is not None else make_unusable()
        # For an unusable password Django makes one hash for nothing: the same work.
        is_right, must_update = verify_password(password, encoded)
        if person is None or not is_right or not person.is_active or person.is_staff != is_staff:
            attempt.miss()
            return None
    if person.password_is_first and person.first_password_until and person.first_password_until < timezone.now():
        raise Refused(TOO_LATE, code="first_password_ended")
    if must_update:
        person.password = make_password(password)
        person.save(update_fields=["password"])
    return person


def staff_with(*, user_name: str, password: str, code: str, address: str) -> Person | None:
    """Return the member of staff with this user name, password and code of the app, None for any other answer.

    Raises TooMany, for passwords and for codes.
    """
    person = person_with(user_name=user_name, password=password, address=address, is_staff=True)
    return person if person is not None and codes.accepts(person, Means.TOTP, code) else None


def check_own_password(person: Person, password: str, *, address: str) -> bool:
    """Tell whether this is the person's password; wrong tries count as at login. Raises TooMany."""
    with counted(("password.person", person.user_name_key or ""), ("password.address", address)) as attempt:
        if not verify_password(password, person.password)[0]:
            attempt.miss()
    return not attempt.missed


def make_unusable() -> str:
    """Return what stands for a password that nobody has."""
    return make_password(None)
