"""Means that an enterprise answers for, the telling of changes, fresh proof, first passwords that end, masked numbers
(BEHAVIOUR T1 to T6)."""

import importlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.utils import timezone

from acts.act import perform
from acts.errors import ActError, Changed, LevelTooLow, Missing, ProofTooOld, Refused
from audit.models import Event, Reading
from htb.permissions import check_appoint_chief
from identity import codes
from identity.actions.devices import remove_device, set_app, set_codes
from identity.actions.login import log_in as log_in_act
from identity.actions.own import change_own_data, end_session_of, end_sessions
from identity.actions.passwords import change_password, choose_user_name
from identity.actions.vouching import decide
from identity.actor import Actor
from identity.enums import Means
from identity.models import Activation, Person, Session, VouchedMeans
from identity.people import FIRST_PASSWORD_OF_MANAGER, FIRST_PASSWORD_OF_USER
from tests import adding, cast, co_chiefs, delegating, sheets
from tests.conftest import LogIn
from tests.logging_in import (
    NEW_PASSWORD,
    PASSWORD,
    code_of,
    details_of,
    give_password,
    level_of,
    mails_to,
    person_called,
    set_up_app,
)
from tests.oidc_login import log_in_by_card
from users.models import Account

pytestmark = pytest.mark.django_db

KARIMS = "kelamrani@example.be"
MEANS = "/nl/me/means"
CHANGED = "Uw aanmeldmiddelen of uw eigen e-mailadres zijn gewijzigd"
LATER = timedelta(minutes=5, seconds=1)


@pytest.fixture
def thomas(log_in: LogIn) -> Client:
    return log_in(cast.THOMAS)


def given(thomas: Client) -> Person:
    """Give Luc Janssens a user name and a first password."""
    return adding.give(thomas, cast.LUC, **adding.MEANS, **adding.PERSON).person


# --- T1, T2: what is kept of it ------------------------------------------------------------------------------------------


