"""The management home (H1, L5, U6): which enterprise, then which role there."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access_admins.enums import ChiefKind, Procedure
from access_admins.models import ChiefRole
from enterprises.models import Enterprise
from identity.actor import portal_actor
from identity.enums import Means
from identity.models import Person
from tests import cast, delegating
from tests.conftest import LogIn
from users.enums import AccountType
from users.models import Account

pytestmark = pytest.mark.django_db
HOME = "/nl/home"


def text_of(client: Client, address: str = HOME) -> str:
    """The words of a page's content, without markup."""
    page = client.get(address).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("&#x27;", "'").split())


def make_enterprises(count: int, insz: str, *, start: int = 0) -> None:
    """Put many enterprises into CSAM, of all of which one person is co-chief."""
    portal, now = portal_actor().person, timezone.now()
    made = Enterprise.objects.bulk_create(
        Enterprise(
            number=f"1{place:09}", name=f"Kantoor {place:04} Élan", read_at=now, activated_at=now, activated_by=portal
        )
        for place in range(start, start + count)
    )
    person = delegating.person(insz)
    ChiefRole.objects.bulk_create(
        ChiefRole(
            enterprise=one, person=person, kind=ChiefKind.CO, email="a@example.be", procedure=Procedure.DELEGATED,
            started_at=now, started_by=portal,
        )
        for one in made
    )  # fmt: skip


def test_H1_one_enterprise_alone_leads_straight_to_it(log_in: LogIn) -> None:
    there = reverse("enterprise", args=[delegating.enterprise(cast.BRASSERIE).public_id])
    assert log_in(cast.MARIE).get(HOME)["Location"] == there


def test_H1_without_a_role_nobody_is_named(log_in: LogIn) -> None:
    text = text_of(log_in(cast.EMMA))
    assert "U hebt nog in geen enkele onderneming een rol." in text
    assert "Karim" not in text


def test_H1_several_enterprises_are_listed_by_name_without_those_of_others(log_in: LogIn) -> None:
    delegating.co_chief(cast.TRANSPORT, cast.MARIE)
    text = text_of(log_in(cast.MARIE))
    assert "Kies de onderneming of de organisatie" in text
    assert text.index("Brasserie du Canal SRL") < text.index("Transport Müller GmbH")
    assert "Groot Personeel" not in text


def test_H1_roles_are_links_with_the_old_terms_beside_the_new(log_in: LogIn) -> None:
    place = delegating.capacity(cast.BRASSERIE, "finance-enterprise")
    page = log_in(cast.MARIE).get(reverse("enterprise", args=[place.enterprise.public_id])).content.decode()
    assert "(Verantwoordelijke Toegangen Entiteit)" in page
    assert f'href="{reverse("enterprise-management", args=[place.enterprise.public_id])}"' in page
    assert f'href="{reverse("capacity", args=[place.enterprise.public_id, place.public_id])}"' in page
    # Of Werkgever RSZ somebody else is access manager.
    capacities = place.enterprise.capacities.filter(retired_at=None).count()
    assert page.count("(Lokale Beheerder)") == capacities - 1


def test_H1_a_user_is_led_to_own_access(log_in: LogIn) -> None:
    enterprise = delegating.enterprise(cast.BRASSERIE)
    page = log_in(cast.NOOR).get(reverse("enterprise", args=[enterprise.public_id])).content.decode()
    assert f'href="{reverse("enterprise-access", args=[enterprise.public_id])}#capacity-' in page
    assert "(Verantwoordelijke" not in page


def test_H1_home_and_help_are_at_hand(log_in: LogIn) -> None:
    place = delegating.capacity(cast.BRASSERIE)
    client = log_in(cast.MARIE)
    for route, arguments in {
        "enterprise": [place.enterprise.public_id],
        "enterprise-management": [place.enterprise.public_id],
        "capacity": [place.enterprise.public_id, place.public_id],
    }.items():
        page = client.get(reverse(route, args=arguments)).content.decode()
        assert f'<a href="{HOME}"' in page, route
        assert f'<a href="{reverse("help")}"' in page, route


def test_H1_the_quality_is_asked_only_of_who_has_several(log_in: LogIn) -> None:
    """Noor is user of Werkgever RSZ in two enterprises, then of another kind too."""
    delegating.account(cast.GROOT, cast.NOOR)
    client = log_in(cast.NOOR)
    question = "In welke hoedanigheid wenst u zich aan te melden?"
    assert question not in text_of(client)
    delegating.account(cast.GROOT, cast.NOOR, of_kind="finance-enterprise")
    assert question in text_of(client)
    assert "Brasserie" not in text_of(client, HOME + "?quality=finance-enterprise")
    assert "Groot Personeel" in text_of(client, HOME + "?quality=finance-enterprise")
    assert "Brasserie" in text_of(client, HOME + "?quality=employer-rsz")


@pytest.mark.parametrize(
    "typed", ["elan 0007", "KANTOOR 0007", "1000.000.007", "1000000007", "kantoor élan 0007", "0007"]
)
def test_H1_a_name_or_number_is_found_as_people_type_it(log_in: LogIn, typed: str) -> None:
    make_enterprises(30, cast.MARIE)
    text = text_of(log_in(cast.MARIE), f"{HOME}?search={typed}")
    assert "Kantoor 0007" in text
    assert "Kantoor 0008" not in text


def test_H1_what_is_not_there_says_so(log_in: LogIn) -> None:
    make_enterprises(30, cast.MARIE)
    client = log_in(cast.MARIE)
    assert "Geen onderneming gevonden" in text_of(client, HOME + "?search=zzz")
    # Somebody else's enterprise is not found either.
    assert "Geen onderneming gevonden" in text_of(client, HOME + "?search=transport")


