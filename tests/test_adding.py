"""Giving a person a role in a capacity: H3, H4, H7, U3, L7, at the pages and in what they leave in the database."""

import re
from base64 import b32decode
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_admins.models import Review
from acts.errors import RegisterDown
from audit.models import Event
from csam_portal.invariants import broken
from enterprises import ties
from enterprises.models import Application, Capacity, Employment, RegisterPerson
from formats.names import user_name_key
from identity.actions.login import log_in as note_login
from identity.enums import Means
from identity.models import Activation, Person
from identity.people import person_of
from outbox.models import Mail
from tests import adding, cast, delegating
from tests.conftest import LogIn
from tests.logging_in import NEW_PASSWORD, code_of, give_code, give_password, level_of, link_in, set_up_app
from ui import journeys
from ui.models import Run
from users import finding
from users.models import Account

pytestmark = pytest.mark.django_db

UNKNOWN = "85010199885"


@pytest.fixture
def marie(log_in: LogIn) -> Client:
    """The HTB of the brasserie."""
    return log_in(cast.MARIE)


@pytest.fixture
def thomas(log_in: LogIn) -> Client:
    """The TB of Werkgever RSZ of the brasserie."""
    return log_in(cast.THOMAS, Means.TOTP)


def page_of(response: Any) -> str:
    return str(response.content.decode())


def live(insz: str) -> Account:
    return Account.objects.get(capacity=adding.capacity(), person__insz=insz, ended_at=None)


def error_of(response: Any, field: str) -> str:
    assert response.status_code == 422, page_of(response)
    return str(response.context["form"].errors[field][0])


def name_of(client: Client, insz: str, last_name: str, first_name: str) -> Any:
    """Type the names of somebody without a tie."""
    return client.post(adding.begin(client, insz), {"last_name": last_name, "first_name": first_name})


def newest_mail(to: str) -> Mail:
    mail = Mail.objects.filter(to=to).order_by("-pk").first()
    assert mail is not None
    return mail


# --- H3: the access administrator -------------------------------------------------------------------------------------------


def test_H3_a_new_tb_takes_the_place_of_the_former(marie: Client) -> None:
    check = adding.reach_check(marie, cast.LUC, adding.LB, **adding.PERSON)
    shown = page_of(marie.get(check))
    assert "Luc Janssens wordt Toegangsbeheerder (Lokale Beheerder)" in shown
    assert "Thomas Wouters is dan niet langer Toegangsbeheerder" in shown
    former = live(cast.THOMAS)
    response = adding.confirm(marie, check)
    assert "De gegevens van de Lokale Beheerder werden opgeslagen" in page_of(marie.get(response["Location"]))
    assert live(cast.LUC).type == adding.LB
    former.refresh_from_db()
    assert former.ended_by is not None
    assert former.ended_by.insz == cast.MARIE
    assert newest_mail(adding.EMAIL).language == "fr"
    assert "Thomas Wouters" in newest_mail(former.email).text
    assert list(broken()) == []


def test_H3_the_former_tb_may_stay_as_user_with_the_same_applications(marie: Client) -> None:
    former = live(cast.THOMAS)
    dmfa = Application.objects.get(kind__code="employer-rsz", code="dmfa")
    former.grants.create(
        capacity=former.capacity,
        application=dmfa,
        given_at=timezone.now(),
        given_by=former.person,
        act=former.public_id,
    )
    check = adding.reach_check(marie, cast.NOOR, adding.LB, former_stays="on")
    assert "Thomas Wouters blijft als gebruiker, met dezelfde toepassingen" in page_of(marie.get(check))
    adding.confirm(marie, check)
    former.refresh_from_db()
    assert (former.type, former.ended_at) == (adding.USER, None)
    assert former.grants.filter(ended_at=None).count() == 1
    assert live(cast.NOOR).type == adding.LB
    assert list(broken()) == []


