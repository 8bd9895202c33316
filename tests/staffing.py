"""Staff of the contact centre in tests: accounts at work, and the road by which supervisors and an eID make one."""

import re
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from csam_portal.demo.world import STAFF_CARDS
from enterprises.models import RegisterPerson
from formats.names import user_name_key
from identity import codes
from identity.independence import number_hash
from identity.models import Person, Proposal, StaffNumber
from tests.logging_in import NEW_PASSWORD, PASSWORD, code_of, link_in, mails_to, person_called
from tests.oidc_login import path_of, show_card

LOGIN = "/admin/login/"
ACCOUNTS = "/admin/identity/person/"
PROPOSALS = "/admin/identity/proposal/"
CODE = re.compile(r"activation code of [^<]+? is ([a-z0-9-]+)\.")
# A number that nobody of the demo world has.
STRANGER = "85073003328"


def make_staff(user_name: str, *groups: str, is_operator: bool = False, insz: str | None = None) -> Person:
    """Write an account of staff that was activated long ago, with the demo world's password. insz: "" for no number yet."""
    person = Person(user_name=user_name, user_name_key=user_name_key(user_name), last_name=user_name, is_staff=True)
    person.email, person.is_superuser = f"{user_name}@example.be", is_operator
    person.set_password(PASSWORD)
    person.save()
    person.groups.set(Group.objects.filter(name__in=groups))
    codes.put_app(person, codes.new_key())
    if insz != "":
        bind(person, insz or f"test {user_name}")
    return person


def bind(person: Person, insz: str) -> None:
    """Bind an account to a number, in place of a former one."""
    StaffNumber.objects.filter(person=person).delete()
    StaffNumber.objects.create(person=person, number_hash=number_hash(insz), proved_at=timezone.now())


def key_of(user_name: str) -> str:
    """Return the secret of somebody's app, hex."""
    device = codes.app_of(person_called(user_name))
    assert device is not None
    return str(device.key)


def log_in_staff(user_name: str, password: str = PASSWORD) -> Client:
    """Log in at the admin with password and code; the answers are in English."""
    client = Client(headers={"Accept-Language": "en"})
    answer = {"username": user_name, "password": password, "code": code_of(key_of(user_name)), "next": "/admin/"}
    response = client.post(LOGIN, answer)
    assert response.status_code == 302, response.content.decode()
    return client


def account(user_name: str, group: str = "desk", **other: Any) -> dict[str, Any]:
    """Return what the form of a new account is filled in with; its owner is called as in the register of the tests."""
    answer = {
        "user_name": user_name,
        "first_names": "Nele",
        "last_name": "Nieuw",
        "language": "nl",
        "email": f"{user_name}@example.be",
        "groups": [Group.objects.get(name=group).pk],
    }
    return {**answer, **other}


def as_it_is(person: Person, **changes: Any) -> dict[str, Any]:
    """Return what the form of an account holds, with changes. is_active and groups: False and [] take them away."""
    answer: dict[str, Any] = {
        "first_names": person.first_names,
        "last_name": person.last_name,
        "language": person.language,
        "email": person.email,
        "is_active": person.is_active,
        "groups": list(person.groups.values_list("pk", flat=True)),
        **changes,
    }
    if not answer["is_active"]:
        del answer["is_active"]
    return answer


def latest() -> Proposal:
    """Return the newest proposal."""
    found = Proposal.objects.order_by("pk").last()
    assert found is not None
    return found


def decide(client: Client, act: str = "confirm", proposal: Proposal | None = None) -> Any:
    """Press a button of a proposal's page, the newest's by default; return the page after it."""
    return client.post(f"{PROPOSALS}{(proposal or latest()).pk}/change/", {"act": act}, follow=True)


def code_on(response: Any) -> str:
    """Return the activation code that a page shows."""
    found = CODE.search(response.content.decode())
    assert found is not None, response.content.decode()
    return found[1]


def card(insz: str = STRANGER, first_names: str = "Nele", last_name: str = "Nieuw") -> str:
    """Put somebody with an eID into the register of the tests; return the number."""
    RegisterPerson.objects.update_or_create(
        insz=insz, defaults={"first_names": first_names, "last_name": last_name, "language": "nl", "has_eid": True}
    )
    return insz


def follow_link(address: str, code: str) -> Client:
    """Follow the newest link that was mailed to an address, and give the code; return the browser before the eID."""
    client = Client(headers={"Accept-Language": "en"})
    client.post(link_in([mail for mail in mails_to(address) if "/link/" in mail.text][-1]))
    client.post("/en/activate/staff", {"code": code})
    return client


def show_eid(client: Client, insz: str, page: str = "/en/activate/staff/eid") -> Any:
    """Go to the identity provider with one's eID and come back; return the page that follows."""
    to_provider = client.post(page)
    assert to_provider.status_code == 302, to_provider.content.decode()
    back = show_card(client, to_provider["Location"], insz)
    assert back.status_code == 302, back.content.decode()
    return client.get(path_of(back["Location"]), follow=True)


def set_means(client: Client) -> Any:
    """Choose a password and an app, after the eID; return the last answer."""
    client.post("/en/activate/staff/password", {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    key = client.session["draft.app"]["key"]
    # The one before, which still counts: the code of now is left for the login (T24).
    return client.post("/en/activate/staff/app", {"code": code_of(key, -1)})


def activate(address: str, code: str, insz: str) -> Any:
    """Walk the whole activation; return the last answer."""
    client = follow_link(address, code)
    show_eid(client, insz)
    return set_means(client)


def card_of(user_name: str) -> str:
    """Return the number of a member of staff of the demo world."""
    return STAFF_CARDS[user_name].insz
