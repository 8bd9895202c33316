"""A first way in by a mailed link and a code given apart; a forgotten password (BEHAVIOUR L7)."""

import base64
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acts.act import perform
from acts.errors import Refused
from identity import codes
from identity.actions.activation import Lacking, lacking, open_activation
from identity.actions.login import log_in
from identity.actor import portal_actor
from identity.enums import Means
from identity.letters import means_changed
from identity.models import Activation, Attempt, Person
from identity.people import person_of
from outbox.models import Mail
from tests import cast, delegating
from tests.logging_in import (
    NEW_PASSWORD,
    PASSWORD,
    acts_of,
    code_of,
    details_of,
    give_code,
    give_password,
    level_of,
    link_in,
    mails_to,
    person_called,
    set_up_app,
    with_first_password,
)

pytestmark = pytest.mark.django_db

ADDRESS = "ingrid@example.be"
GONE = "/nl/link-gone"
CHOSEN = {"user_name": "ingrid.desmet", "password": NEW_PASSWORD, "password_again": NEW_PASSWORD}


def ingrid() -> Person:
    return person_of(insz=cast.INGRID, last_name="De Smet", first_names="Ingrid", language="nl")


def opened(person: Person | None = None) -> tuple[str, str]:
    """Open an activation inside an act; return the link's path and the code."""
    with perform("test", actor=portal_actor(), chain="portal") as act:
        act.event()
        code = open_activation(
            act, person=person or ingrid(), enterprise_public_id=enterprise(), address=ADDRESS, language="nl"
        )
    return link_in(mails_to(ADDRESS)[-1]), code


def follow(client: Client, link: str) -> str:
    return str(client.post(link)["Location"])


def up_to_device(client: Client, *, means: str) -> None:
    link, code = opened()
    assert follow(client, link) == "/nl/activate"
    assert client.post("/nl/activate", {"code": code})["Location"] == "/nl/activate/user-name"
    assert client.post("/nl/activate/user-name", CHOSEN)["Location"] == "/nl/activate/device"
    client.post("/nl/activate/device", {"means": means})


def app_key_on(page: str) -> str:
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page)
    assert found is not None
    return base64.b32decode(found[1].replace(" ", "")).hex()


def test_L7_an_activation_with_an_app_gives_a_login_of_level_400(client: Client) -> None:
    """L7, L3: the means open the enterprise alone that gave them."""
    up_to_device(client, means="totp")
    key = app_key_on(client.get("/nl/activate/app").content.decode())
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert client.post("/nl/activate/app", {"code": "000000"}).status_code == 422
        assert not Person.objects.filter(user_name="ingrid.desmet").exists(), "nothing is written before the end"
        assert client.post("/nl/activate/app", {"code": code_of(key)})["Location"] == "/nl/login"
        person = person_called("ingrid.desmet")
        assert person.insz == cast.INGRID
        assert person.vouched_by == enterprise()
        assert acts_of(person) == ["means.activate"]
        clock.shift(timedelta(seconds=30))
        give_password(client, "ingrid.desmet", NEW_PASSWORD, query="?means=totp")
        assert give_code(client, code_of(key)).status_code == 302
    assert level_of(client) == 400
    person.refresh_from_db()
    assert person.vouched_by == enterprise(), "a login of 400 does not show that it is really them"


def test_L7_an_activation_with_token_codes_gives_a_login_of_level_300(client: Client) -> None:
    up_to_device(client, means="token")
    listed = re.findall(r'class="code">([a-z0-9-]{9})<', client.get("/nl/activate/codes").content.decode())
    assert len(listed) == 24
    assert client.post("/nl/activate/codes", {}).status_code == 422, "only with the box ticked"
    assert client.post("/nl/activate/codes", {"kept": "on"})["Location"] == "/nl/login"
    give_password(client, "ingrid.desmet", NEW_PASSWORD, query="?means=token")
    assert give_code(client, listed[3]).status_code == 302
    assert level_of(client) == 300


def test_L7_the_mail_goes_to_the_address_given_and_holds_no_code() -> None:
    _link, code = opened()
    mail = mails_to(ADDRESS)[0]
    assert code not in mail.text + mail.html
    assert "/link/" in mail.html


