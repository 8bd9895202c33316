"""The history of an enterprise (H9): who did what, when; filters; export; a sentence for every event."""

import ast
import csv
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from access_admins.actions.capacities import retire_capacity
from access_admins.capacities import plan_retirement
from access_admins.sentences import ELSEWHERE, GROUPS, SENTENCES
from acts.act import Recorder, digest, perform
from audit.models import Event
from enterprises.models import Application
from htb.callers import look_up_enterprise
from identity.actor import Actor
from identity.models import Person
from tests import cast, delegating
from tests.conftest import LogIn
from tests.test_architecture import SOURCES, TREES
from users.grants import give_to_all
from users.models import Account

pytestmark = pytest.mark.django_db


def address(route: str = "history", number: str = cast.BRASSERIE) -> str:
    return reverse(route, args=[delegating.enterprise(number).public_id])


def rows_of(client: Client, query: str = "") -> list[str]:
    """The words of each event on the page."""
    page = client.get(address() + query).content.decode()
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def give(insz: str, code: str) -> None:
    """Give somebody an application, as Thomas would."""
    account = Account.objects.select_related("person", "capacity__enterprise").get(person__insz=insz, ended_at=None)
    thomas, enterprise = delegating.actor(cast.THOMAS), account.capacity.enterprise
    with perform("grant.give", actor=thomas, chain=f"enterprise:{enterprise.public_id}") as act:
        application = Application.objects.get(kind=account.capacity.kind, code=code)
        give_to_all(
            Recorder(act, "TB", enterprise), [account.pk], [application.pk], by=thomas.person, now=timezone.now()
        )


def make_events(count: int, *, act: str = "account.edit", by: str = cast.THOMAS) -> None:
    enterprise, actor = delegating.enterprise(cast.BRASSERIE), delegating.actor(by)
    for _ in range(count):
        with perform(act, actor=actor, chain=f"enterprise:{enterprise.public_id}") as under_way:
            Recorder(under_way, "TB", enterprise)(act, delegating.person(cast.NOOR), "account:x")


def test_H9_says_who_did_what_when_in_which_capacity(log_in: LogIn) -> None:
    give(cast.NOOR, "ecaro-batch")
    newest = rows_of(log_in(cast.MARIE))[0]
    for words in ("Thomas Wouters", "Toegangsbeheerder", "toegekend aan Noor Vermeulen: Ecaro", "1999001-21"):
        assert words in newest, words
    assert str(timezone.localdate().year) in newest


