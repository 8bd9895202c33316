"""BEHAVIOUR U1: the users of a capacity, filtered, sorted, page by page; E1 and E4 as far as the list is concerned."""

import itertools
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from audit.models import Reading
from enterprises.models import Application, Capacity
from formats.names import user_name_key
from identity.models import Person
from identity.people import person_of
from tests import bulk, cast
from tests.conftest import LogIn
from users import list_references
from users.accounts import new_account
from users.enums import AccountStatus, AccountType
from users.listing import Filter, accounts_matching, conditions_of
from users.models import Account, BulkRun, Grant, ListReference
from users.paging import PAGE_SIZE, SORTS, Place, Sort, page_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def capacity(db: None) -> Capacity:
    return Capacity.objects.select_related("enterprise", "kind__domain").get(
        enterprise__number=cast.BRASSERIE, kind__code="employer-rsz"
    )


@pytest.fixture
def large(db: None) -> Capacity:
    """Groot Personeel's, with 251 accounts."""
    return Capacity.objects.select_related("enterprise", "kind__domain").get(
        enterprise__number=cast.GROOT, kind__code="employer-rsz"
    )


def address(capacity: Capacity, route: str = "users") -> str:
    with translation.override("nl"):
        place = {"enterprise_id": capacity.enterprise.public_id, "capacity_id": capacity.public_id}
        return reverse(route, kwargs=place)


# Nobody in the demo world was born on these days.
_NUMBERS = itertools.count(1)


def add(
    capacity: Capacity,
    last_name: str,
    first_names: str = "Jan",
    *,
    user_name: str = "",
    kind: AccountType = AccountType.USER,
    blocked: bool = False,
) -> Account:
    """Add somebody to a capacity."""
    number = next(_NUMBERS)
    body = f"8501{1 + number // 900:02}{number % 900 + 1:03}"
    insz = f"{body}{97 - int(body) % 97:02}"
    person = person_of(insz=insz, last_name=last_name, first_names=first_names, language="nl")
    if user_name:
        person.user_name, person.user_name_key = user_name, user_name_key(user_name)
        person.save()
    account = new_account(capacity, person, kind, by=Person.objects.portal(), now=timezone.now(), blocked=blocked)
    account.save()
    return account


def found(capacity: Capacity, **wanted: str) -> set[str]:
    """Return the last names that a filter finds."""
    accounts = accounts_matching(capacity, Filter(**wanted))
    return set(accounts.values_list("person__last_name", flat=True))


# --- What the filters find --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["de smet", "DE SMET", "De Smét", "smet", "SMÉ", "de  smet"])
def test_U1_accents_and_capitals_do_not_matter_and_three_letters_are_found_anywhere(
    capacity: Capacity, typed: str
) -> None:
    add(capacity, "De Smet")
    assert found(capacity, name=typed) == {"De Smet"}


@pytest.mark.parametrize(("typed", "is_found"), [("z", True), ("zw", True), ("wa", False), ("w", False), ("wae", True)])
def test_U1_fewer_letters_are_found_at_the_beginning_only(capacity: Capacity, typed: str, is_found: bool) -> None:
    add(capacity, "Zwaenepoel")
    assert ("Zwaenepoel" in found(capacity, name=typed)) is is_found


@pytest.mark.parametrize("typed", ["%", "_", "%%%", "a%b", "a_c", "\\", "ab%", "___", "%aes"])
def test_U1_wildcards_are_letters_like_others(capacity: Capacity, typed: str) -> None:
    add(capacity, "Abc")
    add(capacity, "Maes")
    assert found(capacity, name=typed) == set()


def test_U1_a_name_with_wildcards_is_found_by_them(capacity: Capacity) -> None:
    add(capacity, "100%_zeker")
    assert found(capacity, name="0%_z") == set(), "two letters alone are found at the beginning only"
    assert found(capacity, name="00%_zek") == {"100%_zeker"}


def test_U1_user_names_are_found_however_they_are_written(capacity: Capacity) -> None:
    add(capacity, "Een", user_name="Jan.Peeters10")
    assert found(capacity, user_name="JAN.PEETERS1O") == {"Een"}
    assert found(capacity, user_name="peet") == {"Een"}