def walk(client: Client, rel: str, address: str) -> list[list[str]]:
    """Follow the links of a long list; return the numbers of each page."""
    pages = []
    while address:
        page = client.get(address).content.decode()
        pages.append(re.findall(r'number">(\d{4}\.\d{3}\.\d{3})<', page[page.index("<main") :]))
        link = re.search(rf'rel="{rel}" href="([^"]+)"', page)
        address = HOME + link[1].replace("&amp;", "&") if link else ""
    return pages


def test_H1_a_long_list_can_be_walked_to_its_end_and_back(log_in: LogIn) -> None:
    make_enterprises(60, cast.MARIE)
    client = log_in(cast.MARIE)
    forth = walk(client, "next", HOME)
    assert [len(page) for page in forth] == [25, 25, 11]
    assert len({number for page in forth for number in page}) == 61
    page = client.get(HOME).content.decode()
    for _ in range(2):
        after = re.search(r'rel="next" href="([^"]+)"', page)
        assert after
        page = client.get(HOME + after[1].replace("&amp;", "&")).content.decode()
    before = re.search(r'rel="prev" href="([^"]+)"', page)
    assert before
    assert walk(client, "prev", HOME + before[1].replace("&amp;", "&")) == [forth[1], forth[0]]


@pytest.mark.parametrize("cursor", ["", "x", "00000000-0000-0000-0000-000000000000", "%2e"])
def test_E7_a_cursor_that_is_none_shows_the_first_page(log_in: LogIn, cursor: str) -> None:
    make_enterprises(30, cast.MARIE)
    assert "Brasserie" in text_of(log_in(cast.MARIE), f"{HOME}?after={cursor}")


def test_H1_the_number_of_queries_does_not_grow(log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    counts = []
    for start, more in ((0, 2), (2, 300)):
        make_enterprises(more, cast.MARIE, start=start)
        client.get(HOME)
        with CaptureQueriesContext(connection) as queries:
            client.get(HOME)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_L3_means_of_an_enterprise_open_that_one_alone(log_in: LogIn) -> None:
    elsewhere = delegating.co_chief(cast.TRANSPORT, cast.MARIE).enterprise
    Person.objects.filter(insz=cast.MARIE).update(vouched_by=elsewhere.public_id)
    client = log_in(cast.MARIE, Means.TOKEN)
    assert client.get(HOME)["Location"] == reverse("enterprise", args=[elsewhere.public_id])
    assert client.get(reverse("enterprise", args=[delegating.enterprise(cast.BRASSERIE).public_id])).status_code == 404


def test_U6_who_is_blocked_reads_whom_to_ask(log_in: LogIn) -> None:
    Account.objects.filter(person__insz=cast.NOOR).update(blocked_at=timezone.now(), blocked_by=portal_actor().person)
    text = text_of(log_in(cast.NOOR), reverse("enterprise", args=[delegating.enterprise(cast.BRASSERIE).public_id]))
    assert "Vraag het aan Marie Dubois" in text
    assert "Geblokkeerd" in text
    delegating.account(cast.GROOT, cast.NOOR, blocked=True)
    assert "Al uw accounts zijn geblokkeerd" in text_of(log_in(cast.NOOR))
    delegating.account(cast.GROOT, cast.NOOR, of_kind="finance-enterprise")
    assert "Al uw accounts zijn geblokkeerd" not in text_of(log_in(cast.NOOR))


def test_U6_the_appointment_stays_open_to_a_blocked_representative(log_in: LogIn) -> None:
    delegating.account(cast.GROOT, cast.LUC, AccountType.CO_LB, blocked=True)
    client = log_in(cast.LUC)
    groot = delegating.capacity(cast.GROOT)
    assert client.get(reverse("capacity", args=[groot.enterprise.public_id, groot.public_id])).status_code == 403
    assert client.get(reverse("appoint-standard")).status_code == 200


def test_U6_a_blocked_account_is_refused_at_the_next_request(log_in: LogIn) -> None:
    """A session that was opened before the block gives nothing any more."""
    client = log_in(cast.THOMAS)
    place = delegating.capacity(cast.BRASSERIE)
    address = reverse("capacity", args=[place.enterprise.public_id, place.public_id])
    assert client.get(address).status_code == 200
    Account.objects.filter(person__insz=cast.THOMAS).update(blocked_at=timezone.now(), blocked_by=portal_actor().person)
    response = client.get(address)
    assert response.status_code == 403
    assert "geblokkeerd" in response.content.decode()


def test_E2_a_role_that_ended_opens_nothing_at_the_next_request(log_in: LogIn) -> None:
    client, enterprise = log_in(cast.BART), delegating.enterprise(cast.BRASSERIE)
    address = reverse("enterprise-management", args=[enterprise.public_id])
    assert client.get(address).status_code == 200
    ChiefRole.objects.filter(person__insz=cast.BART).update(ended_at=timezone.now(), ended_by=portal_actor().person)
    assert client.get(address).status_code == 404


def test_E2_an_account_in_a_retired_capacity_is_no_tie(log_in: LogIn) -> None:
    """A role that outlives its capacity opens nothing."""
    client, place = log_in(cast.THOMAS), delegating.capacity(cast.BRASSERIE)
    place.retired_at, place.retired_by = timezone.now(), portal_actor().person
    place.save()
    assert client.get(reverse("enterprise", args=[place.enterprise.public_id])).status_code == 404
    assert client.get(reverse("capacity", args=[place.enterprise.public_id, place.public_id])).status_code == 404