def test_E4_numbers_are_masked(log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    page = client.get(address()).content.decode()
    export = b"".join(client.post(address("history-export"))).decode()
    for text in (page, export):
        assert "998.60" in text
        assert not re.search(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}|\b95070799860\b", text)


def test_H9_only_what_belongs_to_this_enterprise(log_in: LogIn) -> None:
    text = " ".join(rows_of(log_in(cast.MARIE)))
    assert "Sophie" not in text
    assert "Karim" not in text


def test_H9_narrowed_to_a_person_by_number_which_stands_in_no_address(log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    give(cast.NOOR, "ecaro-batch")
    response = client.post(address(), {"insz": "95.07.07-998.60"})
    assert response.status_code == 302
    assert "95070799860" not in response["Location"]
    query = "?" + response["Location"].partition("?")[2]
    rows = rows_of(client, query)
    assert rows and all("Noor Vermeulen" in row for row in rows)
    thomas = rows_of(client, f"?person={delegating.person(cast.THOMAS).public_id}")
    assert any("Ecaro" in row for row in thomas), "what Thomas did"
    assert any("Thomas Wouters in de demowereld" in row for row in thomas), "what happened to Thomas"


@pytest.mark.parametrize("insz", [cast.EMMA, cast.SOPHIE])
def test_H9_tells_nothing_about_people_who_are_not_in_it(log_in: LogIn, insz: str) -> None:
    """Neither whether the portal knows them."""
    client = log_in(cast.MARIE)
    response = client.post(address(), {"insz": insz})
    assert response.status_code == 422
    assert "komt niemand met dit nummer voor" in response.content.decode()
    assert rows_of(client, f"?person={delegating.person(insz).public_id}") == rows_of(client)


def test_H9_narrowed_to_a_capacity_and_a_kind_of_event(log_in: LogIn) -> None:
    client, place = log_in(cast.MARIE), delegating.capacity(cast.BRASSERIE)
    give(cast.NOOR, "ecaro-batch")
    response = client.post(address(), {"capacity": str(place.public_id), "group": "applications"})
    rows = rows_of(client, "?" + response["Location"].partition("?")[2])
    assert len(rows) == 1
    assert "Ecaro" in rows[0]
    of_capacity = rows_of(client, f"?capacity={place.public_id}")
    assert len(of_capacity) > 1
    assert all("1999001-21" in row for row in of_capacity)


def test_E2_a_capacity_of_another_enterprise_narrows_to_nothing_of_it(log_in: LogIn) -> None:
    client, foreign = log_in(cast.MARIE), delegating.capacity(cast.GROOT)
    assert rows_of(client, f"?capacity={foreign.public_id}") == rows_of(client)
    assert client.post(address(), {"capacity": str(foreign.public_id)}).status_code == 422


def test_H9_a_user_whose_capacity_ended_finds_the_end_in_the_history(log_in: LogIn) -> None:
    """One event speaks for all accounts of a retired capacity, also when the history is narrowed to one of them."""
    place, marie = delegating.capacity(cast.BRASSERIE), delegating.actor(cast.MARIE)
    retire_capacity(actor=marie, capacity=place, confirmed=digest(plan_retirement(place).as_plan()))
    rows = rows_of(log_in(cast.MARIE), f"?person={delegating.person(cast.NOOR).public_id}")
    assert "Hoedanigheid beëindigd, met al haar accounts (4)" in rows[0]


def test_H9_a_long_history_is_walked_to_its_end_and_back(log_in: LogIn) -> None:
    make_events(60)
    client, query, forth = log_in(cast.MARIE), "", []
    while True:
        page = client.get(address() + query).content.decode()
        forth.append(rows_of(client, query))
        link = re.search(r'rel="next" href="([^"]+)"', page)
        if link is None:
            break
        query = link[1].replace("&amp;", "&")
    total = Event.objects.filter(enterprise=str(delegating.enterprise(cast.BRASSERIE).public_id)).count()
    assert sum(map(len, forth)) == total > 60
    link = re.search(r'rel="prev" href="([^"]+)"', page)
    assert link
    assert rows_of(client, link[1].replace("&amp;", "&")) == forth[-2]


@pytest.mark.parametrize(
    "query",
    [
        "?after=x",
        "?after=-1",
        "?before=99999999999999999999",
        "?person=x",
        "?capacity=1",
        "?group=x",
        "?group=",
        "?after=%F0",
    ],
)
def test_E7_an_address_that_says_nothing_shows_the_whole_history(log_in: LogIn, query: str) -> None:
    assert log_in(cast.MARIE).get(address() + query).status_code in {200, 400}


def test_H9_queries_do_not_grow(log_in: LogIn) -> None:
    client, counts = log_in(cast.MARIE), []
    give(cast.NOOR, "ecaro-batch")
    for more in (0, 40):
        make_events(more)
        if more:
            give(cast.NOOR, "publiato")
        with CaptureQueriesContext(connection) as queries:
            client.get(address())
        counts.append(len(queries))
    assert counts[0] == counts[1]


def exported(client: Client, query: str = "") -> list[list[str]]:
    response = client.post(address("history-export") + query)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="geschiedenis-0999000228-')
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=";"))


def test_H9_the_export_holds_what_the_page_shows_and_is_itself_an_event(log_in: LogIn) -> None:
    make_events(30)
    client = log_in(cast.MARIE)
    lines = exported(client, "?group=accounts")
    assert lines[0] == ["Wanneer", "Wie", "Rol", "Wat", "Hoedanigheid", "INSZ", "Aanmeldniveau"]
    assert (
        len(lines) - 1
        == Event.objects.filter(
            enterprise=str(delegating.enterprise(cast.BRASSERIE).public_id), act__in=GROUPS["accounts"][1]
        ).count()
    )
    assert lines[1][1:4] == ["Thomas Wouters", "Toegangsbeheerder", "Account van Noor Vermeulen gewijzigd"]
    event = Event.objects.get(act="history.export")
    assert (event.actor, event.role) == (str(delegating.person(cast.MARIE).public_id), "HTB")
    assert "Geschiedenis geëxporteerd" in rows_of(client)[0]