def test_U1_a_whole_number_or_a_part_of_it_is_found(capacity: Capacity) -> None:
    insz = add(capacity, "Nummer").insz
    assert found(capacity, insz=insz) == {"Nummer"}
    assert "Nummer" in found(capacity, insz=insz[:2])
    assert "Nummer" in found(capacity, insz=insz[4:9])
    assert found(capacity, insz="00000000000") == set()


def test_U1_type_status_and_application(capacity: Capacity) -> None:
    add(capacity, "Mede", kind=AccountType.CO_LB)
    add(capacity, "Dicht", blocked=True)
    assert "Mede" in found(capacity, type="CO")
    assert "Dicht" not in found(capacity, type="CO")
    assert "Dicht" in found(capacity, status=AccountStatus.BLOCKED)
    assert "Mede" not in found(capacity, status=AccountStatus.BLOCKED)
    assert "Mede" in found(capacity, status=AccountStatus.ACTIVE)
    assert found(capacity, application="dmfa") == {"Vermeulen"}
    assert found(capacity, application="of-another-kind") == set()
    assert found(capacity, type="BOSS") == set()


def test_U1_any_combination_narrows(capacity: Capacity) -> None:
    add(capacity, "De Smet", "Anna", blocked=True)
    add(capacity, "De Smet", "Anna")
    add(capacity, "De Smet", "Bert", blocked=True)
    both = accounts_matching(capacity, Filter(name="smet", first_name="anna", status="blocked", type="USER"))
    assert both.count() == 1


def test_U1_the_ended_and_other_capacities_are_not_there(capacity: Capacity, large: Capacity) -> None:
    gone = add(capacity, "Vertrokken")
    gone.ended_at, gone.ended_by = timezone.now(), Person.objects.portal()
    gone.save()
    add(large, "Elders")
    assert not found(capacity) & {"Vertrokken", "Elders"}


def test_U1_a_change_of_name_is_found_at_once(capacity: Capacity) -> None:
    account = add(capacity, "Janssens")
    person_of(insz=account.insz, last_name="Çelik", first_names="Jan", language="nl")
    assert found(capacity, name="celik") == {"Çelik"}


def test_a_grant_stands_in_the_capacity_of_its_account() -> None:
    """The filter by application goes by the grant's own capacity."""
    assert Grant.objects.exists()
    assert not Grant.objects.exclude(capacity=F("account__capacity")).exists()


# --- Pages ------------------------------------------------------------------------------------------------------------------


