"""My data, my digital keys, my sessions (BEHAVIOUR U8, L3, L6)."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from audit.models import Event, Reading
from enterprises.models import Enterprise
from identity import codes
from identity.actions import login as acts_login
from identity.actor import Actor
from identity.enums import Means
from identity.models import Person, Session
from outbox.models import Mail
from tests import cast
from tests.conftest import LogIn
from tests.logging_in import (
    NEW_PASSWORD,
    PASSWORD,
    acts_of,
    code_of,
    give_password,
    mails_to,
    person_called,
    set_up_app,
)

pytestmark = pytest.mark.django_db

MEANS = "/nl/me/means"
KARIMS = "kelamrani@example.be"
NEW = {"password_old": PASSWORD, "password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
CHOSEN = {"user_name": "an.peeters", "password": NEW_PASSWORD, "password_again": NEW_PASSWORD}


def confirm_app(client: Client) -> int:
    """Begin, read the secret on the page, give its code; return the status."""
    client.post(f"{MEANS}/app")
    key = client.session["draft.app"]["key"]
    return client.post(f"{MEANS}/app/confirm", {"code": code_of(key)}).status_code


def leads_to_step_up(client: Client, path: str, level: int) -> bool:
    response = client.get(path)
    return response.status_code == 302 and f"level={level}" in response["Location"]


def test_U8_changing_the_password_asks_the_old_one_and_ends_other_sessions() -> None:
    client, other = Client(), Client()
    give_password(other, "kelamrani")
    give_password(client, "kelamrani")
    for wrong in (
        {"password_old": "wrong"},
        {"password_again": "another"},
        {"password": "kort", "password_again": "kort"},
    ):
        assert client.post(f"{MEANS}/password", {**NEW, **wrong}).status_code == 422
    assert client.post(f"{MEANS}/password", NEW)["Location"] == MEANS
    assert person_called("kelamrani").check_password(NEW_PASSWORD)
    assert client.get(MEANS).status_code == 200, "this session goes on"
    assert other.get(MEANS).status_code == 302
    assert Session.objects.filter(person=person_called("kelamrani")).count() == 1
    assert acts_of(person_called("kelamrani"))[-1] == "means.password.change"
    assert len(mails_to(KARIMS)) == 1


def test_L6_wrong_old_passwords_count(log_in: LogIn) -> None:
    client = log_in(cast.KARIM, Means.PASSWORD)
    for _try in range(5):
        client.post(f"{MEANS}/password", {**NEW, "password_old": "wrong"})
    assert client.post(f"{MEANS}/password", NEW).status_code == 429


@pytest.mark.parametrize("means", [Means.PASSWORD, Means.TOKEN, Means.TOTP])
def test_L3_a_first_device_asks_450(log_in: LogIn, means: Means) -> None:
    client = log_in(cast.KARIM, means)
    for page in ("app", "codes"):
        assert leads_to_step_up(client, f"{MEANS}/{page}", 450)
        assert client.post(f"{MEANS}/{page}").status_code == 302
        assert client.post(f"{MEANS}/{page}/confirm", {"code": "123456", "kept": "on"}).status_code == 302
    assert codes.means_of(person_called("kelamrani")) == set()


@pytest.mark.parametrize("means", [Means.ITSME, Means.EID])
def test_L3_a_first_app_is_set_up_at_450_or_more(log_in: LogIn, means: Means) -> None:
    client = log_in(cast.KARIM, means)
    assert confirm_app(client) == 302
    assert codes.means_of(person_called("kelamrani")) == {Means.TOTP}
    assert acts_of(person_called("kelamrani")) == ["means.totp.set"]
    assert len(mails_to(KARIMS)) == 1


def test_L3_later_changes_need_the_level_of_what_is_changed(log_in: LogIn) -> None:
    set_up_app(person_called("kelamrani"))
    by_token = log_in(cast.KARIM, Means.TOKEN)
    assert leads_to_step_up(by_token, f"{MEANS}/app", 400)
    assert leads_to_step_up(by_token, f"{MEANS}/app/remove", 400)
    assert by_token.get(f"{MEANS}/codes").status_code == 200
    by_app = log_in(cast.KARIM, Means.TOTP)
    assert confirm_app(by_app) == 302
    by_password = log_in(cast.KARIM, Means.PASSWORD)
    assert leads_to_step_up(by_password, f"{MEANS}/codes", 300)
    assert leads_to_step_up(by_password, f"{MEANS}/app", 400)


def test_L3_a_new_app_takes_the_place_of_the_former_only_when_it_works(log_in: LogIn) -> None:
    old = set_up_app(person_called("kelamrani"))
    client = log_in(cast.KARIM)
    client.post(f"{MEANS}/app")
    assert client.post(f"{MEANS}/app/confirm", {"code": "000000"}).status_code == 422
    device = codes.app_of(person_called("kelamrani"))
    assert device is not None
    assert device.key == old
    assert confirm_app(client) == 302
    device = codes.app_of(person_called("kelamrani"))
    assert device is not None
    assert device.key != old


def test_L3_a_new_list_takes_the_place_of_the_former(log_in: LogIn) -> None:
    person = person_called("kelamrani")
    old = codes.new_codes()
    codes.put_codes(person, old)
    client = log_in(cast.KARIM)
    client.post(f"{MEANS}/codes")
    shown = re.findall(r'class="code">([a-z0-9-]{9})<', client.get(f"{MEANS}/codes/confirm").content.decode())
    assert codes.accepts(person, Means.TOKEN, old[0]), "until the new list is kept"
    client.post(f"{MEANS}/codes/confirm", {"kept": "on"})
    assert client.get(f"{MEANS}/codes/confirm").status_code == 302, "shown only once"
    assert not codes.accepts(person, Means.TOKEN, old[1])
    assert codes.accepts(person, Means.TOKEN, shown[0])


def test_U8_devices_are_removed_after_a_question(log_in: LogIn) -> None:
    person = person_called("kelamrani")
    set_up_app(person)
    codes.put_codes(person, codes.new_codes())
    client = log_in(cast.KARIM)
    for device in ("app", "codes"):
        assert client.get(f"{MEANS}/{device}/remove").status_code == 200
    assert len(codes.means_of(person)) == 2
    for device in ("app", "codes"):
        assert client.post(f"{MEANS}/{device}/remove")["Location"] == MEANS
        assert client.post(f"{MEANS}/{device}/remove").status_code in {302, 404}, "it is gone"
    assert codes.means_of(person) == set()
    assert acts_of(person) == ["means.totp.remove", "means.token.remove"]


def test_U8_who_has_no_user_name_chooses_one_at_450(log_in: LogIn) -> None:
    assert leads_to_step_up(log_in(cast.AN, Means.TOTP), f"{MEANS}/user-name", 450)
    client = log_in(cast.AN, Means.ITSME)
    assert client.get(f"{MEANS}/app").status_code == 422, "a device without a user name is of no use"
    for wrong in ("an", "1peeters", "an peeters", "än.peeters", "a" * 31, "an70031499873", "KELAMRANI", "ke1amrani"):
        assert client.post(f"{MEANS}/user-name", {**CHOSEN, "user_name": wrong}).status_code == 422, wrong
    assert (
        client.post(
            f"{MEANS}/user-name", {**CHOSEN, "password": "an.peeters12", "password_again": "an.peeters12"}
        ).status_code
        == 422
    )
    assert client.post(f"{MEANS}/user-name", CHOSEN)["Location"] == MEANS
    assert client.get(MEANS).status_code == 200, "the session goes on"
    assert client.post(f"{MEANS}/user-name", {**CHOSEN, "user_name": "another"}).status_code == 422
    assert give_password(Client(), "an.peeters", NEW_PASSWORD).status_code == 302
    assert acts_of(Person.objects.get(insz=cast.AN)) == ["means.user_name.choose", "login"]


def test_U8_who_has_no_own_address_is_told_what_that_means(log_in: LogIn) -> None:
    assert "/me/data/change" not in log_in(cast.KARIM).get(MEANS).content.decode()
    Person.objects.filter(insz=cast.KARIM).update(email="")
    assert "/me/data/change" in log_in(cast.KARIM).get(MEANS).content.decode()


def test_U8_my_data_show_the_full_number_and_leave_a_reading(log_in: LogIn) -> None:
    """U8, E1, E4."""
    page = log_in(cast.KARIM).get("/nl/me/data").content.decode()
    assert "90.01.30-997.97" in page
    reading = Reading.objects.get()
    assert (reading.actor, reading.page, reading.count) == (str(person_called("kelamrani").public_id), "own-data", 1)


def test_U8_language_title_and_address_are_ones_own(log_in: LogIn) -> None:
    client = log_in(cast.KARIM)
    data = {"language": "fr", "title": "mr", "email": "karim@example.org"}
    assert client.post("/nl/me/data/change", {**data, "email": "no address"}).status_code == 422
    assert client.post("/nl/me/data/change", {**data, "language": "xx"}).status_code == 422
    assert client.post("/nl/me/data/change", {**data, "insz": cast.AN, "user_name": "x"}).status_code == 302
    person = person_called("kelamrani")
    assert (person.language, person.title, person.email, person.insz) == ("fr", "mr", "karim@example.org", cast.KARIM)
    assert len(mails_to(KARIMS)) == 1, "the former address is told (T3)"
    assert len(mails_to("karim@example.org")) == 1, "and the new one"
    client.post("/nl/me/data/change", data)
    assert acts_of(person) == ["own.change"], "nothing changed, nothing is recorded"


def test_U8_a_new_address_asks_the_password_of_a_login_below_450(log_in: LogIn) -> None:
    """U8, L7: a link to a new password goes to that address."""
    client = log_in(cast.KARIM, Means.PASSWORD)
    data = {"language": "nl", "title": "", "email": "thief@example.org"}
    assert client.post("/nl/me/data/change", data).status_code == 422
    assert client.post("/nl/me/data/change", {**data, "password": "wrong"}).status_code == 422
    assert person_called("kelamrani").email == KARIMS
    assert client.post("/nl/me/data/change", {**data, "email": KARIMS, "language": "de"}).status_code == 302
    assert client.post("/nl/me/data/change", {**data, "password": PASSWORD}).status_code == 302


def test_L6_my_sessions_are_listed_and_ended_one_by_one(log_in: LogIn) -> None:
    client, other, another = log_in(cast.KARIM), log_in(cast.KARIM, Means.TOTP), log_in(cast.MARIE)
    page = client.get("/nl/me/sessions").content.decode()
    references = re.findall(r'value="([0-9a-f]{64})"', page)
    assert len(references) == 2
    assert not any(key in page for key in Session.objects.values_list("pk", flat=True)), "a key would be a way in"
    marked = another.get("/nl/me/sessions").content.decode()
    theirs = re.findall(r'value="([0-9a-f]{64})"', marked)
    client.post("/nl/me/sessions", {"end": theirs[0]})
    assert another.get("/nl/me/sessions").status_code == 200, "another's session is not mine to end"
    client.post("/nl/me/sessions", {"end": references[1]})
    assert other.get("/nl/me/sessions").status_code == 302
    assert client.get("/nl/me/sessions").status_code == 200
    client.post("/nl/me/sessions", {"end": references[0]})
    assert client.get("/nl/me/sessions").status_code == 302


def test_L6_all_other_sessions_or_all_are_ended(log_in: LogIn) -> None:
    client, other, another = (log_in(cast.KARIM) for _number in range(3))
    assert client.post("/nl/me/sessions", {"end": "others"})["Location"] == "/nl/me/sessions"
    assert other.get(MEANS).status_code == another.get(MEANS).status_code == 302
    assert client.get(MEANS).status_code == 200
    other = log_in(cast.KARIM)
    assert client.post("/nl/me/sessions", {"end": "all"})["Location"] == "/nl/logged-off"
    assert client.get(MEANS).status_code == other.get(MEANS).status_code == 302
    assert not Session.objects.filter(person=person_called("kelamrani")).exists()
    assert acts_of(person_called("kelamrani")) == ["session.end", "session.end"]


def test_L6_sessions_that_lapsed_are_not_listed(log_in: LogIn) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False) as clock:
        log_in(cast.KARIM)
        clock.shift(timedelta(minutes=31))
        page = log_in(cast.KARIM).get("/nl/me/sessions").content.decode()
    assert len(re.findall(r'value="([0-9a-f]{64})"', page)) == 1


def test_E1_the_record_and_the_mails_hold_no_secret(log_in: LogIn) -> None:
    """E1: neither password nor code nor the app's secret; nor the user name or an address."""
    client = log_in(cast.KARIM)
    client.post(f"{MEANS}/password", NEW)
    client.post(f"{MEANS}/app")
    key = client.session["draft.app"]["key"]
    client.post(f"{MEANS}/app/confirm", {"code": code_of(key)})
    client.post(f"{MEANS}/codes")
    listed = client.session["draft.codes"]["codes"]
    client.post(f"{MEANS}/codes/confirm", {"kept": "on"})
    client.post("/nl/me/data/change", {"language": "nl", "title": "", "email": "karim@example.org"})
    person = person_called("kelamrani")
    assert acts_of(person) == ["means.password.change", "means.totp.set", "means.token.set", "own.change"]
    recorded = " ".join(Event.objects.values_list("details", flat=True))
    written = recorded + " ".join(f"{mail.text} {mail.html}" for mail in Mail.objects.all())
    for secret in (PASSWORD, NEW_PASSWORD, key, codes.shown_key(key), *listed):
        assert secret not in written
    assert "karim@example.org" not in recorded
    assert json.loads(Event.objects.get(act="own.change").details) == {"changed": ["email"]}
    assert not [name for name, _value in client.session.items() if name.startswith("draft")]