def test_T1_the_page_says_who_made_it_and_when(thomas: Client) -> None:
    person = given(thomas)
    rows = VouchedMeans.objects.filter(person=person)
    assert {(row.kind, row.how) for row in rows} == {("user_name", "given"), ("password", "given")}
    thief = Client()
    give_password(thief, "nieuwe.gebruiker", adding.MEANS["password"])
    thief.post("/nl/login/first-password", {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    victim = Client()
    page = victim.get(log_in_by_card(victim, cast.LUC)["Location"]).content.decode()
    assert "Thomas Wouters heeft het op" in page
    assert "namens Brasserie du Canal" in page
    assert "door iemand die aangemeld was met wat Brasserie du Canal" in page
    assert NEW_PASSWORD not in page


def test_T2_the_choice_is_recorded_without_any_secret(thomas: Client) -> None:
    given(thomas)
    victim = Client()
    log_in_by_card(victim, cast.LUC)
    assert victim.post(f"{MEANS}/given", {"keep": ["user_name"]})["Location"] == "/nl/home"
    assert details_of("means.vouch.decide") == [{"kept": ["user_name"], "ended": []}]
    assert victim.get(MEANS).status_code == 200
    assert victim.get(f"{MEANS}/given")["Location"] == "/nl/home", "there is nothing left to say"
    person = Person.objects.get(insz=cast.LUC)
    assert (person.user_name, person.user_name_given_by) == ("nieuwe.gebruiker", None)
    assert victim.post(f"{MEANS}/user-name", {"user_name": "een.andere"}).status_code == 422, "kept is kept"


def test_T2_the_choice_is_made_once_and_at_450_alone(thomas: Client) -> None:
    person = given(thomas)
    log_in_act(person=person, means=Means.EID)
    strong = Actor(person, 500, Means.EID, proved_at=timezone.now().timestamp())
    for weak in (
        Actor(person, 400, Means.TOTP, proved_at=strong.proved_at),
        Actor(person, 500, Means.EID),
    ):
        with pytest.raises(ActError, match=r"level_too_low|proof_too_old"):
            decide(actor=weak, keep=["user_name"])
    decide(actor=strong, keep=[])
    with pytest.raises(Missing):
        decide(actor=strong, keep=["user_name"])


def test_T2_a_request_under_way_does_nothing_after_the_victims_login(thomas: Client) -> None:
    """Read before the login, carried out after it: an address set then would stand as the person's own."""
    person = given(thomas)
    stale = Actor(Person.objects.get(pk=person.pk), 200, Means.PASSWORD, proved_at=timezone.now().timestamp())
    log_in_act(person=person, means=Means.EID)
    with pytest.raises(Changed):
        change_own_data(actor=stale, language="nl", title="", email="thief@example.org")
    with pytest.raises(Refused):
        log_in_act(person=stale.person, means=Means.PASSWORD)
    assert Person.objects.get(pk=person.pk).email == ""


# --- T3: every change is told --------------------------------------------------------------------------------------------


def test_T3_a_change_is_told_on_the_next_page_of_every_other_session(log_in: LogIn) -> None:
    other, client = log_in(cast.KARIM, Means.TOTP), log_in(cast.KARIM)
    client.post(f"{MEANS}/codes")
    assert client.post(f"{MEANS}/codes/confirm", {"kept": "on"}).status_code == 302
    own = client.get(MEANS).content.decode()
    assert "nieuwe lijst" in own
    assert CHANGED not in own, "said once is enough"
    assert CHANGED in other.get("/nl/me/data").content.decode()
    assert CHANGED not in other.get("/nl/me/data").content.decode()
    assert CHANGED in log_in(cast.KARIM, Means.PASSWORD).get(MEANS).content.decode(), "a later login too"
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert CHANGED not in log_in(cast.KARIM).get(MEANS).content.decode()


def test_T3_a_new_address_is_told_to_both_and_to_the_federal_one(log_in: LogIn) -> None:
    person = person_called("kelamrani")
    actor = Actor(
        person, 500, Means.EID, proved_at=timezone.now().timestamp(), federal_email="karim@federal.example.be"
    )
    change_own_data(actor=actor, language="nl", title="", email="karim@example.org")
    for address in (KARIMS, "karim@example.org", "karim@federal.example.be"):
        assert len(mails_to(address)) == 1, address


def test_T3_the_work_address_hears_of_vouched_means(thomas: Client) -> None:
    """Whoever logs in with the first password leaves no own address, or sets his: the real person still hears of it."""
    given(thomas)
    before = len(mails_to(adding.EMAIL))
    thief = Client()
    give_password(thief, "nieuwe.gebruiker", adding.MEANS["password"])
    thief.post("/nl/login/first-password", {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    answers = {"language": "nl", "title": "", "email": "thief@example.org", "password": NEW_PASSWORD}
    thief.post("/nl/me/data/change", answers)
    assert len(mails_to(adding.EMAIL)) == before + 2
    assert NEW_PASSWORD not in " ".join(mail.text for mail in mails_to(adding.EMAIL))


def test_T1_no_setting_lets_vouched_means_act_for_a_representative(log_in: LogIn, settings: Any) -> None:
    """Luc Janssens represents the brasserie; means that another gave him must not appoint its chief."""
    settings.LEVELS = {**settings.LEVELS, "appoint": 300}
    Person.objects.filter(insz=cast.MARIE).update(vouched_by=cast_id())
    with pytest.raises(LevelTooLow) as refusal:
        check_appoint_chief(delegating.actor(cast.MARIE, Means.TOTP), facts=None)  # type: ignore[arg-type]  # not asked yet
    assert refusal.value.level == 450


# --- T4: fresh proof -------------------------------------------------------------------------------------------------------

ACTS: list[Callable[[Actor], object]] = [
    lambda actor: change_own_data(actor=actor, language="nl", title="", email="other@example.org"),
    lambda actor: change_password(actor=actor, password=NEW_PASSWORD),
    lambda actor: choose_user_name(actor=actor, user_name="another.name", password=NEW_PASSWORD),
    lambda actor: set_app(actor=actor, key=codes.new_key()),
    lambda actor: set_codes(actor=actor, new=codes.new_codes()),
    lambda actor: remove_device(actor=actor, means=Means.TOTP),
    lambda actor: end_sessions(actor=actor, keep=None),
    lambda actor: end_session_of(actor=actor, key="x"),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("age", [None, 301, -10])
def test_T4_no_act_of_the_kind_without_fresh_proof(act: Callable[[Actor], object], age: float | None) -> None:
    person = person_called("kelamrani")
    Person.objects.filter(pk=person.pk).update(user_name_given_by=cast_id())
    person.refresh_from_db()
    set_up_app(person)
    proved_at = 0 if age is None else timezone.now().timestamp() - age
    with pytest.raises(ProofTooOld):
        act(Actor(person, 500, Means.EID, proved_at=proved_at))
    act(Actor(Person.objects.get(pk=person.pk), 500, Means.EID, proved_at=timezone.now().timestamp() - 200))


def cast_id() -> Any:
    return adding.capacity().enterprise.public_id


PAGES = ["/user-name", "/app", "/app/confirm", "/app/remove", "/codes", "/codes/confirm", "/codes/remove"]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", PAGES)
def test_T4_its_page_asks_the_password_first_and_comes_back(log_in: LogIn, path: str, method: str) -> None:
    person = person_called("kelamrani")
    set_up_app(person)
    codes.put_codes(person, codes.new_codes())
    client = log_in(cast.KARIM)
    with time_machine.travel(timezone.now() + LATER):
        response = getattr(client, method)(MEANS + path)
        prove = response["Location"]
        assert prove.startswith("/nl/me/prove?next=")
        assert codes.means_of(person) == {Means.TOTP, Means.TOKEN}
        assert client.post(prove, {"password": "wrong"}).status_code == 422
        assert getattr(client, method)(MEANS + path)["Location"] == prove
        assert client.post(prove, {"password": PASSWORD})["Location"] == MEANS + path
        assert "prove" not in str(client.get(MEANS + path).headers.get("Location", ""))


def test_T4_wrong_passwords_count_like_those_of_a_login(log_in: LogIn) -> None:
    client = log_in(cast.KARIM)
    for _try in range(5):
        assert client.post("/nl/me/prove", {"password": "wrong"}).status_code == 422
    assert client.post("/nl/me/prove", {"password": PASSWORD}).status_code == 429
    assert give_password(Client(), "kelamrani").status_code == 429


def test_T4_who_has_no_password_logs_in_again(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    with time_machine.travel(timezone.now() + LATER):
        location = client.get("/nl/me/prove?next=/nl/me/means/user-name")["Location"]
        assert "level=450" in location
        page = client.get(location).content.decode()
        assert "Meld u nog eens aan, zodat we zeker zijn dat u het bent" in page
        assert log_in_by_card(client, cast.AN, next_address=f"{MEANS}/user-name")["Location"] == f"{MEANS}/user-name"
        assert client.get(f"{MEANS}/user-name").status_code == 200


def test_T4_the_proof_leads_nowhere_else(log_in: LogIn) -> None:
    client = log_in(cast.KARIM)
    assert client.post("/nl/me/prove?next=https://evil.example/", {"password": PASSWORD})["Location"] == MEANS


def test_T4_ending_sessions_asks_proof_and_reading_them_does_not(log_in: LogIn) -> None:
    client, other = log_in(cast.KARIM), log_in(cast.KARIM)
    with time_machine.travel(timezone.now() + LATER):
        page = client.get("/nl/me/sessions").content.decode()
        reference = re.findall(r'value="([0-9a-f]{64})"', page)[1]
        for which in (reference, "others", "all"):
            response = client.post("/nl/me/sessions", {"end": which})
            assert response["Location"] == "/nl/me/prove?next=%2Fnl%2Fme%2Fsessions"
        assert other.get("/nl/me/sessions").status_code == 200
        client.post("/nl/me/prove", {"password": PASSWORD})
        client.post("/nl/me/sessions", {"end": "others"})
    assert Session.objects.filter(person=person_called("kelamrani")).count() == 1


def test_T4_an_address_after_five_minutes_asks_the_password_also_of_a_card(log_in: LogIn) -> None:
    client = log_in(cast.KARIM)
    data = {"language": "nl", "title": "", "email": "thief@example.org"}
    with time_machine.travel(timezone.now() + LATER):
        assert client.post("/nl/me/data/change", data).status_code == 422
        assert client.post("/nl/me/data/change", {**data, "password": PASSWORD}).status_code == 302
    an = log_in(cast.AN)
    with time_machine.travel(timezone.now() + LATER):
        response = an.post("/nl/me/data/change", data)
        assert response["Location"].startswith("/nl/me/prove?next=")
    assert Person.objects.get(insz=cast.AN).email == ""


def test_T4_the_own_accounts_address_by_the_list_and_by_a_file_asks_it_too(log_in: LogIn) -> None:
    """At a desk left open: the link to a new password goes to the account's address. Others' accounts ask nothing."""
    marie = log_in(cast.MARIE)
    place = adding.without_tb()
    own = place.accounts.get(person__insz=cast.MARIE, ended_at=None)
    noor = adding.capacity().accounts.get(person__insz=cast.NOOR, ended_at=None)
    file = sheets.export(marie, capacity=place)
    changed = sheets.changed(sheets.lines_of(file), cast.MARIE, email="thief@example.org")
    with time_machine.travel(timezone.now() + LATER):
        edit = adding.address("account-edit", place, account_id=own.public_id)
        assert marie.get(edit)["Location"].startswith("/nl/me/prove?next=")
        assert marie.post(edit, {"email": "thief@example.org"})["Location"].startswith("/nl/me/prove?next=")
        check = sheets.begin(marie, sheets.file_of(changed), capacity=place)
        answer: Any = sheets.confirm(marie, check)
        assert answer.redirect_chain[0][0].startswith("/nl/me/prove?next=")
        assert marie.get(adding.address("account-edit", account_id=noor.public_id)).status_code == 200
    own.refresh_from_db()
    assert own.email != "thief@example.org"
    sheets.confirm(marie, check)
    own.refresh_from_db()
    assert own.email == "thief@example.org", "with a login of now it goes on where it was"


def test_T4_a_new_activation_asks_it(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    account, _code = adding.give_by_link(marie)
    page = adding.address("administrator-activation", account_id=account.public_id)
    with time_machine.travel(timezone.now() + LATER):
        for answer in (marie.get(page), marie.post(page, {"plan": "0" * 64})):
            assert answer["Location"].startswith("/nl/me/prove?next=")
    assert Activation.objects.filter(person=account.person).count() == 1


def test_T4_a_password_typed_before_another_was_chosen_is_no_way_in() -> None:
    """Between password and code the login waits; the password is changed meanwhile."""
    person = person_called("kelamrani")
    key = set_up_app(person)
    client = Client()
    give_password(client, "kelamrani", query="?means=totp")
    change_password(actor=Actor(person, 500, Means.EID, proved_at=timezone.now().timestamp()), password=NEW_PASSWORD)
    assert client.post("/nl/login/code", {"code": code_of(key)})["Location"] == "/nl/login"
    assert level_of(client) == 0


# --- T5: a first password ends unused --------------------------------------------------------------------------------------


def test_T5_a_first_password_ends_unused_after_30_days(thomas: Client) -> None:
    given(thomas)
    first = adding.MEANS["password"]
    with time_machine.travel(timezone.now() + FIRST_PASSWORD_OF_USER - timedelta(minutes=1)):
        assert give_password(Client(), "nieuwe.gebruiker", first)["Location"].endswith("/first-password")
    with time_machine.travel(timezone.now() + FIRST_PASSWORD_OF_USER + timedelta(minutes=1)):
        client = Client()
        response = give_password(client, "nieuwe.gebruiker", first)
        assert response.status_code == 422
        assert "niet op tijd gebruikt" in response.content.decode()
        assert "niet op tijd" not in give_password(client, "nieuwe.gebruiker", "wrong").content.decode()
        assert client.get("/nl/login/first-password").status_code == 302


@pytest.mark.parametrize("role", ["TB", "co-TB", "co-HTB"])
def test_T5_of_who_manages_after_7_days(thomas: Client, log_in: LogIn, role: str) -> None:
    """Given to a user who becomes one: from then on, and never later than before; what another gave ends at once (T30)."""
    marie = log_in(cast.MARIE)
    person = given(marie)
    if role == "co-HTB":
        check = co_chiefs.reach_check(marie, cast.LUC)
        assert adding.confirm(marie, check).status_code == 302
    else:
        kind = adding.LB if role == "TB" else adding.CO_LB
        adding.give(marie, cast.LUC, kind)
    until = Person.objects.get(pk=person.pk).first_password_until
    assert until is not None
    assert until <= timezone.now() + FIRST_PASSWORD_OF_MANAGER


def test_T5_a_password_that_was_changed_has_no_end(thomas: Client) -> None:
    person = given(thomas)
    client = Client()
    give_password(client, "nieuwe.gebruiker", adding.MEANS["password"])
    client.post("/nl/login/first-password", {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    assert Person.objects.get(pk=person.pk).first_password_until is None
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        assert give_password(Client(), "nieuwe.gebruiker", NEW_PASSWORD).status_code == 302


# --- T6: at level 200 national numbers are masked ----------------------------------------------------------------------------


def test_T6_own_data_shows_the_number_masked_at_200(log_in: LogIn) -> None:
    shown = log_in(cast.NOOR, Means.PASSWORD).get("/nl/me/data").content.decode()
    assert "••.••.••-998.60" in shown
    assert "95.07.07" not in shown
    assert not Reading.objects.exists()
    assert "95.07.07-998.60" in log_in(cast.NOOR, Means.TOKEN).get("/nl/me/data").content.decode()
    assert Reading.objects.count() == 1


def test_T6_no_page_and_no_file_shows_one_at_200_whatever_the_settings(log_in: LogIn, settings: Any) -> None:
    """Levels are settings: where managing asks 200, its pages keep the numbers masked."""
    settings.LEVELS = {**settings.LEVELS, "manage": 200}
    client = log_in(cast.THOMAS, Means.PASSWORD)
    account = Account.objects.get(capacity=adding.capacity(), person__insz=cast.NOOR, ended_at=None)
    begun = client.post(adding.address("users-bulk"), {"act": "block", "account": [str(account.public_id)]})
    pages = [
        adding.address("users"),
        adding.address("account", account_id=account.public_id),
        adding.address("account-edit", account_id=account.public_id),
        str(begun["Location"]),
    ]
    for page in pages:
        shown = client.get(page).content.decode()
        assert "998.60" in shown, page
        assert "95.07.07" not in shown, page
    exported = b"".join(client.post(adding.address("users-export")).streaming_content).decode()  # type: ignore[attr-defined]
    assert "998.60" in exported
    assert "95.07.07" not in exported
    assert not Reading.objects.exists()


# --- Databases from before ---------------------------------------------------------------------------------------------------

before = importlib.import_module("identity.migrations.0005_means_vouched_before")


def recorded(act: str, person: Person, *, chain: str = "", level: int = 200, **fields: Any) -> None:
    """Record what an older portal did."""
    details = fields.pop("details", {})
    actor = Actor(fields.pop("by", person), level)
    with perform(act, actor=actor, chain=chain or f"person:{person.public_id}") as one:
        one.event(subject=person.public_id, details=details, **fields)


def from_before(enterprise: Any) -> Person:
    """Return Emma Claes as she was: a first password, changed, an app and an address set under it."""
    emma, thomas = Person.objects.get(insz=cast.EMMA), Person.objects.get(insz=cast.THOMAS)
    set_up_app(emma)
    recorded("means.first_password", emma, chain=f"enterprise:{enterprise}", enterprise=enterprise, by=thomas)
    recorded("means.password.change", emma, details={"sessions_ended": 0})
    recorded("own.change", emma, details={"changed": ["email"]})
    return emma


def test_T1_an_upgrade_binds_again_what_a_login_had_unbound() -> None:
    """The record knows whose word it was; nothing says that the person wanted to keep it."""
    enterprise = adding.capacity().enterprise.public_id
    emma = from_before(enterprise)
    recorded("means.vouch.end", emma, level=500, details={"vouched_by": str(enterprise), "password_ended": False})
    for _again in range(2):
        before.bind(apps, None)
    emma.refresh_from_db()
    assert (emma.vouched_by, emma.user_name_given_by) == (enterprise, enterprise)
    rows = {row.kind: row for row in emma.vouched_means.all()}
    assert {kind: row.how for kind, row in rows.items()} == {
        "user_name": "given",
        "password": "session",
        "email": "session",
        "app": "unknown",
    }
    assert rows["user_name"].by == Person.objects.get(insz=cast.THOMAS).public_id
    log_in_act(person=emma, means=Means.EID)
    assert not Person.objects.get(pk=emma.pk).has_usable_password()


def test_T1_an_upgrade_leaves_own_means_and_those_decided_about_alone() -> None:
    enterprise = adding.capacity().enterprise.public_id
    emma = from_before(enterprise)
    log = Event.objects.count()
    before.bind(apps, None)
    emma.refresh_from_db()
    assert (emma.vouched_by, emma.vouched_means.count()) == (None, 0)
    assert Event.objects.count() == log
    decided = Person.objects.get(insz=cast.NOOR)
    recorded("means.vouch.end", decided, level=500, details={"vouched_by": str(enterprise), "set_aside": ["password"]})
    before.bind(apps, None)
    decided.refresh_from_db()
    assert decided.vouched_by is None, "whoever was asked is not asked again"


def test_T1_an_upgrade_blanks_copies_of_user_names_elsewhere() -> None:
    after = importlib.import_module("access_admins.migrations.0004_means_of_managers")
    noor = Person.objects.get(insz=cast.NOOR)
    here = Account.objects.filter(person=noor, ended_at=None).first()
    elsewhere = delegating.account(cast.GROOT, cast.NOOR)
    assert here is not None
    assert elsewhere.user_name_key == "nvermeulen"
    Person.objects.filter(pk=noor.pk).update(
        user_name_given_by=here.capacity.enterprise.public_id,
        password_is_first=True,
        first_password_until=timezone.now() + FIRST_PASSWORD_OF_USER,
    )
    Account.objects.filter(pk=here.pk).update(type="CO")
    after.follow(apps, None)
    for account in (here, elsewhere):
        account.refresh_from_db()
    assert (here.user_name_key, elsewhere.user_name_key) == ("nvermeulen", "")
    noor.refresh_from_db()
    assert noor.first_password_until is not None
    assert noor.first_password_until < timezone.now() + timedelta(days=8)