def test_L7_neither_secret_nor_code_is_stored_as_it_is() -> None:
    link, code = opened()
    activation = Activation.objects.get()
    secret = link.rsplit("/", 1)[1]
    assert len(secret) >= 43, "256 bits"
    stored = f"{activation.link_hash} {activation.code_hash}"
    assert secret not in stored
    assert code.replace("-", "") not in stored
    assert "means.activation.open" not in acts_of(activation.person), "it stands in the chain of the act it belongs to"


def test_L7_the_mail_leaves_beside_another_of_the_same_act() -> None:
    """A person gets at most one mail of an act; the link has a key of its own."""
    with perform("test", actor=portal_actor(), chain="portal") as act:
        act.event()
        person = ingrid()
        act.mail(person, address=ADDRESS, letter=means_changed(person, "…"))
        open_activation(act, person=person, enterprise_public_id=enterprise(), address=ADDRESS, language="fr")
    first, second = mails_to(ADDRESS)
    assert "/link/" not in first.text
    assert "/fr/link/" in second.text, "in the language asked for"


def test_L7_looking_at_the_link_uses_nothing_up_and_leaks_nothing(client: Client) -> None:
    """L7: a mail scanner that opens the link changes nothing; the address goes nowhere."""
    link, _code = opened()
    for _time in range(3):
        page = Client().get(link)
        assert page.status_code == 200
        assert page["Referrer-Policy"] == "strict-origin"
        assert "no-store" in page["Cache-Control"]
        assert not page.cookies.get("session")
    answer = client.post(link)
    assert (answer["Location"], answer["Referrer-Policy"]) == ("/nl/activate", "strict-origin")
    assert client.get("/nl/activate").status_code == 200


def test_L7_the_same_page_before_the_button_whether_the_link_is_known(client: Client) -> None:
    link, _code = opened()
    unknown = "/nl/link/" + "x" * 43
    own = r"/link/[\w-]+|csrf\S+ value=\S+"
    pages = [re.sub(own, "", client.get(path).content.decode()) for path in (link, unknown)]
    assert pages[0] == pages[1]


def _used(_link: str) -> None:
    Activation.objects.update(used_at=timezone.now())


def _expired(_link: str) -> None:
    Activation.objects.update(expires_at=timezone.now())


def _renewed(_link: str) -> None:
    opened()


def _can_log_in(_link: str) -> None:
    log_in(person=ingrid(), means=Means.ITSME)


def _closed(_link: str) -> None:
    Person.objects.filter(insz=cast.INGRID).update(is_active=False)


@pytest.mark.parametrize("happened", [_used, _expired, _renewed, _can_log_in, _closed])
def test_L7_one_answer_for_every_link_that_is_gone(client: Client, happened: Any) -> None:
    link, _code = opened()
    happened(link)
    assert follow(client, link) == GONE
    assert follow(client, "/nl/link/unknown") == GONE
    assert client.get(GONE).status_code == 404
    assert client.get("/nl/activate")["Location"] == GONE


def test_L7_a_link_works_for_seven_days(client: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False) as clock:
        link, _code = opened()
        clock.shift(timedelta(days=6, hours=23))
        assert follow(client, link) == "/nl/activate"
        clock.shift(timedelta(hours=2))
        assert follow(client, link) == GONE


@pytest.mark.parametrize("page", ["user-name", "device", "app", "codes"])
def test_L7_no_page_can_be_reached_before_the_one_that_leads_to_it(client: Client, page: str) -> None:
    assert client.get(f"/nl/activate/{page}")["Location"] == GONE
    link, _code = opened()
    follow(client, link)
    assert client.get(f"/nl/activate/{page}")["Location"] == "/nl/activate"
    assert client.post(f"/nl/activate/{page}", {**CHOSEN, "code": "123456", "kept": "on"})["Location"] == "/nl/activate"


def test_L7_wrong_codes_are_counted(client: Client) -> None:
    """L7, section 11: five in 15 minutes; the right one does not get through during the pause."""
    link, code = opened()
    follow(client, link)
    for _try in range(5):
        assert client.post("/nl/activate", {"code": "aaaa-aaaa"}).status_code == 422
    assert client.post("/nl/activate", {"code": code}).status_code == 429
    Attempt.objects.all().delete()
    assert client.post("/nl/activate", {"code": f" {code.upper()} "}).status_code == 302