def test_a_draft_serves_the_person_alone_who_began_it(log_in: LogIn) -> None:
    client = log_in(cast.KARIM)
    client.post(f"{MEANS}/app")
    session = client.session
    session["draft.app"] = {**session["draft.app"], "person": person_called("mdubois").pk}
    session.save()
    assert client.get(f"{MEANS}/app/confirm").status_code == 302


def test_L3_means_that_an_enterprise_gave_open_that_enterprise_alone(log_in: LogIn) -> None:
    """L3: until the person has once logged in at 450 or more."""
    person = Person.objects.get(insz=cast.BART)
    own = Enterprise.objects.get(number=cast.BRASSERIE)
    other = Enterprise.objects.get(number=cast.GROOT)
    by_app = Actor(person, level=400, means=Means.TOTP)
    assert by_app.holdings_in(own.pk)
    Person.objects.filter(pk=person.pk).update(vouched_by=own.public_id)
    assert own.name in log_in(cast.BART, Means.TOTP).get("/nl/home", follow=True).content.decode()
    Person.objects.filter(pk=person.pk).update(vouched_by=other.public_id)
    assert own.name not in log_in(cast.BART, Means.TOTP).get("/nl/home", follow=True).content.decode()
    person.refresh_from_db()
    assert not Actor(person, level=400, means=Means.TOTP).holdings_in(own.pk)
    acts_login.log_in(person=person, means=Means.ITSME)
    person.refresh_from_db()
    assert Actor(person, level=450, means=Means.ITSME).holdings_in(own.pk)
