"""The attacker administers an enterprise and wants to be somebody else, for ever and everywhere: they add that person, type the
first password or have the activation sent to themselves, log in as the person, make means and an address of "their own", and
wait until the person logs in with the card and is given more elsewhere (BEHAVIOUR T1, T2)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from enterprises.models import Capacity, Employment, Enterprise, RegisterPerson
from identity import codes
from identity.models import Activation, Person
from outbox.models import Mail
from tests import adding, appointing, cast, delegating
from tests.conftest import LogIn
from tests.logging_in import NEW_PASSWORD, code_of, give_code, give_password, level_of, link_in, mails_to
from tests.oidc_login import log_in_by_card, path_of, start
from users.models import Account

pytestmark = pytest.mark.django_db

NAME = adding.MEANS["user_name"]
THIEF = "thief@example.org"
DECIDE = "/nl/me/means/given"
FORGOTTEN = "/nl/login/forgotten"
HOME = "/nl/home"


def luc() -> Person:
    return Person.objects.get(insz=cast.LUC)


def as_luc(password: str = NEW_PASSWORD, query: str = "?means=password") -> Client:
    """Log in as the victim with what the attacker knows."""
    client = Client()
    give_password(client, NAME, password, query=query)
    return client


def given_by_password(log_in: LogIn, *, by: str = cast.THOMAS) -> Client:
    """Add the victim as a user, log in with the first password, change it, and set an address; return the session."""
    adding.give(log_in(by), cast.LUC, **adding.MEANS, **adding.PERSON)
    thief = as_luc(adding.MEANS["password"])
    new = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    assert thief.post("/nl/login/first-password", new).status_code == 302
    assert level_of(thief) == 200
    answers = {"language": "nl", "title": "", "email": THIEF, "password": NEW_PASSWORD}
    assert thief.post("/nl/me/data/change", answers).status_code == 302
    assert luc().email == THIEF
    return thief


def given_by_activation(log_in: LogIn, device: str = "totp") -> tuple[Client, str]:
    """Appoint the victim with an activation to the attacker's own address; return a session at 300 or 400, and the secret."""
    account, code = adding.give_by_link(log_in(cast.MARIE))
    thief = Client()
    thief.post(link_in(mails_to(account.email)[-1]))
    thief.post("/nl/activate", {"code": code})
    thief.post("/nl/activate/user-name", {"user_name": NAME, "password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    onward = thief.post("/nl/activate/device", {"means": device})["Location"]
    if device == "token":
        listed = re.findall(r'class="code">([a-z0-9-]{9})<', thief.get(onward).content.decode())
        assert thief.post(onward, {"kept": "on"})["Location"] == "/nl/login"
        return logged_in_with(listed[0], "token"), listed[1]
    thief.get(onward)
    key = thief.session["draft.app"]["key"]
    assert thief.post(onward, {"code": code_of(key)})["Location"] == "/nl/login"
    return logged_in_with(code_of(key, later=1), "totp"), key


def logged_in_with(code: str, means: str) -> Client:
    client = as_luc(query=f"?means={means}")
    give_code(client, code)
    return client


def by_card(**choice: Any) -> tuple[Client, HttpResponse]:
    """The victim logs in with the card."""
    client = Client()
    # In some tests the register said that there was no card, so that an activation was sent.
    RegisterPerson.objects.filter(insz=cast.LUC).update(has_eid=True)
    return client, log_in_by_card(client, cast.LUC, **choice)


def given_elsewhere() -> None:
    """Let the victim have roles in other enterprises, up to chief."""
    delegating.account(cast.GROOT, cast.LUC)
    delegating.co_chief(cast.TRANSPORT, cast.LUC)


def opens_elsewhere(client: Client) -> bool:
    """Tell whether a session opens anything of the other enterprises, or shows that they are there."""
    paths = [HOME, "/nl/me/access", "/nl/me/data", "/nl/me/means", "/nl/me/sessions"]
    for number in (cast.GROOT, cast.TRANSPORT):
        enterprise = Enterprise.objects.get(number=number)
        place = Capacity.objects.filter(enterprise=enterprise, retired_at=None).first()
        assert place is not None
        paths += [adding.address("capacity", place), adding.address("users", place)]
    pages = [client.get(path, follow=True) for path in paths]
    return any(name in page.content.decode() for page in pages for name in ("Groot Personeel", "Transport Müller"))


def is_in(client: Client) -> bool:
    return client.get("/nl/me/data").status_code == 200


def test_T1_means_from_an_enterprise_show_and_open_it_alone(log_in: LogIn) -> None:
    thief = given_by_password(log_in)
    given_elsewhere()
    assert not opens_elsewhere(thief)
    assert "Brasserie du Canal" in thief.get("/nl/me/access").content.decode()


@pytest.mark.parametrize("device", ["totp", "token"])
def test_T1_an_activation_sent_to_the_attacker_opens_it_alone(log_in: LogIn, device: str) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        thief, _secret = given_by_activation(log_in, device)
        given_elsewhere()
        clock.shift(timedelta(seconds=30))
        assert level_of(thief) in {300, 400}
        assert not opens_elsewhere(thief)


@pytest.mark.parametrize(
    "then",
    ["looks at the page and closes it", "goes elsewhere", "posts elsewhere", "posts nothing", "comes back later"],
)
def test_T2_nothing_stays_open_without_an_explicit_choice(log_in: LogIn, then: str) -> None:
    """The password way, with the session kept open across the victim's login, and a link asked before and after it."""
    thief = given_by_password(log_in)
    thief.post(FORGOTTEN, {"user_name": NAME})
    link = link_in(mails_to(THIEF)[-1])
    victim, response = by_card()
    assert response["Location"].startswith(DECIDE)
    if then == "looks at the page and closes it":
        assert victim.get(response["Location"]).status_code == 200
    elif then == "goes elsewhere":
        for path in (HOME, "/nl/me/data", "/nl/me/means/password", "/nl/appoint/standard"):
            assert victim.get(path)["Location"].startswith(DECIDE), path
    elif then == "posts elsewhere":
        answers = {"language": "nl", "title": "", "email": "luc@example.org"}
        assert victim.post("/nl/me/data/change", answers)["Location"].startswith(DECIDE)
    elif then == "posts nothing":
        assert victim.post(DECIDE, {"keep": []}).status_code == 302
    else:
        victim, response = by_card(means="itsme")
        assert response["Location"].startswith(DECIDE)
    given_elsewhere()
    mails = Mail.objects.filter(to=THIEF).count()
    assert not is_in(thief), "the session has ended"
    assert not is_in(as_luc())
    assert not is_in(as_luc(adding.MEANS["password"]))
    assert Client().post(link)["Location"] == "/nl/link-gone"
    Client().post(FORGOTTEN, {"user_name": NAME})
    assert Mail.objects.filter(to=THIEF).count() == mails, "no further mail reaches the address that they set"
    person = luc()
    assert (person.has_usable_password(), person.email, person.vouched_by) == (False, "", None)
    assert not opens_elsewhere(as_luc())


@pytest.mark.parametrize("device", ["totp", "token"])
def test_T2_the_activation_way_ends_at_the_victims_login(log_in: LogIn, device: str) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        thief, secret = given_by_activation(log_in, device)
        half_way = as_luc(query=f"?means={device}")  # the password was right before the victim came
        victim, _response = by_card()
        clock.shift(timedelta(seconds=120))
        code = code_of(secret) if device == "totp" else secret
        assert give_code(half_way, code)["Location"] == "/nl/login"
        assert not is_in(thief)
        assert not is_in(logged_in_with(code, device))
        victim.post(DECIDE, {})
        assert codes.with_device([luc().pk]) == set()
        assert not is_in(logged_in_with(code, device))


def test_T2_a_device_set_under_the_first_password_ends_too(log_in: LogIn) -> None:
    """A first password, then the device of an activation that the same administrator sends as well."""
    given_by_password(log_in, by=cast.MARIE)
    place = adding.capacity()
    adding.without_card(cast.LUC)
    marie = log_in(cast.MARIE)
    response = adding.confirm(marie, adding.reach_check(marie, cast.LUC, adding.CO_LB, place))
    code = adding.code_on(marie.get(response["Location"]))
    thief = Client()
    thief.post(link_in(mails_to(adding.EMAIL)[-1]))
    thief.post("/nl/activate", {"code": code})
    thief.post("/nl/activate/device", {"means": "token"})
    assert thief.post("/nl/activate/codes", {"kept": "on"})["Location"] == "/nl/login"
    victim, _response = by_card()
    page = victim.get(DECIDE).content.decode()
    for words in ("Wachtwoord", "Lijst met tokencodes", THIEF, NAME, "Brasserie du Canal"):
        assert words in page, words
    victim.post(DECIDE, {"keep": ["user_name"]})
    assert codes.means_of(luc()) == set()
    assert luc().email == ""


def test_T2_a_victim_who_becomes_chief_elsewhere_is_not_opened_by_old_means(log_in: LogIn) -> None:
    thief = given_by_password(log_in)
    by_card()
    sophie = log_in(cast.SOPHIE)
    Employment.objects.create(number=cast.GROOT, insz=cast.LUC, starts_on="2020-01-01")
    check = appointing.choose_other(sophie, cast.GROOT, cast.LUC)
    assert appointing.confirm(sophie, check).status_code == 302
    assert not opens_elsewhere(thief)
    assert not opens_elsewhere(as_luc())


def test_T2_a_victim_logged_in_half_a_day_later_still_decides(log_in: LogIn) -> None:
    """Closing the page is no answer; the next login at 450 asks again, one below it does not exist."""
    given_by_password(log_in)
    by_card()
    with time_machine.travel(timezone.now() + timedelta(hours=12)):
        victim, response = by_card(means="itsme")
        assert response["Location"].startswith(DECIDE)
        victim.post(DECIDE, {"keep": ["password", "email"]})
    person = luc()
    assert person.check_password(NEW_PASSWORD)
    assert (person.email, person.vouched_by, person.means_set_aside_at) == (THIEF, None, None)


def test_T2_an_unattended_session_cannot_keep_them_later(log_in: LogIn) -> None:
    """T4: keeping asks fresh proof; without a password that is the card."""
    given_by_password(log_in)
    victim, _response = by_card()
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        response = victim.post(DECIDE, {"keep": ["password", "email", "user_name"]}, follow=True)
    assert response.redirect_chain[-1][0].startswith("/nl/login?")
    assert not luc().has_usable_password()


def test_T2_who_has_no_card_stays_bound(log_in: LogIn) -> None:
    thief = given_by_password(log_in)
    again = as_luc()
    assert is_in(thief)
    assert is_in(again)
    given_elsewhere()
    assert not opens_elsewhere(again)


def test_T2_a_changed_user_name_does_not_help(log_in: LogIn) -> None:
    """The victim replaces the name; the old one is never free and opens nothing."""
    given_by_password(log_in)
    victim, _response = by_card()
    victim.post(DECIDE, {"keep": ["password"]})
    chosen = {"user_name": "luc.janssens", "password": "heel iets anders nu", "password_again": "heel iets anders nu"}
    assert victim.post("/nl/me/means/user-name", chosen).status_code == 302
    assert not is_in(as_luc())
    assert luc().user_name == "luc.janssens"
    taken = log_in(cast.AN).post("/nl/me/means/user-name", {**chosen, "user_name": NAME})
    assert taken.status_code == 422


def test_T1_another_enterprise_sees_neither_user_name_nor_address(log_in: LogIn) -> None:
    """Not in its list, its account page, its file, its searches; its mails go to no address that was set there."""
    given_by_password(log_in)
    place = Capacity.objects.filter(enterprise__number=cast.GROOT, retired_at=None).first()
    assert place is not None
    account = delegating.account(cast.GROOT, cast.LUC, of_kind=place.kind.code)
    sophie = log_in(cast.SOPHIE)
    pages = [
        adding.address("users", place),
        adding.address("account", place, account_id=account.public_id),
        adding.address("account-edit", place, account_id=account.public_id),
    ]
    for page in pages:
        assert NAME not in sophie.get(page).content.decode(), page
    found = sophie.post(adding.address("users", place), {"user_name": NAME}, follow=True).content.decode()
    assert "Janssens" not in found
    assert NAME not in b"".join(sophie.post(adding.address("users-export", place)).streaming_content).decode()  # type: ignore[attr-defined]
    assert NAME in log_in(cast.THOMAS).get(adding.address("users")).content.decode()


Way = Callable[[LogIn], Any]


@pytest.mark.parametrize("way", [given_by_password, given_by_activation])
def test_T2_nothing_is_given_again_to_who_has_logged_in_alone(log_in: LogIn, way: Way) -> None:
    """An enterprise cannot begin anew after the victim's choice."""
    way(log_in)
    victim, _response = by_card()
    victim.post(DECIDE, {})
    Account.objects.filter(person=luc(), ended_at=None).update(
        ended_at=timezone.now(), ended_by=Person.objects.get(insz=cast.MARIE)
    )
    before = Activation.objects.count()
    thomas = log_in(cast.THOMAS)
    form = adding.begin(thomas, cast.LUC)
    assert "user_name" not in thomas.get(form).content.decode()
    adding.confirm(thomas, adding.reach_check(thomas, cast.LUC))
    assert Activation.objects.count() == before
    assert not luc().has_usable_password()


def test_T2_what_was_asked_for_comes_after_the_choice(log_in: LogIn) -> None:
    given_by_password(log_in)
    victim, response = by_card(next_address=appointing.START, level=500)
    assert "next=%2Fnl%2Fappoint%2Fstandard" in response["Location"]
    assert victim.post(response["Location"], {})["Location"] == appointing.START


def test_T2_the_address_that_the_federal_service_knows_is_told(log_in: LogIn) -> None:
    given_by_password(log_in)
    client = Client()
    card = {"insz": cast.LUC, "pin": "1234", "email": "luc@federal.example.be"}
    there = client.post(path_of(start(client)), card)
    response = client.get(path_of(there["Location"]))
    assert response["Location"].startswith(DECIDE)
    told = mails_to("luc@federal.example.be")
    assert len(told) == 1
    assert THIEF in told[0].text
    assert NAME in told[0].text
    client.post(DECIDE, {})
    assert len(mails_to("luc@federal.example.be")) == 2