def test_L7_a_used_link_does_not_work_again_in_another_browser(client: Client) -> None:
    link, code = opened()
    other = Client()
    for browser in (client, other):
        follow(browser, link)
        browser.post("/nl/activate", {"code": code})
        browser.post("/nl/activate/user-name", CHOSEN)
        browser.post("/nl/activate/device", {"means": "token"})
        browser.get("/nl/activate/codes")
    assert client.post("/nl/activate/codes", {"kept": "on"})["Location"] == "/nl/login"
    assert other.post("/nl/activate/codes", {"kept": "on"})["Location"] == GONE
    assert follow(Client(), link) == GONE


def test_L7_a_user_name_taken_meanwhile_is_asked_again(client: Client) -> None:
    up_to_device(client, means="token")
    Person.objects.filter(insz=cast.KARIM).update(user_name="Ingrid.DeSmet", user_name_key="ingrid.desmet")
    assert client.post("/nl/activate/codes", {"kept": "on"})["Location"] == "/nl/activate/user-name"
    assert client.post("/nl/activate/user-name", CHOSEN).status_code == 422
    assert Activation.objects.get().used_at is None


def test_L7_nobody_gives_means_to_somebody_who_can_log_in() -> None:
    """L7: whoever opened such a link could come into another's means."""
    with pytest.raises(Refused):
        opened(person_called("kelamrani"))
    log_in(person=ingrid(), means=Means.EID)
    with pytest.raises(Refused):
        opened()


# --- Somebody whom the enterprise gave user name and first password: a code device alone --------------------------------


def enterprise() -> uuid.UUID:
    return delegating.enterprise(cast.BRASSERIE).public_id


def vouched() -> Person:
    """Ingrid De Smet, a user of the enterprise, with a user name and a first password from it."""
    if not ingrid().accounts.exists():
        delegating.account(cast.BRASSERIE, cast.INGRID)
    return with_first_password(ingrid(), enterprise(), user_name="idesmet")


def _elsewhere() -> None:
    place = delegating.account(cast.GROOT, cast.INGRID).capacity
    Person.objects.filter(insz=cast.INGRID).update(vouched_by=place.enterprise.public_id)


def _of_her_own() -> None:
    Person.objects.filter(insz=cast.INGRID).update(vouched_by=None)


def _has_app() -> None:
    set_up_app(ingrid())


def _has_list() -> None:
    codes.put_codes(ingrid(), codes.new_codes())


def _logs_in_with_card() -> None:
    log_in(person=ingrid(), means=Means.EID)


def _logs_in_with_password() -> None:
    log_in(person=ingrid(), means=Means.PASSWORD)


def _has_used_up_list() -> None:
    codes.put_codes(ingrid(), [])


NEEDLESS = [_elsewhere, _of_her_own, _has_app, _has_list, _logs_in_with_card]


def test_L7_an_enterprise_gives_all_to_somebody_without_means() -> None:
    assert lacking(ingrid(), enterprise()) == Lacking.ALL


@pytest.mark.parametrize("happened", [lambda: None, _logs_in_with_password, _has_used_up_list])
def test_L7_an_enterprise_gives_a_device_beside_the_first_password_that_it_gave(happened: Any) -> None:
    vouched()
    happened()
    assert lacking(ingrid(), enterprise()) == Lacking.DEVICE


@pytest.mark.parametrize("happened", NEEDLESS)
def test_L7_no_device_for_somebody_with_other_means(client: Client, happened: Any) -> None:
    """L7: neither when it would be opened, nor on a link that was opened before."""
    link, code = opened(vouched())
    follow(client, link)
    client.post("/nl/activate", {"code": code})
    client.post("/nl/activate/device", {"means": "token"})
    devices = codes.means_of(ingrid())
    happened()
    assert lacking(ingrid(), enterprise()) == Lacking.NOTHING
    with pytest.raises(Refused):
        opened(ingrid())
    assert follow(Client(), link) == GONE
    devices |= codes.means_of(ingrid())
    assert client.post("/nl/activate/codes", {"kept": "on"})["Location"] == GONE
    assert codes.means_of(ingrid()) == devices