def walk(capacity: Capacity, sort: Sort) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the pages of the whole list, forwards."""
    place = Place()
    while True:
        page = page_at(capacity, {}, sort, place, ("public_id", *sort.keys))
        if not page.rows:
            return
        yield list(page.rows)
        if not page.has_next:
            return
        place = Place(page.rows[-1][0])


@pytest.mark.parametrize("column", SORTS)
@pytest.mark.parametrize("is_descending", [False, True])
def test_U1_every_order_shows_every_row_once_and_in_order(large: Capacity, column: str, is_descending: bool) -> None:
    sort = Sort(column, is_descending)
    rows = [row for page in walk(large, sort) for row in page]
    assert len(rows) == len({row[0] for row in rows}) == accounts_matching(large, Filter()).count()
    keys = [row[1:] for row in rows]
    assert keys == sorted(keys, reverse=is_descending)


def test_U1_back_is_the_same_way(large: Capacity) -> None:
    sort = Sort("first-name", is_descending=True)
    pages = list(walk(large, sort))
    place = Place(pages[-1][0][0], is_before=True)
    back: list[list[tuple[Any, ...]]] = []
    while True:
        page = page_at(large, {}, sort, place, ("public_id", *sort.keys))
        back.insert(0, list(page.rows))
        if not page.has_previous:
            break
        place = Place(page.rows[0][0], is_before=True)
    assert back == pages[:-1]


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.text("abcxyz ", max_size=4), st.text("abc", min_size=1, max_size=2)),
        st.tuples(st.just("end"), st.integers(0, 60)),
    ),
    max_size=4,
)


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    column=st.sampled_from(sorted(SORTS)),
    is_descending=st.booleans(),
    changes=st.lists(CHANGES, min_size=6, max_size=6),
)
def test_U1_rows_that_stay_are_shown_once_while_others_come_and_go(
    large: Capacity, column: str, is_descending: bool, changes: list[list[tuple[Any, ...]]]
) -> None:
    """Between any two pages rows are added and ended, the very row from which the way goes on too; forward, then back."""
    sort, wanted = Sort(column, is_descending), Filter(name="er")
    left = iter(changes)

    def live() -> set[Any]:
        return set(accounts_matching(large, wanted).values_list("public_id", flat=True))

    def change(shown: list[Any]) -> None:
        for what, *how in next(left, []):
            if what == "add":
                add(large, f"Er{how[0]}", how[1])
            else:
                gone = shown[-1 - how[0] % len(shown)]
                Account.objects.filter(public_id=gone).update(ended_at=timezone.now(), ended_by=Person.objects.portal())

    def go(place: Place) -> tuple[set[Any], Any]:
        """Go on from a place to the end of the list; return what was shown, each once, and the last row."""
        seen: list[Any] = []
        while True:
            page = page_at(large, conditions_of(large, wanted), sort, place, ("public_id",))
            shown = [row[0] for row in page.rows]
            seen += shown
            if not shown or not (page.has_previous if place.is_before else page.has_next):
                assert len(seen) == len(set(seen)), "a row was shown twice"
                return set(seen), seen[-1] if seen else place.row
            change(shown)
            place = Place(shown[0] if place.is_before else shown[-1], is_before=place.is_before)

    with transaction.atomic():
        before = live()
        seen, last = go(Place())
        assert before & live() <= seen, "a row that was there all along was not shown"
        before = live()
        seen, _last = go(Place(last, is_before=True))
        assert (before & live()) - {last} <= seen, "a row that was there all along was not shown on the way back"
        transaction.set_rollback(True)


def test_U1_the_place_is_read_by_its_id_in_this_capacity_alone(capacity: Capacity, large: Capacity) -> None:
    elsewhere = accounts_matching(large, Filter()).first()
    assert elsewhere is not None
    start = page_at(capacity, {}, Sort(), Place(), ("public_id",))
    assert page_at(capacity, {}, Sort(), Place(elsewhere.public_id), ("public_id",)) == start
    assert page_at(capacity, {}, Sort(), Place(uuid.uuid4()), ("public_id",)) == start


# --- The page ---------------------------------------------------------------------------------------------------------------


def search(client: Client, capacity: Capacity, **typed: str) -> str:
    """Search as the form does; return the address it leads to."""
    response = client.post(address(capacity), typed)
    assert response.status_code == 302
    return str(response["Location"])


def names(html: str) -> list[str]:
    return re.findall(r'scope="row"[^>]*>([^<]*)<', html)


def test_U1_the_screen_has_the_guides_words(log_in: LogIn, capacity: Capacity) -> None:
    html = log_in(cast.THOMAS).get(address(capacity)).content.decode()
    words = [
        "De lijst van de gebruikers tonen op basis van de volgende criteria", "Naam", "Voornaam", "Gebruikersnaam", "Type",
        "INSZ", "Status", "Beveiligde toepassingen", "Zoeken", "4 items gevonden.", "Pagina 1", "Actie",
    ]  # fmt: skip
    assert [word for word in words if word not in html] == []
    assert [text for text in ("LB", "Co-LB", "USER", "Actief", "Geblokkeerd") if f">{text}<" not in html] == []


def test_E4_no_name_and_no_number_stands_in_an_address(
    log_in: LogIn, capacity: Capacity, capfd: pytest.CaptureFixture[str]
) -> None:
    """E4: what was typed leads to a reference; every link of the list holds ids alone; logs hold the route's name."""
    add(capacity, "Geheimnaam", user_name="ongezien")
    client = log_in(cast.THOMAS)
    typed = {"name": "Geheimnaam", "first_name": "Jan", "user_name": "ongezien", "insz": "850101", "type": "USER"}
    led_to = search(client, capacity, **typed)
    html = client.get(led_to).content.decode()
    assert names(html) == ["Geheimnaam"]
    addresses = [led_to, *re.findall(r'(?:href|action|formaction)="([^"]*)"', html)]
    written = " ".join(addresses).casefold() + "".join(capfd.readouterr()).casefold()
    assert [value for value in ("geheim", "ongezien", "850101") if value in written] == []
    assert "type=USER" in led_to
    assert "<title>Gebruikers - CSAM</title>" in html