def test_H3_the_htbs_own_account_ends_and_the_htb_stays_htb(marie: Client) -> None:
    place = adding.without_tb()
    held = Account.objects.get(capacity=place, as_htb=True, ended_at=None)
    check = adding.reach_check(marie, cast.NOOR, adding.LB, place)
    assert "De rol voor de onderneming blijft" in page_of(marie.get(check))
    adding.confirm(marie, check)
    held.refresh_from_db()
    assert held.ended_at is not None
    assert marie.get(adding.address("capacity", place)).status_code == 200
    assert list(broken()) == []


def test_H3_the_htb_stays_as_a_user_where_that_is_ticked(marie: Client) -> None:
    place = adding.without_tb()
    adding.give(marie, cast.NOOR, adding.LB, place, former_stays="on")
    own = Account.objects.get(capacity=place, person__insz=cast.MARIE, ended_at=None)
    assert (own.type, own.as_htb) == (adding.USER, False)
    assert list(broken()) == []


def test_H3_a_user_who_becomes_tb_keeps_the_account_and_its_applications(marie: Client) -> None:
    before = live(cast.NOOR)
    adding.give(marie, cast.NOOR, adding.LB)
    after = live(cast.NOOR)
    assert after.pk == before.pk
    assert (after.type, after.email) == (adding.LB, adding.EMAIL)
    assert after.grants.filter(ended_at=None).count() == 2


def test_H3_somebody_blocked_who_becomes_tb_is_unblocked(marie: Client) -> None:
    blocked = Account.objects.get(capacity=adding.capacity(), blocked_at__isnull=False)
    check = adding.reach_check(marie, blocked.person.insz or "", adding.LB)
    assert "hij wordt gedeblokkeerd" in page_of(marie.get(check))
    adding.confirm(marie, check)
    blocked.refresh_from_db()
    assert (blocked.type, blocked.blocked_at) == (adding.LB, None)


def test_H3_the_htb_who_takes_a_capacity_back_holds_it_as_htb(marie: Client) -> None:
    assert adding.give(marie, cast.MARIE, adding.LB).as_htb
    assert list(broken()) == []


def test_H3_a_replaced_tb_is_on_no_list_to_review_any_more(marie: Client) -> None:
    former = live(cast.THOMAS)
    review = Review.objects.create(enterprise=former.capacity.enterprise, account=former, opened_at=timezone.now())
    adding.give(marie, cast.NOOR, adding.LB)
    review.refresh_from_db()
    assert review.decided_at is not None


def test_H3_a_link_here_says_which_role_it_is_about(marie: Client) -> None:
    page = page_of(marie.get(adding.address("person-add"), {"kind": adding.LB}))
    assert '<option value="LB" selected>' in page


def test_H3_a_co_htb_replaces_a_tb(log_in: LogIn) -> None:
    adding.give(log_in(cast.BART, Means.TOTP), cast.NOOR, adding.LB)
    event = Event.objects.filter(act="account.change_type").latest("pk")
    assert event.role == "co-HTB"


# --- H4: co-administrators --------------------------------------------------------------------------------------------------


def test_H4_any_number_of_co_tbs(marie: Client) -> None:
    check = adding.reach_check(marie, cast.LUC, adding.CO_LB, **adding.PERSON)
    response = adding.confirm(marie, check)
    assert "De gegevens van de Co-Lokale Beheerder werden opgeslagen" in page_of(marie.get(response["Location"]))
    adding.give(marie, cast.BART, adding.CO_LB)
    assert live(cast.LUC).type == live(cast.BART).type == adding.CO_LB
    assert live(cast.THOMAS).type == adding.LB


@pytest.mark.parametrize(
    ("insz", "kind"), [(cast.THOMAS, "LB"), (cast.THOMAS, "CO"), (cast.NOOR, "USER"), (cast.THOMAS, "USER")]
)
def test_U3_already_in_this_capacity_is_said_at_the_first_step(marie: Client, insz: str, kind: str) -> None:
    assert "Deze persoon is al" in error_of(adding.find(marie, insz, kind), "insz")


# --- H7: finding ------------------------------------------------------------------------------------------------------------