@pytest.mark.parametrize("device", ["totp", "token"])
def test_L7_a_device_alone_is_set_and_user_name_and_password_stay(client: Client, device: str) -> None:
    before = vouched()
    link, code = opened(before)
    follow(client, link)
    assert client.get("/nl/activate/device")["Location"] == "/nl/activate", "the code comes first"
    assert client.post("/nl/activate", {"code": code})["Location"] == "/nl/activate/device"
    assert "Uw gebruikersnaam, idesmet, en uw wachtwoord blijven" in client.get("/nl/activate/device").content.decode()
    assert client.post("/nl/activate/user-name", CHOSEN)["Location"] == "/nl/activate/device"
    onward = client.post("/nl/activate/device", {"means": device})["Location"]
    page = client.get(onward).content.decode()
    answer = {"code": code_of(app_key_on(page))} if device == "totp" else {"kept": "on"}
    assert client.post(onward, answer)["Location"] == "/nl/login"
    after = ingrid()
    for name in ("user_name", "password", "password_is_first", "vouched_by"):
        assert getattr(after, name) == getattr(before, name), name
    assert codes.means_of(after) == {Means(device)}
    assert details_of("means.activation.open") == [{"sets": "device"}]
    assert details_of("means.activate") == [{"sets": "device", "device": device}]


def test_L7_the_mail_says_that_user_name_and_password_stay() -> None:
    opened(vouched())
    assert "uw gebruikersnaam en uw wachtwoord blijven zoals ze zijn" in mails_to(ADDRESS)[0].text


def test_T30_the_link_goes_to_the_address_that_was_given_with_the_role(client: Client) -> None:
    """The own address may have been set by whoever had the first password; what was set is told there too."""
    own = "ingrid@own.example.be"
    Person.objects.filter(pk=vouched().pk).update(email=own)
    with perform("test", actor=portal_actor(), chain="portal") as act:
        act.event()
        code = open_activation(act, person=ingrid(), enterprise_public_id=enterprise(), address=ADDRESS, language="nl")
    assert mails_to(own) == []
    follow(client, link_in(mails_to(ADDRESS)[0]))
    client.post("/nl/activate", {"code": code})
    client.post("/nl/activate/device", {"means": "token"})
    client.post("/nl/activate/codes", {"kept": "on"})
    assert "nieuwe lijst" in mails_to(own)[0].text


def test_L7_a_first_password_given_meanwhile_leaves_the_device(client: Client) -> None:
    """The link of somebody without means, whom the same enterprise then gives a user name: nothing of it is overwritten."""
    link, code = opened()
    follow(client, link)
    client.post("/nl/activate", {"code": code})
    client.post("/nl/activate/user-name", CHOSEN)
    client.post("/nl/activate/device", {"means": "token"})
    vouched()
    assert client.post("/nl/activate/codes", {"kept": "on"})["Location"] == GONE
    assert (ingrid().user_name, codes.means_of(ingrid())) == ("idesmet", set())
    follow(client, link)
    assert client.post("/nl/activate", {"code": code})["Location"] == "/nl/activate/device"


def test_L7_following_a_link_makes_a_new_session_key(client: Client) -> None:
    link, _code = opened()
    client.get("/nl/login")
    session = client.session
    session["something"] = 1
    session.save()
    client.cookies["session"] = session.session_key or ""
    before = session.session_key
    follow(client, link)
    assert client.session.session_key != before


# --- Forgotten password ------------------------------------------------------------------------------------------------

FORGOTTEN = "/nl/login/forgotten"
KARIMS = "kelamrani@example.be"
NEW = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}