def test_U2_no_cell_of_the_export_starts_a_formula(log_in: LogIn) -> None:
    make_events(1)
    Person.objects.filter(insz=cast.THOMAS).update(first_names="=HYPERLINK(1)", last_name="x")
    assert exported(log_in(cast.MARIE))[2][1] == "'=HYPERLINK(1) x"


def test_H9_the_export_speaks_the_language_of_the_page(log_in: LogIn) -> None:
    make_events(1)
    with translation.override("fr"):
        response = log_in(cast.MARIE).post(address("history-export"))
        text = b"".join(response).decode()
    assert "Compte de Noor Vermeulen modifié" in text
    assert "historique-" in response["Content-Disposition"]


@pytest.mark.parametrize("insz", [cast.THOMAS, cast.NOOR])
def test_H9_is_for_the_chiefs_alone(log_in: LogIn, insz: str) -> None:
    client = log_in(insz)
    assert client.get(address()).status_code == 403
    assert client.post(address("history-export")).status_code == 403
    assert not Event.objects.filter(act="history.export").exists()


def test_E2_the_history_of_another_enterprise_is_not_there(log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    assert client.get(address(number=cast.GROOT)).status_code == 404
    assert client.post(address("history-export", cast.GROOT)).status_code == 404


def test_X11_the_chief_sees_that_the_contact_centre_looked_and_why(log_in: LogIn) -> None:
    person = Person.objects.create(user_name="desk9", user_name_key="desk9", last_name="Geheim", is_staff=True)
    person.groups.add(Group.objects.get(name="desk"))
    look_up_enterprise(actor=Actor(Person.objects.get(pk=person.pk), level=300), number=cast.BRASSERIE, reason="=vraag")
    client = log_in(cast.MARIE)
    newest = rows_of(client)[0]
    assert "Contactcenter" in newest
    assert "Opgezocht door het contactcenter: =vraag" in newest
    assert "Geheim" not in newest


def acts_in_code() -> Iterator[str]:
    """Every name of an act or event in the sources: what perform, act.event and recorders are called with. Of a name that is
    put together the beginning."""
    for path in SOURCES:
        for node in ast.walk(TREES[path]):
            if not isinstance(node, ast.Call):
                continue
            maker = node.func.func if isinstance(node.func, ast.Call) else node.func
            called = maker.attr if isinstance(maker, ast.Attribute) else getattr(maker, "id", "")
            if called not in {"perform", "event", "record", "_record", "Recorder", "Entry"}:
                continue
            for given in (*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "act")):
                constants = given.values[:1] if isinstance(given, ast.JoinedStr) else ast.walk(given)
                for constant in constants:
                    name = str(constant.value) if isinstance(constant, ast.Constant) else ""
                    if re.match(r"[a-z_]+\.[a-z_.]*\Z", name):
                        yield name


def test_H9_every_event_has_a_sentence() -> None:
    """In all four languages by tests/test_translations.py. What belongs to no enterprise is listed as such."""
    names = set(acts_in_code())
    assert {"chief.appoint", "account.end", "capacity.retire", "grant.give"} <= names
    assert {name for name in names if name not in SENTENCES and not name.startswith(ELSEWHERE)} == set()


def test_H9_every_event_of_the_demo_world_is_worded() -> None:
    acts = set(Event.objects.exclude(enterprise="").values_list("act", flat=True))
    assert acts <= SENTENCES.keys()


def test_H9_every_sentence_can_be_filled_in() -> None:
    words = dict.fromkeys(
        ("subject", "number", "applications", "accounts", "before", "after", "outcome", "reason"), "x"
    )
    for language in ("nl", "fr", "de", "en"):
        with translation.override(language):
            for sentence in SENTENCES.values():
                assert str(sentence) % words
