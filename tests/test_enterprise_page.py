"""The chief's page of an enterprise (H2), professional data (H8), details of a capacity (U0), own access (U8)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access_admins import hooks
from access_admins.models import ChiefRole, Departure, RegisterNotice, Review
from access_admins.register_look import look_into_register
from audit.models import Event
from enterprises.enums import IdentifiedBy
from enterprises.models import Capacity, CapacityKind, Employment, Enterprise, RegisterNumber
from identity.actor import portal_actor
from identity.models import Person
from tests import cast, delegating
from tests.conftest import LogIn
from users.accounts import new_account
from users.enums import AccountType
from users.models import Account

pytestmark = pytest.mark.django_db


def of_enterprise(route: str, number: str = cast.BRASSERIE) -> str:
    return reverse(route, args=[delegating.enterprise(number).public_id])


def of_capacity(route: str, number: str = cast.BRASSERIE) -> str:
    place = delegating.capacity(number)
    return reverse(route, args=[place.enterprise.public_id, place.public_id])


def text_of(client: Client, address: str) -> str:
    """The words of a page's content, without markup."""
    page = client.get(address).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_H2_the_enterprise_and_its_capacities_with_who_administers_them(log_in: LogIn) -> None:
    text = text_of(log_in(cast.MARIE), of_enterprise("enterprise-management"))
    for words in (
        "Verantwoordelijke voor de Toegangen", "Benaming", "Brasserie du Canal SRL", "0999.000.228", "Creatiedatum",
        "Lijst van de hoedanigheden", "RSZ Stamnummer: 1999001-21", "Thomas Wouters", "als HTB", "Bart Maes",
        "gegevens betreffende uw beroepsactiviteit", "eigen gegevens",
    ):  # fmt: skip
        assert words in text, words


def test_H2_users_are_counted(log_in: LogIn) -> None:
    page = log_in(cast.SOPHIE).get(of_enterprise("enterprise-management", cast.GROOT)).content.decode()
    assert re.search(r'data-label="Gebruikers">250<', page)


def test_H2_a_co_chief_sees_the_same_and_a_user_does_not(log_in: LogIn) -> None:
    assert "Lijst van de hoedanigheden" in text_of(log_in(cast.BART), of_enterprise("enterprise-management"))
    assert log_in(cast.NOOR).get(of_enterprise("enterprise-management")).status_code == 403


def fill(place: Capacity, people: int) -> None:
    """Put users into a capacity."""
    portal, now = portal_actor().person, timezone.now()
    start = Person.objects.count()
    persons = Person.objects.bulk_create(
        Person(insz=f"{start + number:011}", last_name=f"Naam{number}", first_names="Jo") for number in range(people)
    )
    Account.objects.bulk_create(new_account(place, person, AccountType.USER, by=portal, now=now) for person in persons)


def open_capacities(enterprise: Enterprise, count: int) -> None:
    """Open capacities of one kind, each with the chief as access administrator."""
    portal, now = portal_actor().person, timezone.now()
    kind = CapacityKind.objects.get(code="employer-ppo")
    chief = ChiefRole.objects.get(enterprise=enterprise, kind="HTB", ended_at=None).person
    for place in range(count):
        made = Capacity.objects.create(
            enterprise=enterprise, kind=kind, identification=f"{place:08}", activated_at=now, activated_by=portal
        )
        new_account(made, chief, AccountType.LB, by=portal, now=now, as_htb=True).save()


def test_H2_queries_do_not_grow_with_capacities_and_users(log_in: LogIn) -> None:
    client, enterprise = log_in(cast.MARIE), delegating.enterprise(cast.BRASSERIE)
    address, counts = of_enterprise("enterprise-management"), []
    for capacities, users in ((0, 0), (20, 1200)):
        open_capacities(enterprise, capacities)
        fill(delegating.capacity(cast.BRASSERIE), users)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
    assert re.search(r'data-label="Gebruikers">meer dan 1\.?000<', page)