def test_L7_a_forgotten_password_is_renewed_by_a_link_to_the_own_address(client: Client) -> None:
    other = Client()
    give_password(other, "kelamrani")
    assert client.post(FORGOTTEN, {"user_name": "KElamrani"})["Location"] == "/nl/login"
    link = link_in(mails_to(KARIMS)[0])
    assert client.get(link).status_code == 200
    assert follow(client, link) == "/nl/login/new-password"
    assert client.post("/nl/login/new-password", {**NEW, "password_again": "else"}).status_code == 422
    assert client.post("/nl/login/new-password", NEW)["Location"] == "/nl/login"
    assert person_called("kelamrani").check_password(NEW_PASSWORD)
    assert other.get("/nl/me/data").status_code == 302, "all sessions ended"
    assert len(mails_to(KARIMS)) == 2, "and told by mail"
    assert acts_of(person_called("kelamrani")) == ["login", "means.password.ask", "means.password.renew"]
    assert follow(Client(), link) == GONE
    assert client.get("/nl/login/new-password")["Location"] == GONE


@pytest.mark.parametrize("device", ["totp", "token"])
def test_L7_who_has_a_code_device_gives_the_code_too(client: Client, device: str) -> None:
    person = person_called("kelamrani")
    if device == "totp":
        code = code_of(set_up_app(person))
    else:
        listed = codes.new_codes()
        codes.put_codes(person, listed)
        code = listed[0]
    client.post(FORGOTTEN, {"user_name": "kelamrani"})
    follow(client, link_in(mails_to(KARIMS)[0]))
    assert client.post("/nl/login/new-password", NEW).status_code == 422
    assert client.post("/nl/login/new-password", {**NEW, "code": "000000"}).status_code == 422
    assert person_called("kelamrani").check_password(PASSWORD)
    assert client.post("/nl/login/new-password", {**NEW, "code": code}).status_code == 302
    assert person_called("kelamrani").check_password(NEW_PASSWORD)


def test_L7_the_link_of_a_forgotten_password_works_for_four_hours_and_a_newer_use_ends_it(client: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False) as clock:
        client.post(FORGOTTEN, {"user_name": "kelamrani"})
        client.post(FORGOTTEN, {"user_name": "kelamrani"})
        first, second = (link_in(mail) for mail in mails_to(KARIMS))
        follow(client, second)
        client.post("/nl/login/new-password", NEW)
        assert follow(client, first) == GONE
        client.post(FORGOTTEN, {"user_name": "kelamrani"})
        clock.shift(timedelta(hours=4, seconds=1))
        assert follow(client, link_in(mails_to(KARIMS)[-1])) == GONE


def _no_address() -> None:
    Person.objects.filter(user_name="kelamrani").update(email="")


def _is_closed() -> None:
    Person.objects.filter(user_name="kelamrani").update(is_active=False)


@pytest.mark.parametrize(
    ("user_name", "prepare"),
    [("nobody.at.all", None), ("eranova1", None), ("kelamrani", _no_address), ("kelamrani", _is_closed)],
)
def test_L7_a_forgotten_password_has_one_answer_and_one_work_for_everybody(user_name: str, prepare: Any) -> None:
    """L7, L6: the same page and the same statements as for a person who gets the mail."""

    def ask(name: str) -> tuple[list[str], str]:
        client = Client()
        client.get(FORGOTTEN)
        with CaptureQueriesContext(connection) as queries:
            assert client.post(FORGOTTEN, {"user_name": name})["Location"] == "/nl/login"
        shapes = [re.sub(r"person:[\w-]+", "", " ".join(query["sql"].split()[:3])) for query in queries]
        page = client.get("/nl/login").content.decode()
        return [shape for shape in shapes if "SAVEPOINT" not in shape], re.sub(r"csrf\S+ value=\S+", "", page)

    Person.objects.portal()
    mailed = ask("mdubois")
    mails = Mail.objects.count()
    if prepare:
        prepare()
    assert ask(user_name) == mailed
    assert Mail.objects.count() == mails
    assert Activation.objects.count() == 1


def test_L7_nobodys_mailbox_is_filled(client: Client) -> None:
    for _time in range(5):
        assert client.post(FORGOTTEN, {"user_name": "kelamrani"}).status_code == 302
    assert client.post(FORGOTTEN, {"user_name": "kelamrani"}).status_code == 429
    assert len(mails_to(KARIMS)) == 5
    assert give_password(Client(), "kelamrani").status_code == 302, "asking for mails does not shut the login"