def test_H7_the_name_of_an_employee_a_representative_and_a_user_is_shown(marie: Client) -> None:
    for insz, name in ((cast.BART, "Maes"), (cast.LUC, "Janssens"), (cast.NOOR, "Vermeulen")):
        form = adding.begin(marie, insz, adding.CO_LB)
        assert form.endswith("/form")
        assert name in page_of(marie.get(form))


def test_H7_the_name_of_anybody_else_is_typed(marie: Client) -> None:
    form = adding.begin(marie, cast.EMMA)
    assert form.endswith("/name")
    assert "Claes" not in page_of(marie.get(form))
    response = marie.post(form, {"last_name": "claes", "first_name": "EMMA"})
    assert "Claes" in page_of(marie.get(response["Location"]))


def test_H7_the_form_is_not_to_be_had_before_the_name(marie: Client) -> None:
    name = adding.begin(marie, cast.EMMA)
    for step in ("form", "check"):
        address = name.replace("/name", f"/{step}")
        assert marie.get(address)["Location"] == name
        assert marie.post(address, {"email": adding.EMAIL})["Location"] == name


def test_H7_a_wrong_name_an_unknown_number_and_a_dead_person_are_answered_alike(marie: Client) -> None:
    RegisterPerson.objects.filter(insz=cast.PIOTR).update(died_on=date(2025, 1, 1))
    pages = [
        name_of(marie, insz, *names)
        for insz, names in (
            (cast.EMMA, ("Claes", "Anna")),
            (UNKNOWN, ("Claes", "Emma")),
            (cast.PIOTR, ("Nowak", "Piotr")),
        )
    ]
    assert len({error_of(page, "last_name") for page in pages}) == 1