def test_U1_the_reference_is_one_sessions_alone(log_in: LogIn, capacity: Capacity, large: Capacity) -> None:
    client = log_in(cast.MARIE)
    led_to = search(client, capacity, name="verm")
    assert names(client.get(led_to).content.decode()) == ["Vermeulen"]
    for other in (log_in(cast.MARIE), log_in(cast.THOMAS)):
        answer = other.get(led_to, follow=True)
        assert "Deze zoekopdracht wordt niet meer bewaard" in answer.content.decode()
        assert len(names(answer.content.decode())) == 4
    reference = led_to.split("f=")[1]
    there = log_in(cast.SOPHIE).get(f"{address(large)}?f={reference}", follow=True)
    assert "Deze zoekopdracht wordt niet meer bewaard" in there.content.decode()


def test_U1_a_reference_is_forgotten(log_in: LogIn, capacity: Capacity) -> None:
    client = log_in(cast.THOMAS)
    led_to = search(client, capacity, name="verm")
    assert list_references.forget_old() == 0
    ListReference.objects.update(expires_at=timezone.now())
    assert "niet meer bewaard" in client.get(led_to, follow=True).content.decode()
    assert list_references.forget_old() == 1
    assert not ListReference.objects.exists()


@pytest.mark.parametrize("made_up", ["x", "0", str(uuid.UUID(int=0)), "é", "'"])
def test_E7_a_made_up_reference_shows_no_one_else(log_in: LogIn, capacity: Capacity, made_up: str) -> None:
    answer = log_in(cast.THOMAS).get(address(capacity), {"f": made_up}, follow=True)
    assert answer.status_code == 200
    assert "niet meer bewaard" in answer.content.decode()


def test_U1_the_filter_is_there_when_coming_back(log_in: LogIn, capacity: Capacity) -> None:
    client = log_in(cast.THOMAS)
    led_to = search(client, capacity, name="verm", type="USER")
    back = client.get(address(capacity))
    assert (back.status_code, back["Location"]) == (302, led_to)
    html = client.get(led_to).content.decode()
    assert 'value="verm"' in html
    assert re.search(r'<option value="USER" selected>', html)
    assert search(client, capacity, clear="on", name="verm") == address(capacity)
    assert len(names(client.get(address(capacity)).content.decode())) == 4


def test_U1_an_order_stays_with_the_filter(log_in: LogIn, capacity: Capacity) -> None:
    client = log_in(cast.THOMAS)
    led_to = client.post(f"{address(capacity)}?sort=-insz", {"type": "USER"})["Location"]
    assert led_to == f"{address(capacity)}?type=USER&sort=-insz"
    html = client.get(led_to).content.decode()
    assert html.count("aria-sort=") == 1
    assert 'aria-sort="descending"><a class="sort" href="?type=USER&amp;sort=insz">INSZ' in html.replace(
        address(capacity), ""
    )


