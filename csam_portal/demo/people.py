"""The demo world's people in the portal: user names for part of the cast, and the contact centre's staff."""

from base64 import b32encode
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from csam_portal.demo.world import CAST, PASSWORD, STAFF, STAFF_CARDS
from formats.names import user_name_key
from identity.independence import number_hash
from identity.models import Person, StaffNumber
from identity.people import person_of


@dataclass(frozen=True)
class Login:
    """A user name to try; all have the same password. totp_secret: base32; group: of staff; "" without."""

    user_name: str
    name: str
    totp_secret: str = ""
    group: str = ""


def load_people() -> list[Login]:
    """Write the demo world's persons with a user name and its staff; return their logins. Call inside a transaction."""
    known = [_person(one.user_name, _cast_member(one.insz)) for one in CAST if one.user_name]
    staff = [load_staff_member(user_name) for user_name in STAFF]
    _set_password([*known, *staff])
    logins = [Login(person.user_name or "", person.full_name) for person in known]
    return logins + [
        Login(person.user_name or "", person.full_name, _totp_secret(person), STAFF[person.user_name or ""])
        for person in staff
    ]


def _cast_member(insz: str) -> Person:
    one = next(person for person in CAST if person.insz == insz)
    return person_of(insz=insz, last_name=one.last_name, first_names=one.first_names, language=one.language)


def load_staff_member(user_name: str) -> Person:
    """Write a member of staff as one who has activated the account: group, proved number, app. The password comes later."""
    card = STAFF_CARDS[user_name]
    person = Person.objects.filter(user_name=user_name).first()
    person = person or Person(is_staff=True, first_names=card.first_names, last_name=card.last_name)
    person = _person(user_name, person)
    person.groups.set(Group.objects.filter(name=STAFF[user_name]))
    proved = {"number_hash": number_hash(card.insz), "proved_at": timezone.now()}
    StaffNumber.objects.get_or_create(person=person, defaults=proved)
    return person


def _person(user_name: str, person: Person) -> Person:
    person.user_name = user_name
    person.user_name_key = user_name_key(user_name)
    person.email = f"{user_name}@example.be"
    person.save()
    return person


def _set_password(people: list[Person]) -> None:
    """Give everybody the demo password. Who has it keeps their hash, and so their session; it is hashed once, being slow."""
    holds = {encoded: check_password(PASSWORD, encoded) for encoded in {person.password for person in people}}
    encoded = make_password(PASSWORD)
    for person in people:
        if not holds[person.password]:
            person.password = encoded
            person.save(update_fields=["password"])


def _totp_secret(person: Person) -> str:
    device = TOTPDevice.objects.get_or_create(user=person, name="demo")[0]
    return b32encode(device.bin_key).decode()