def test_H7_the_same_work_for_a_wrong_name_and_an_unknown_number(marie: Client, django_assert_num_queries: Any) -> None:
    counts = []
    for insz in (cast.EMMA, UNKNOWN):
        form = adding.begin(marie, insz)
        with CaptureQueriesContext(connection) as queries:
            marie.post(form, {"last_name": "Nobody", "first_name": "Nobody"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_H7_an_employee_who_died_is_refused_with_the_same_sentence(marie: Client) -> None:
    RegisterPerson.objects.filter(insz=cast.BART).update(died_on=date(2025, 1, 1))
    dead = error_of(adding.find(marie, cast.BART, adding.CO_LB), "insz")
    assert dead == error_of(name_of(marie, UNKNOWN, "Claes", "Emma"), "last_name")


def test_H7_an_employee_of_another_enterprise_is_a_stranger_here(marie: Client) -> None:
    assert adding.begin(marie, cast.KARIM).endswith("/name")


def test_H7_an_employment_that_ended_is_no_tie(marie: Client) -> None:
    Employment.objects.filter(number=cast.BRASSERIE, insz=cast.BART).update(ends_on=date(2024, 1, 1))
    Person.objects.get(insz=cast.BART).chief_roles.all().update(
        ended_at=timezone.now(), ended_by=Person.objects.get(insz=cast.MARIE)
    )
    assert adding.begin(marie, cast.BART).endswith("/name")


def test_H7_no_known_tie_is_said_ticked_and_recorded(marie: Client) -> None:
    response = name_of(marie, cast.EMMA, "Claes", "Emma")
    check = adding.fill_in(marie, response["Location"])["Location"]
    assert "kent een band tussen Emma Claes en de onderneming" in page_of(marie.get(check))
    refused = adding.confirm(marie, check)
    assert "knows_no_tie" in refused.context["form"].errors  # type: ignore[attr-defined]  # of the test client
    assert refused.status_code == 422
    assert not Account.objects.filter(capacity=adding.capacity(), person__insz=cast.EMMA).exists()
    assert adding.confirm(marie, check, knows_no_tie="on").status_code == 302
    assert '"no_tie_known":true' in Event.objects.filter(act="account.open").latest("pk").details.replace(" ", "")


def test_H7_somebody_with_a_tie_asks_no_tick(marie: Client) -> None:
    assert "knows_no_tie" not in page_of(marie.get(adding.reach_check(marie, cast.LUC, adding.CO_LB, **adding.PERSON)))


def test_H7_wrong_names_count_and_past_the_limit_nothing_gets_through(marie: Client) -> None:
    form = adding.begin(marie, cast.EMMA)
    for _ in range(10):
        assert marie.post(form, {"last_name": "Claes", "first_name": "Anna"}).status_code == 422
    assert marie.post(form, {"last_name": "Claes", "first_name": "Emma"}).status_code == 429
    assert adding.find(marie, cast.LUC, adding.CO_LB).status_code == 429
    assert Event.objects.filter(act="limit.reached").exists()


def test_H7_the_enterprises_limit_counts_for_all_who_look(marie: Client, settings: Any, log_in: LogIn) -> None:
    settings.LIMITS = {**settings.LIMITS, "look_up.enterprise": (2, 3600)}
    for _ in range(2):
        name_of(marie, cast.EMMA, "Claes", "Anna")
    assert adding.find(log_in(cast.BART, Means.TOTP), cast.LUC).status_code == 429


def test_H7_right_numbers_do_not_count(marie: Client) -> None:
    for _ in range(12):
        adding.begin(marie, cast.LUC, adding.CO_LB)
    adding.begin(marie, cast.LUC, adding.CO_LB)


def test_E4_the_number_is_masked_and_in_no_address(marie: Client) -> None:
    check = adding.reach_check(marie, cast.LUC, adding.CO_LB, **adding.PERSON)
    shown = page_of(marie.get(check))
    assert "••.••.••-997.94" in shown
    assert "65.11.02" not in shown
    assert cast.LUC not in check + shown


# --- U3: a user, with a first password --------------------------------------------------------------------------------------


def test_U3_a_new_user_gets_user_name_first_password_and_a_mail(thomas: Client) -> None:
    check = adding.reach_check(thomas, cast.LUC, **adding.MEANS, **adding.PERSON, applications=["dmfa", "dimona"])
    shown = page_of(thomas.get(check))
    for label in ("Creatiedatum", "Wijzigingsdatum", "Status", "Actief", "Vorige", "Bevestigen", "nieuwe.gebruiker"):
        assert label in shown
    response = adding.confirm(thomas, check)
    assert "De gegevens van de gebruiker werden opgeslagen" in page_of(thomas.get(response["Location"]))
    account = live(cast.LUC)
    person = account.person
    assert (account.type, account.email) == (adding.USER, adding.EMAIL)
    assert set(account.grants.values_list("application__code", flat=True)) == {"dmfa", "dimona"}
    assert (person.user_name, person.title, person.language) == ("nieuwe.gebruiker", "ms", "fr")
    assert person.check_password(adding.MEANS["password"])
    assert person.password_is_first
    assert person.vouched_by == account.capacity.enterprise.public_id
    mail = newest_mail(adding.EMAIL)
    assert mail.language == "fr"
    assert adding.MEANS["password"] not in mail.text + mail.html
    assert adding.MEANS["user_name"] not in mail.text + mail.html


def test_U3_the_first_password_opens_the_page_that_changes_it(thomas: Client) -> None:
    adding.give(thomas, cast.LUC, **adding.MEANS, **adding.PERSON)
    client = Client()
    answers = {"user_name": adding.MEANS["user_name"], "password": adding.MEANS["password"]}
    response = client.post("/nl/login/password?means=password", answers)
    assert response["Location"].endswith("/first-password")


def test_L3_the_first_password_ends_when_the_person_comes_with_a_card(thomas: Client, log_in: LogIn) -> None:
    """The administrator knows it, and from then on it would open every enterprise."""
    person = adding.give(thomas, cast.LUC, **adding.MEANS, **adding.PERSON).person
    note_login(person=person, means=Means.EID)
    person = Person.objects.get(insz=cast.LUC)
    assert (person.vouched_by, person.password_is_first, person.has_usable_password()) == (None, False, False)
    luc = log_in(cast.LUC)
    assert luc.post("/nl/me/means/given", {}).status_code == 302, "T2: what others gave is decided about first"
    new = {"password": "mijn eigen wachtwoord", "password_again": "mijn eigen wachtwoord"}
    assert luc.post("/nl/me/means/password", new).status_code == 302
    assert Person.objects.get(insz=cast.LUC).check_password(new["password"])


def test_U3_the_password_itself_is_kept_nowhere(thomas: Client) -> None:
    adding.reach_check(thomas, cast.LUC, **adding.MEANS, **adding.PERSON)
    run = Run.objects.latest("pk")
    assert adding.MEANS["password"] not in str(run.answers)
    assert check_password(adding.MEANS["password"], run.answers["form"]["password_hash"])


def test_U3_going_back_keeps_the_password_unless_another_is_typed(thomas: Client) -> None:
    check = adding.reach_check(thomas, cast.LUC, **adding.MEANS, **adding.PERSON)
    form = check.replace("/check", "/form")
    names = {"user_name": "nieuwe.gebruiker", "user_name_again": "nieuwe.gebruiker"}
    assert 'value="nieuwe.gebruiker"' in page_of(thomas.get(form))
    assert adding.fill_in(thomas, form, **names, **adding.PERSON).status_code == 302
    half = adding.fill_in(thomas, form, **names, **adding.PERSON, password="een ander wachtwoord")
    assert "password_again" in half.context["form"].errors  # type: ignore[attr-defined]  # of the test client
    adding.confirm(thomas, check)
    assert live(cast.LUC).person.check_password(adding.MEANS["password"])


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "user names differ": ({"user_name_again": "andere.gebruiker"}, "user_name_again"),
    "passwords differ": ({"password_again": "een tweede wachtwoord"}, "password_again"),
    "a short password": ({"password": "kort", "password_again": "kort"}, "password"),
    "a password made of the name": ({"password": "luc.janssens1", "password_again": "luc.janssens1"}, "password"),
    "no e-mail address": ({"email": ""}, "email"),
    "a number for a user name": ({"user_name": "a123456", "user_name_again": "a123456"}, "user_name"),
    "a user name that is taken": ({"user_name": "twouters", "user_name_again": "twouters"}, "user_name"),
    "one that looks taken": ({"user_name": "TW0UTERS", "user_name_again": "TW0UTERS"}, "user_name"),
    "an application that is none": ({"applications": ["unknown"]}, "applications"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_U3_each_mistake_stands_at_its_field(thomas: Client, mistake: str) -> None:
    changed, field = MISTAKES[mistake]
    form = adding.begin(thomas, cast.LUC)
    error_of(adding.fill_in(thomas, form, **{**adding.MEANS, **adding.PERSON, **changed}), field)


def test_U3_a_user_name_taken_between_form_and_confirmation_is_refused(thomas: Client) -> None:
    check = adding.reach_check(thomas, cast.LUC, **adding.MEANS, **adding.PERSON)
    name = adding.MEANS["user_name"]
    Person.objects.filter(insz=cast.EMMA).update(user_name=name, user_name_key=user_name_key(name))
    response = adding.confirm(thomas, check)
    assert response.status_code == 422
    assert "Deze gebruikersnaam is al in gebruik" in page_of(response)


def test_U3_somebody_known_keeps_name_password_title_and_language(thomas: Client) -> None:
    """Never asked, never changed; shown where the person is tied to the enterprise."""
    form = adding.begin(thomas, cast.BART)
    shown = page_of(thomas.get(form))
    assert "bmaes" in shown
    assert not re.search(r'name="(user_name|password|title|language)"', shown)
    before = Person.objects.get(insz=cast.BART)
    forged = {**adding.MEANS, **adding.PERSON, "title": "mr", "language": "de"}
    adding.give(thomas, cast.BART, **forged)
    after = Person.objects.get(insz=cast.BART)
    for name in ("user_name", "password", "password_is_first", "vouched_by", "title", "language", "email"):
        assert getattr(after, name) == getattr(before, name)


def test_U3_the_user_name_of_somebody_without_a_tie_is_not_shown(thomas: Client) -> None:
    response = name_of(thomas, cast.EMMA, "Claes", "Emma")
    shown = page_of(thomas.get(response["Location"]))
    assert "eclaes" not in shown
    assert 'name="user_name"' not in shown


@pytest.mark.parametrize("is_from_elsewhere", [True, False])
def test_T31_the_mail_says_what_opens_this_enterprise_whoever_gave_the_means(
    thomas: Client, is_from_elsewhere: bool
) -> None:
    """The address was typed by an administrator: who reads it does not learn that another enterprise knows the person."""
    if is_from_elsewhere:
        place = delegating.account(cast.GROOT, cast.BART).capacity
        Person.objects.filter(insz=cast.BART).update(vouched_by=place.enterprise.public_id)
    adding.give(thomas, cast.BART)
    assert "Een gebruikersnaam van een andere onderneming opent deze niet" in newest_mail(adding.EMAIL).text


def test_U3_who_logged_in_with_a_card_once_is_given_no_password(thomas: Client) -> None:
    """L7: means would come into somebody else's hands."""
    luc = person_of(insz=cast.LUC, last_name="Janssens", first_names="Luc", language="nl")
    note_login(person=luc, means=Means.EID)
    assert 'name="password"' not in page_of(thomas.get(adding.begin(thomas, cast.LUC)))


def test_U7_somebody_whose_account_ended_can_be_added_again(marie: Client) -> None:
    account = live(cast.NOOR)
    Account.objects.filter(pk=account.pk).update(ended_at=timezone.now(), ended_by=account.person)
    assert adding.give(marie, cast.NOOR).pk != account.pk


def test_U5_nobody_gives_applications_to_themselves(marie: Client) -> None:
    """The HTB may be a user of a capacity that has a TB; somebody else gives the applications."""
    form = adding.begin(marie, cast.MARIE)
    assert 'name="applications"' not in page_of(marie.get(form))
    adding.fill_in(marie, form, applications=["dmfa"])
    adding.confirm(marie, form.replace("/form", "/check"))
    assert live(cast.MARIE).grants.count() == 0


# --- L7: a first way in -----------------------------------------------------------------------------------------------------


def test_L7_a_tb_without_means_gets_a_link_and_the_htb_the_code(marie: Client) -> None:
    response = name_of_tb(marie, cast.INGRID, "De Smet", "Ingrid")
    check = adding.fill_in(marie, response["Location"], **adding.PERSON)["Location"]
    assert "kan zich nog niet aanmelden en krijgt een link" in page_of(marie.get(check))
    done = adding.confirm(marie, check, knows_no_tie="on")["Location"]
    assert 'id="activation-code"' in page_of(marie.get(done))
    assert 'id="activation-code"' not in page_of(marie.get(done))
    assert Activation.objects.filter(person__insz=cast.INGRID, used_at=None).count() == 1
    assert Mail.objects.filter(to=adding.EMAIL).count() == 2


def name_of_tb(client: Client, insz: str, last_name: str, first_name: str) -> Any:
    address = adding.begin(client, insz, adding.LB)
    return client.post(address, {"last_name": last_name, "first_name": first_name})


def test_L7_a_tb_with_a_card_gets_none(marie: Client) -> None:
    adding.give(marie, cast.LUC, adding.LB, **adding.PERSON)
    assert not Activation.objects.filter(person__insz=cast.LUC).exists()


@pytest.fixture
def luc(marie: Client) -> Person:
    """A user with a first password from the chief, and no card."""
    RegisterPerson.objects.filter(insz=cast.LUC).update(has_eid=False)
    return adding.give(marie, cast.LUC, **adding.MEANS, **adding.PERSON).person


def by_link_and_code(client: Client, page: str, *, to: str = adding.EMAIL) -> str:
    """Follow the link in the newest mail, give the code on the done page, set up an app; return its secret, hex."""
    code = re.search(r'class="govuk-heading-l code">([a-z0-9-]{9})<', page)
    assert code is not None, page
    client.post(link_in(newest_mail(to)))
    assert client.post("/nl/activate", {"code": code[1]})["Location"] == "/nl/activate/device"
    onward = client.post("/nl/activate/device", {"means": "totp"})["Location"]
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page_of(client.get(onward)))
    assert secret is not None
    key = b32decode(secret[1].replace(" ", "")).hex()
    assert client.post(onward, {"code": code_of(key)})["Location"] == "/nl/login"
    return key


@pytest.mark.parametrize("kind", [adding.LB, adding.CO_LB])
@pytest.mark.parametrize("place", [adding.capacity, adding.without_tb])
def test_L7_L3_who_has_a_first_password_alone_becomes_able_to_administer(
    marie: Client, luc: Person, kind: str, place: Callable[[], Capacity]
) -> None:
    """A user is promoted, or gets a role in another capacity: link, code, device; then user name, password and code."""
    users = adding.address("users", place())
    with time_machine.travel(timezone.now(), tick=False) as clock:
        check = adding.reach_check(marie, cast.LUC, kind, place())
        assert "behoudt de gebruikersnaam en het wachtwoord" in page_of(marie.get(check))
        done = page_of(marie.get(adding.confirm(marie, check)["Location"]))
        assert "kan zich nog niet voor deze rol aanmelden" in done
        assert ("Toegangscode" in done, adding.MEANS["password"] in done) == (False, False)
        client = Client()
        key = by_link_and_code(client, done)
        clock.shift(timedelta(seconds=30))
        give_password(client, adding.MEANS["user_name"], adding.MEANS["password"], query=f"?means=totp&next={users}")
        assert give_code(client, code_of(key))["Location"].endswith("/first-password"), "changed before anything else"
        new = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
        assert client.post("/nl/login/first-password", new)["Location"] == users
        assert client.get(users).status_code == 200
    assert level_of(client) == 400


def test_L7_the_mail_of_a_role_tells_of_the_link_that_sets_the_device(marie: Client, luc: Person) -> None:
    adding.give(marie, cast.LUC, adding.LB)
    told = Mail.objects.filter(to=adding.EMAIL).order_by("-pk")[1]
    assert "codes à usage unique" in told.text, "in his language"
    assert "/link/" not in told.text


def _from_elsewhere() -> None:
    place = delegating.account(cast.GROOT, cast.LUC).capacity
    Person.objects.filter(insz=cast.LUC).update(vouched_by=place.enterprise.public_id)


def _has_device() -> None:
    set_up_app(Person.objects.get(insz=cast.LUC))


def _has_card() -> None:
    RegisterPerson.objects.filter(insz=cast.LUC).update(has_eid=True)


def _came_with_itsme() -> None:
    note_login(person=Person.objects.get(insz=cast.LUC), means=Means.ITSME)


@pytest.mark.parametrize("what", [_from_elsewhere, _has_device, _has_card, _came_with_itsme])
def test_L7_no_device_for_who_has_means_from_elsewhere_a_device_or_a_card(
    marie: Client, luc: Person, what: Callable[[], None]
) -> None:
    what()
    check = adding.reach_check(marie, cast.LUC, adding.LB)
    assert "behoudt de gebruikersnaam" not in page_of(marie.get(check))
    assert 'id="activation-code"' not in page_of(marie.get(adding.confirm(marie, check)["Location"]))
    assert not Activation.objects.exists()


def test_L7_a_user_needs_no_device(marie: Client, luc: Person) -> None:
    adding.give(marie, cast.LUC, adding.USER, adding.without_tb())
    assert not Activation.objects.exists()


@pytest.mark.parametrize("what", [_from_elsewhere, _has_device, _came_with_itsme])
def test_L7_S8_a_device_that_became_needless_before_the_confirmation_is_not_opened(
    marie: Client, luc: Person, what: Callable[[], None]
) -> None:
    """What was confirmed is no longer so: the page shows how it stands now."""
    check = adding.reach_check(marie, cast.LUC, adding.LB)
    plan = adding.plan_on(marie, check)
    what()
    response = adding.confirm(marie, check, plan)
    assert response.status_code == 409
    assert "behoudt de gebruikersnaam" not in page_of(response)
    assert not Activation.objects.exists()


# --- runs -------------------------------------------------------------------------------------------------------------------


def test_S8_a_double_click_gives_one_account_and_one_mail(marie: Client) -> None:
    check = adding.reach_check(marie, cast.LUC, adding.CO_LB, **adding.PERSON)
    plan = adding.plan_on(marie, check)
    mails = Mail.objects.count()
    first, second = adding.confirm(marie, check, plan), adding.confirm(marie, check, plan)
    assert first["Location"] == second["Location"]
    assert Account.objects.filter(person__insz=cast.LUC, capacity=adding.capacity()).count() == 1
    assert Mail.objects.count() == mails + 1


def test_S8_the_second_of_two_administrators_is_told_who_was_first(marie: Client, thomas: Client) -> None:
    mine = adding.reach_check(thomas, cast.LUC, **adding.MEANS, **adding.PERSON)
    plan = adding.plan_on(thomas, mine)
    adding.give(marie, cast.LUC, adding.CO_LB, **adding.PERSON)
    response = adding.confirm(thomas, mine, plan)
    assert response.status_code == 409
    assert "Marie Dubois" in page_of(response)
    assert "Luc Janssens" in page_of(response)
    assert live(cast.LUC).type == adding.CO_LB


def test_S8_a_plan_that_changed_is_shown_again(marie: Client) -> None:
    check = adding.reach_check(marie, cast.LUC, adding.LB, **adding.PERSON)
    plan = adding.plan_on(marie, check)
    adding.give(marie, cast.NOOR, adding.LB)
    response = adding.confirm(marie, check, plan)
    assert response.status_code == 409
    assert "Noor Vermeulen is dan niet langer Toegangsbeheerder" in page_of(response)
    assert adding.confirm(marie, check).status_code == 302


def test_S8_an_application_retired_meanwhile_is_a_change(thomas: Client) -> None:
    check = adding.reach_check(thomas, cast.LUC, **adding.MEANS, **adding.PERSON, applications=["dmfa", "dimona"])
    plan = adding.plan_on(thomas, check)
    by = Person.objects.get(insz=cast.MARIE)
    Application.objects.filter(code="dmfa").update(retired_at=timezone.now(), retired_by=by)
    response = adding.confirm(thomas, check, plan)
    assert not Account.objects.filter(capacity=adding.capacity(), person__insz=cast.LUC).exists()
    assert response["Location"].endswith("/form")


def test_S8_an_unknown_step_and_somebody_elses_run_are_not_found(marie: Client, log_in: LogIn) -> None:
    form = adding.begin(marie, cast.LUC, adding.CO_LB)
    assert marie.get(form.replace("/form", "/person")).status_code == 404
    assert log_in(cast.BART, Means.TOTP).get(form).status_code == 404


def test_E6_while_the_register_is_silent_nothing_is_lost(marie: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_args: object) -> None:
        raise RegisterDown

    check = adding.reach_check(marie, cast.LUC, adding.CO_LB, **adding.PERSON)
    with monkeypatch.context() as patch:
        patch.setattr(finding, "read_ties", silent)
        assert adding.find(marie, cast.LUC, adding.CO_LB).status_code == 503
        assert marie.get(check).status_code == 503
    assert adding.confirm(marie, check).status_code == 302


def test_E6_an_answer_that_grew_old_is_not_acted_on(marie: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    check = adding.reach_check(marie, cast.LUC, adding.CO_LB, **adding.PERSON)
    plan = adding.plan_on(marie, check)
    monkeypatch.setattr(ties, "MAX_AGE", timedelta(seconds=-1))
    assert adding.confirm(marie, check, plan).status_code == 503
    assert not Account.objects.filter(capacity=adding.capacity(), person__insz=cast.LUC).exists()


def test_S8_a_second_click_that_began_before_the_first_ended_goes_on_to_its_result(
    marie: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It read the run while it was open; all else it reads afterwards."""
    check = adding.reach_check(marie, cast.LUC, adding.CO_LB, **adding.PERSON)
    plan = adding.plan_on(marie, check)
    read_before = Run.objects.latest("begun_at")
    done = adding.confirm(marie, check, plan)
    monkeypatch.setattr(journeys, "find", lambda *_args, **_kwargs: read_before)
    second = adding.confirm(marie, check, plan)
    assert (second.status_code, second["Location"]) == (302, done["Location"])