def test_H2_other_rooms_add_a_column_and_things_to_do(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def contribute(enterprise: Enterprise, capacities: object) -> hooks.Contribution:
        place = delegating.capacity(cast.BRASSERIE)
        return hooks.Contribution("Verzender", {place.pk: "123456"}, [hooks.Task("Een certificaat vervalt", "/x")])

    monkeypatch.setattr(hooks, "_contributors", [contribute])
    page = log_in(cast.MARIE).get(of_enterprise("enterprise-management")).content.decode()
    assert 'data-label="Verzender">123456<' in page
    assert '<a class="govuk-link" href="/x">Een certificaat vervalt</a>' in page


def test_H6_a_new_number_in_the_register_is_something_to_do(log_in: LogIn) -> None:
    RegisterNumber.objects.create(number=cast.BRASSERIE, kind=IdentifiedBy.RSZ, value="199900222")
    client = log_in(cast.MARIE)
    assert "nieuwe hoedanigheid" not in text_of(client, of_enterprise("enterprise-management"))
    look_into_register()
    assert "1 nieuwe hoedanigheid uit het register" in text_of(client, of_enterprise("enterprise-management"))


def test_S7_who_left_by_the_register_is_to_review_and_keeps_everything(log_in: LogIn) -> None:
    Employment.objects.filter(number=cast.BRASSERIE, insz=cast.THOMAS).update(
        ends_on=timezone.localdate() - timedelta(days=1)
    )
    look_into_register()
    client = log_in(cast.MARIE)
    text = text_of(client, of_enterprise("enterprise-management"))
    assert "Thomas Wouters uit dienst" in text
    assert "1 persoon met toegang werkt volgens het register niet meer voor de onderneming" in text
    assert "Thomas Wouters" in text_of(client, of_enterprise("reviews"))
    assert log_in(cast.THOMAS).get(of_capacity("capacity")).status_code == 200
    # Back at work: nothing is left of it.
    Employment.objects.filter(number=cast.BRASSERIE, insz=cast.THOMAS).update(ends_on=None)
    look_into_register()
    assert not Departure.objects.exists()


def test_S7_who_never_belonged_to_the_enterprise_has_not_left_it() -> None:
    """An accountant from outside, whom the access administrator knows (H7), is nobody who left."""
    delegating.account(cast.BRASSERIE, cast.EMMA)
    look_into_register()
    assert not Departure.objects.filter(enterprise__number=cast.BRASSERIE).exists()


def test_S7_a_departure_ends_with_the_last_role(log_in: LogIn) -> None:
    noor = Account.objects.get(person__insz=cast.NOOR)
    Departure.objects.create(
        enterprise=noor.capacity.enterprise, person=noor.person, left_on=timezone.localdate() - timedelta(days=3)
    )
    client = log_in(cast.MARIE)
    assert "Noor Vermeulen" in text_of(client, of_enterprise("reviews"))
    Account.objects.filter(pk=noor.pk).update(ended_at=timezone.now(), ended_by=portal_actor().person)
    assert "Noor Vermeulen" not in text_of(client, of_enterprise("reviews"))


def test_H2_reviews_are_something_to_do(log_in: LogIn) -> None:
    thomas = Account.objects.get(person__insz=cast.THOMAS)
    Review.objects.create(enterprise=thomas.capacity.enterprise, account=thomas, opened_at=timezone.now())
    text = text_of(log_in(cast.MARIE), of_enterprise("enterprise-management"))
    assert "1 persoon nakijken die de vorige Hoofdtoegangsbeheerder aanstelde" in text
    assert "Thomas Wouters na te kijken" in text


def test_H2_the_page_does_not_wait_for_the_register(log_in: LogIn) -> None:
    assert not RegisterNotice.objects.filter(enterprise__number=cast.BRASSERIE, new_capacities__gt=0).exists()
    with CaptureQueriesContext(connection) as queries:
        log_in(cast.MARIE).get(of_enterprise("enterprise-management"))
    assert not [query for query in queries if "enterprises_registerenterprise" in query["sql"].lower()]


NEW = {"email": "directie@example.be", "telephone": "0470 12 34 56"}


def test_H8_professional_data_belong_to_the_role_in_this_enterprise(log_in: LogIn) -> None:
    elsewhere = delegating.co_chief(cast.TRANSPORT, cast.MARIE)
    client, address = log_in(cast.MARIE), of_enterprise("professional-data")
    assert 'value="0999000228@example.be"' in client.get(address).content.decode()
    assert client.post(address, NEW).status_code == 302
    role = ChiefRole.objects.get(person__insz=cast.MARIE, enterprise__number=cast.BRASSERIE, ended_at=None)
    assert (role.email, role.telephone) == ("directie@example.be", "+32 470 12 34 56")
    elsewhere.refresh_from_db()
    assert elsewhere.email == "co@example.be"
    event = Event.objects.get(act="chief.contact")
    assert "directie@example.be" not in event.details
    assert client.post(address, NEW).status_code == 302
    assert Event.objects.filter(act="chief.contact").count() == 1


def test_H8_what_cannot_be_reached_is_refused_and_stays(log_in: LogIn) -> None:
    response = log_in(cast.MARIE).post(of_enterprise("professional-data"), {"email": "geen", "telephone": "x"})
    assert response.status_code == 422
    assert 'value="geen"' in response.content.decode()


DETAILS = {"name": "Emma Claes", "email": "rsz@example.be", "telephone": "04 220 00 00", "language": "fr"}


def test_U0_the_details_of_a_capacity_are_changed_by_its_access_manager(log_in: LogIn) -> None:
    client, address = log_in(cast.THOMAS), of_capacity("capacity-details")
    assert "1999001-21" in text_of(client, address)
    assert client.post(address, DETAILS).status_code == 302
    place = delegating.capacity(cast.BRASSERIE)
    assert (place.contact_name, place.contact_email) == ("Emma Claes", "rsz@example.be")
    assert (place.contact_telephone, place.contact_language) == ("+32 4 220 00 00", "fr")
    event = Event.objects.get(act="capacity.edit")
    assert (event.role, event.capacity) == ("TB", str(place.public_id))
    assert "Emma" not in event.details


def test_U0_what_the_register_says_cannot_be_changed(log_in: LogIn) -> None:
    before = delegating.capacity(cast.BRASSERIE)
    log_in(cast.THOMAS).post(
        of_capacity("capacity-details"), {**DETAILS, "identification": "199999999", "kind": "1", "activated_at": "x"}
    )
    after = delegating.capacity(cast.BRASSERIE)
    assert (after.identification, after.kind, after.activated_at) == (
        before.identification, before.kind, before.activated_at,
    )  # fmt: skip


def test_U0_the_start_page_reminds_and_the_menu_leads_there(log_in: LogIn) -> None:
    page = log_in(cast.THOMAS).get(of_capacity("capacity")).content.decode()
    assert page.count(f'href="{of_capacity("capacity-details")}"') == 2
    assert "De details van de hoedanigheid raadplegen of wijzigen" in page


def test_U8_my_access_says_what_where_since_when_and_by_whom(log_in: LogIn) -> None:
    text = text_of(log_in(cast.NOOR), "/nl/me/access")
    for words in (
        "Brasserie du Canal SRL", "Sociale zekerheid (Werkgever RSZ); RSZ Stamnummer: 1999001-21", "USER", "Actief",
        "Marie Dubois", "Multifunctionele aangifte",
    ):  # fmt: skip
        assert words in text, words
    assert "DIMONA" in text


def test_U8_my_access_is_mine_alone(log_in: LogIn) -> None:
    text = text_of(log_in(cast.THOMAS), of_enterprise("enterprise-access"))
    assert "LB" in text
    assert "Noor" not in text


def test_U8_queries_of_my_access_do_not_grow(log_in: LogIn) -> None:
    client, counts = log_in(cast.NOOR), []
    for number in (cast.BRASSERIE, cast.GROOT, cast.TRANSPORT):
        if number != cast.BRASSERIE:
            delegating.account(number, cast.NOOR)
        with CaptureQueriesContext(connection) as queries:
            client.get("/nl/me/access")
        counts.append(len(queries))
    assert counts[0] == counts[-1] <= 8


def own_account(insz: str) -> tuple[Account, str]:
    account = Account.objects.get(person__insz=insz, ended_at=None)
    return account, reverse("account-contact", args=[account.public_id])


def test_U8_the_addresses_of_the_own_account_can_be_changed(log_in: LogIn) -> None:
    account, address = own_account(cast.NOOR)
    answers = {"email": "noor@example.be", "local_email": "desk@example.be"}
    assert log_in(cast.NOOR).post(address, answers).status_code == 302
    account.refresh_from_db()
    assert (account.email, account.local_email) == ("noor@example.be", "desk@example.be")
    assert Event.objects.get(act="own.account").subject == str(account.person.public_id)


def test_U8_somebody_elses_account_is_not_there(log_in: LogIn) -> None:
    account, address = own_account(cast.NOOR)
    answers = {"email": "taken@example.be", "local_email": ""}
    for insz in (cast.MARIE, cast.THOMAS, cast.EMMA):
        assert log_in(insz).post(address, answers).status_code == 404
    account.refresh_from_db()
    assert account.email != "taken@example.be"


def test_U6_nobody_acts_through_a_blocked_account(log_in: LogIn) -> None:
    account, address = own_account(cast.NOOR)
    Account.objects.filter(pk=account.pk).update(blocked_at=timezone.now(), blocked_by=account.created_by)
    client = log_in(cast.NOOR)
    assert client.post(address, {"email": "a@example.be"}).status_code == 403
    assert "Geblokkeerd" in text_of(client, of_enterprise("enterprise-access"))


def tree_of(client: Client, number: str = cast.BRASSERIE) -> str:
    """The words of "who appointed whom", with [ ] for the people below somebody."""
    page = client.get(of_enterprise("enterprise-management", number)).content.decode()
    if 'class="tree"' not in page:
        return ""
    tree = page[page.index('class="tree"') :]
    tree = tree[tree.index("<ul") : tree.index("</div>")]
    words = re.sub(r"<ul>", " [ ", tree).replace("</ul>", " ] ")
    return " ".join(re.sub(r"<[^>]+>", " ", words).split())


def test_H2_who_appointed_whom_is_drawn(log_in: LogIn) -> None:
    tree = tree_of(log_in(cast.MARIE))
    assert tree.startswith("[ Marie Dubois Hoofdtoegangsbeheerder [ Bart Maes Co-hoofdtoegangsbeheerder")
    assert "Thomas Wouters Toegangsbeheerder Sociale zekerheid (Werkgever RSZ) 1999001-21 , sinds" in tree
    assert "als HTB" not in tree, "what the chief holds as HTB nobody appointed"
    assert tree.count("[") == tree.count("]") == 2


def test_H2_whom_a_co_chief_and_a_former_chief_appointed_stands_below_them(log_in: LogIn) -> None:
    bart, noor = Person.objects.get(insz=cast.BART), Person.objects.get(insz=cast.NOOR)
    Account.objects.filter(person__insz=cast.THOMAS, type=AccountType.LB, ended_at=None).update(created_by=bart)
    Account.objects.filter(type=AccountType.CO_LB, ended_at=None).update(created_by=noor)
    tree = tree_of(log_in(cast.MARIE))
    assert re.search(
        r"Bart Maes Co-hoofdtoegangsbeheerder \[ Thomas Wouters [^\[\]]* \] \] Noor Vermeulen \[ Aline Aerts", tree
    )
    assert "Wie hier zonder rol staat" in text_of(log_in(cast.MARIE), of_enterprise("enterprise-management"))


def test_H2_co_chiefs_who_appointed_each_other_in_turn_are_drawn_once(log_in: LogIn) -> None:
    portal, enterprise = portal_actor().person, delegating.enterprise(cast.BRASSERIE)
    bart, noor = Person.objects.get(insz=cast.BART), Person.objects.get(insz=cast.NOOR)
    ChiefRole.objects.filter(person=bart, ended_at=None).update(started_by=noor)
    other = ChiefRole.objects.get(person=bart, ended_at=None)
    ChiefRole.objects.create(
        enterprise=enterprise, person=noor, kind="CO", email="noor@example.be", procedure=other.procedure,
        started_at=timezone.now(), started_by=bart,
    )  # fmt: skip
    tree = tree_of(log_in(cast.MARIE))
    assert tree.count("Co-hoofdtoegangsbeheerder") == 2
    assert portal.full_name not in tree


def test_H2_a_chief_alone_has_no_drawing(log_in: LogIn) -> None:
    assert tree_of(log_in(cast.KARIM), cast.TRANSPORT) == ""