@pytest.mark.parametrize("typed", ["abc", "123456789012", "85-01-0x"])
def test_U1_what_cannot_be_a_part_of_a_number_is_said_at_its_field(
    log_in: LogIn, capacity: Capacity, typed: str
) -> None:
    answer = log_in(cast.THOMAS).post(address(capacity), {"insz": typed, "name": "Verm"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Fout: Gebruikers - CSAM</title>" in html
    assert 'href="#id_insz"' in html
    assert 'value="Verm"' in html


def test_E7_a_name_is_text_and_never_markup(log_in: LogIn, capacity: Capacity) -> None:
    """The rows are filled in without the template engine, which would escape by itself."""
    person = Account.objects.filter(capacity=capacity, type=AccountType.USER, ended_at=None)[0].person
    person.last_name, person.first_names = '<b id="x">\'&{insz}', "{0} {number} %s"
    person.save()
    html = log_in(cast.THOMAS).get(address(capacity)).content.decode()
    assert html.count("&lt;b id=&quot;x&quot;&gt;&#x27;&amp;{insz}") >= 2
    assert "{0} {number} %s" in html
    assert "<b id=" not in html


def test_E7_a_filter_of_two_lines_comes_back_in_one(log_in: LogIn, capacity: Capacity) -> None:
    client = log_in(cast.THOMAS)
    assert 'value="ab cd"' in client.get(search(client, capacity, name="ab\r\ncd")).content.decode()


def test_U1_nobody_found_says_what_to_do(log_in: LogIn, capacity: Capacity) -> None:
    client = log_in(cast.THOMAS)
    html = client.get(search(client, capacity, name="niemand")).content.decode()
    assert "Geen items gevonden." in html
    assert "Niemand voldoet aan deze zoekopdracht" in html


def test_U1_one_and_many_are_counted(
    log_in: LogIn, capacity: Capacity, large: Capacity, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = log_in(cast.MARIE)
    assert "Eén item gevonden." in client.get(search(client, capacity, name="verm")).content.decode()
    monkeypatch.setattr("users.list_page.MOST_COUNTED", 100)
    sophie = log_in(cast.SOPHIE)
    assert "Meer dan 100 items gevonden." in sophie.get(address(large)).content.decode()
    assert "Meer dan 100 items gevonden." in sophie.get(address(large), {"type": "USER"}).content.decode()


def test_U1_pages_lead_on_and_back(log_in: LogIn, large: Capacity) -> None:
    client = log_in(cast.SOPHIE)
    first = client.get(address(large), {"type": "USER"}).content.decode()
    assert len(names(first)) == PAGE_SIZE
    assert "Vorige pagina" not in first
    onward = re.search(r'formaction="([^"]*after=[^"]*)"', first)
    assert onward is not None
    second_address = client.post(onward[1].replace("&amp;", "&"))["Location"]
    second = client.get(second_address).content.decode()
    assert "Pagina 2" in second
    assert 'name="account" value="' in second
    back = re.search(r'formaction="([^"]*before=[^"]*)"', second)
    assert back is not None
    again = client.get(client.post(back[1].replace("&amp;", "&"))["Location"]).content.decode()
    assert names(again) == names(first)
    assert "Pagina 1" in again


def test_U4_ticks_stay_from_page_to_page(log_in: LogIn, large: Capacity) -> None:
    """U4: rows are ticked across pages; they stand on the page they belong to, and go along from the others."""
    client = log_in(cast.SOPHIE)
    html = client.get(address(large), {"type": "USER"}).content.decode()
    ids = re.findall(r'type="checkbox" name="account" value="([^"]*)"', html)
    onward = re.search(r'formaction="([^"]*after=[^"]*)"', html)
    assert onward is not None
    led_to = client.post(onward[1].replace("&amp;", "&"), {"account": ids[:2]})["Location"]
    assert not [one for one in ids[:2] if one in led_to]
    second = client.get(led_to).content.decode()
    hidden = re.findall(r'type="hidden" name="account" value="([^"]*)"', second)
    assert sorted(hidden) == sorted(ids[:2])
    back = re.search(r'formaction="([^"]*before=[^"]*)"', second)
    assert back is not None
    more = re.findall(r'type="checkbox" name="account" value="([^"]*)"', second)[:1]
    first = client.get(
        client.post(back[1].replace("&amp;", "&"), {"account": [*hidden, *more]})["Location"]
    ).content.decode()
    assert len(re.findall(r'<input class="govuk-checkboxes__input" type="checkbox"[^>]* checked>', first)) == 2
    assert re.findall(r'type="hidden" name="account" value="([^"]*)"', first) == more
    reference = ListReference.objects.latest("pk")
    cleared = client.post(f"{address(large, 'users-ticks')}?f={reference.public_id}", {"account": ids, "clear": "on"})
    assert "f=" not in cleared["Location"]


def test_U4_ticks_serve_one_act_and_stay_only_where_it_was_cancelled(log_in: LogIn, capacity: Capacity) -> None:
    client = log_in(cast.THOMAS)
    ids = [str(add(capacity, name).public_id) for name in ("Abc", "Abd")]
    ticked = client.post(address(capacity, "users-ticks") + "?type=USER", {"account": ids})["Location"]
    query = ticked.partition("?")[2]
    bulk_address = f"{address(capacity, 'users-bulk')}?{query}"

    def kept(led_to: str) -> int:
        page = client.get(led_to, follow=True).content.decode()
        shown = re.findall(r'<input class="govuk-checkboxes__input" type="checkbox"[^>]* checked>', page)
        return len(shown) + len(re.findall(r'type="hidden" name="account"', page))

    check = client.post(bulk_address, {"act": "block", "account": ids})["Location"]
    assert kept(client.post(check, {"cancel": "on"})["Location"]) == 2
    check = client.post(bulk_address, {"act": "block", "account": ids})["Location"]
    bulk.confirm(client, check)
    back = BulkRun.objects.latest("pk").list_query
    assert "type=USER" in back
    assert kept(address(capacity) + back) == 0
    assert kept(address(capacity)) == 0, "nor in the search that the list remembers"


def test_U4_more_ticks_than_can_be_kept_are_refused(log_in: LogIn, capacity: Capacity) -> None:
    ids = [str(uuid.uuid4()) for _ in range(list_references.MOST_TICKED + 1)]
    answer = log_in(cast.THOMAS).post(address(capacity, "users-ticks"), {"account": [*ids, "nonsense"]})
    assert answer.status_code == 422
    assert "kies ze allemaal" in answer.content.decode()


def test_E1_a_page_with_numbers_leaves_one_reading(log_in: LogIn, capacity: Capacity) -> None:
    client = log_in(cast.THOMAS)
    client.get(address(capacity))
    reading = Reading.objects.latest("pk")
    thomas = Person.objects.get(insz=cast.THOMAS)
    assert (reading.actor, reading.page, reading.count) == (str(thomas.public_id), "users", 4)
    assert (reading.enterprise, reading.capacity) == (str(capacity.enterprise.public_id), str(capacity.public_id))
    before = Reading.objects.count()
    client.get(search(client, capacity, name="niemand"))
    assert Reading.objects.count() == before


@pytest.mark.parametrize(
    "query", ["sort=nonsense", "after=x", "before=", "page=-1", "page=9999999999999", "type=BOSS&status=x", "sort=-"]
)
def test_E7_a_query_that_makes_no_sense_is_left_out(log_in: LogIn, capacity: Capacity, query: str) -> None:
    assert log_in(cast.THOMAS).get(f"{address(capacity)}?{query}").status_code == 200


def test_the_first_page_asks_six_statements(log_in: LogIn, large: Capacity) -> None:
    client = log_in(cast.SOPHIE)
    client.get(address(large))
    with CaptureQueriesContext(connection) as queries:
        client.get(address(large))
    assert len(queries) <= 6


def test_U6_a_blocked_manager_sees_no_list(log_in: LogIn, capacity: Capacity) -> None:
    client = log_in(cast.THOMAS)
    assert client.get(address(capacity)).status_code == 200
    Account.objects.filter(capacity=capacity, type=AccountType.LB, ended_at=None).update(
        blocked_at=timezone.now(), blocked_by=Person.objects.portal()
    )
    assert client.get(address(capacity)).status_code == 403


def test_a_list_of_many_applications_is_filtered_by_a_retired_one_too(log_in: LogIn, capacity: Capacity) -> None:
    """Who holds a retired application keeps it, and is found by it."""
    Application.objects.filter(kind=capacity.kind, code="dmfa").update(
        retired_at=timezone.now(), retired_by=Person.objects.portal()
    )
    html = log_in(cast.THOMAS).get(address(capacity), {"application": "dmfa"}).content.decode()
    assert names(html) == ["Vermeulen"]
