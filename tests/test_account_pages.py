"""View and edit one account (BEHAVIOUR U1, U3, H10)."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Event, Reading
from csam_portal.demo.roles import BLOCKED, CO_TB
from enterprises.models import Application
from identity.models import Person
from outbox.models import Mail
from tests import cast
from tests.bulk import DIMONA, DMFA, account_of, address, capacity_of, carry_out, confirm
from tests.conftest import LogIn
from users.models import Account, Grant

pytestmark = pytest.mark.django_db
NOORS = {"email": "vermeulen@example.be", "local_email": "", "applications": [DMFA, DIMONA]}


def page_of(account: Account, route: str = "account-edit") -> str:
    return address(account.capacity, route, account_id=account.public_id)


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def hidden(page: str) -> dict[str, Any]:
    """What the check page sends on."""
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page):
        if name != "csrfmiddlewaretoken":
            found[name] = [*found.get(name, []), value] if name == "applications" else value
    return found


def save(client: Client, account: Account, **changed: Any) -> Any:
    """Fill in, check, confirm; return the last answer."""
    checked = client.post(page_of(account), {**NOORS, **changed})
    assert checked.status_code == 200, text(checked.content.decode())
    return client.post(page_of(account), hidden(checked.content.decode()))


def held(account: Account) -> set[str]:
    return set(Grant.objects.filter(account=account, ended_at=None).values_list("application__code", flat=True))


# --- View


def test_U1_the_page_shows_who_it_is_and_since_when_and_by_whom(log_in: LogIn) -> None:
    noor, client = account_of(cast.NOOR), log_in(cast.THOMAS)
    carry_out(client, "add-applications", noor, applications=["publiato"])
    before = Reading.objects.count()
    page = text(client.get(page_of(noor, "account")).content.decode())
    for shown in ("Noor Vermeulen", "nvermeulen", "95.07.07-998.60", "USER", "Actief", "vermeulen@example.be"):
        assert shown in page
    applications = page.split("Toegekend door")[1]
    assert "Publiato" in applications and "Thomas Wouters" in applications.split("Publiato")[1][:60]
    assert "Toepassingen toegevoegd: Publiato Thomas Wouters" in page.split("Geschiedenis van deze gebruiker")[1]
    assert Reading.objects.count() == before + 1
    assert Reading.objects.latest("pk").page == "account"


def test_U1_history_is_of_this_account_alone(log_in: LogIn) -> None:
    """Not of another account of the same person, nor of an earlier one that ended."""
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    carry_out(client, "delete", noor)
    again = Account.objects.create(
        capacity=noor.capacity, person=noor.person, type="USER", created_at=timezone.now(), created_by=noor.person
    )
    assert "Geschiedenis" not in client.get(page_of(again, "account")).content.decode()
    assert client.get(page_of(noor, "account")).status_code == 404


def test_E2_an_account_of_another_capacity_is_not_found_at_this_address(log_in: LogIn) -> None:
    other = account_of(cast.MARIE, capacity_of(cast.BRASSERIE, "finance-enterprise"))
    stranger = Account.objects.filter(capacity=capacity_of(cast.GROOT)).first()
    assert stranger is not None
    for who in (cast.MARIE, cast.THOMAS):
        for account in (other, stranger):
            for route in ("account", "account-edit"):
                wrong = address(capacity_of(), route, account_id=account.public_id)
                assert log_in(who).get(wrong).status_code == 404


@pytest.mark.parametrize(
    ("who", "upon", "buttons"),
    [
        (cast.THOMAS, cast.NOOR, {"edit", "block", "delete"}),
        (cast.THOMAS, BLOCKED.insz, {"edit", "unblock", "delete"}),
        (cast.THOMAS, CO_TB.insz, set()),
        (cast.THOMAS, cast.THOMAS, set()),
        (CO_TB.insz, cast.THOMAS, set()),
        (cast.BART, cast.THOMAS, {"edit", "block", "remove"}),
        (cast.MARIE, CO_TB.insz, {"edit", "block", "remove"}),
    ],
)
def test_H10_the_page_offers_what_the_act_would_do(log_in: LogIn, who: str, upon: str, buttons: set[str]) -> None:
    account, client = account_of(upon), log_in(who)
    page = client.get(page_of(account, "account")).content.decode()
    offered = set(re.findall(r'name="act" value="(\w+)"', page))
    links = {
        "edit": page_of(account),
        "remove": address(capacity_of(), "administrator-remove", account_id=account.public_id),
    }
    assert offered | {name for name, link in links.items() if link in page} == buttons
    assert client.get(page_of(account)).status_code == (200 if "edit" in buttons else 403)


def test_U4_block_on_the_page_is_the_same_act_as_for_many(log_in: LogIn) -> None:
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    page = client.get(page_of(noor, "account")).content.decode()
    action = re.search(r'<form method="post" action="([^"]*users/bulk)">', page)
    assert action is not None
    check = client.post(action[1], {"account": noor.public_id, "act": "block"})["Location"]
    assert "met succes geblokkeerd" in confirm(client, check, follow=True).content.decode()


# --- Edit


def test_U3_edit_shows_a_check_page_and_saves_what_was_confirmed(log_in: LogIn) -> None:
    Mail.objects.all().delete()
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    changed = {"local_email": "noor@kantoor.example", "applications": [DIMONA, "publiato"]}
    checked = client.post(page_of(noor), {**NOORS, **changed}).content.decode()
    assert held(noor) == {DMFA, DIMONA}
    check = text(checked)
    assert "noor@kantoor.example" in check
    assert "Publiato" in check.split("Deze toepassingen worden toegevoegd")[1].split("verwijderd")[0]
    assert "DmfA" in check.split("Deze toepassingen worden verwijderd")[1]
    response = client.post(page_of(noor), hidden(checked), follow=True)
    assert "De gegevens van de gebruiker werden opgeslagen" in response.content.decode()
    noor.refresh_from_db()
    assert noor.local_email == "noor@kantoor.example"
    assert held(noor) == {DIMONA, "publiato"}
    happened = Event.objects.filter(about=f"account:{noor.public_id}", actor=str(_id(cast.THOMAS)))
    assert [(event.act, json.loads(event.details)) for event in happened.order_by("position")] == [
        ("account.edit", {"changed": ["local_email"]}),
        ("grant.give", {"applications": ["publiato"]}),
        ("grant.end", {"applications": [DMFA]}),
    ]
    mail = Mail.objects.get()
    assert (mail.to, mail.language) == (noor.email, "nl")
    assert "Publiato" in mail.text and "DmfA" in mail.text and "kantoor" not in mail.text


def _id(insz: str) -> Any:
    return Person.objects.get(insz=insz).public_id


def test_U3_previous_goes_back_to_the_form_with_all_that_was_typed(log_in: LogIn) -> None:
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    checked = client.post(page_of(noor), {**NOORS, "email": "new@example.be", "applications": [DMFA]}).content.decode()
    page = client.post(page_of(noor), {**hidden(checked), "back": "on"}).content.decode()
    assert 'value="new@example.be"' in page
    assert page.count("checked") == 1
    noor.refresh_from_db()
    assert noor.email == "vermeulen@example.be"


def test_U3_nothing_changed_saves_nothing_and_tells_nobody(log_in: LogIn) -> None:
    client, noor, events = log_in(cast.THOMAS), account_of(cast.NOOR), Event.objects.count()
    response = client.post(page_of(noor), NOORS, follow=True)
    assert "Er is niets gewijzigd." in response.content.decode()
    assert Event.objects.count() == events


def test_U3_the_form_asks_and_changes_nothing_of_the_persons_own(log_in: LogIn) -> None:
    """User name, password, names, number, language: not asked, and not taken when they are sent."""
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    page = client.get(page_of(noor)).content.decode()
    form = page[page.index("<form method") :] if "<form method" in page else page
    asked = set(re.findall(r'<input[^>]* name="(\w+)"', form)) - {"csrfmiddlewaretoken"}
    assert asked == {"email", "local_email", "applications"}
    before = Person.objects.filter(insz=cast.NOOR).values().get()
    own = {
        "user_name": "other",
        "password": "x" * 20,
        "last_name": "Other",
        "insz": cast.EMMA,
        "language": "fr",
        "type": "LB",
    }
    save(client, noor, email="new@example.be", **own)
    assert Person.objects.filter(insz=cast.NOOR).values().get() == before
    noor.refresh_from_db()
    assert (noor.email, noor.type) == ("new@example.be", "USER")


def test_U3_a_wrong_address_is_said_at_its_field(log_in: LogIn) -> None:
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    for wrong in ({"email": ""}, {"email": "noor"}, {"local_email": "@"}, {"applications": ["none"]}):
        response = client.post(page_of(noor), {**NOORS, **wrong})
        assert response.status_code == 422
        assert f'href="#id_{next(iter(wrong))}' in response.content.decode()


def test_U3_somebody_else_was_first(log_in: LogIn) -> None:
    """The check page comes again with what is so now; confirming that saves it."""
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    checked = client.post(page_of(noor), {**NOORS, "applications": [DMFA, "publiato"]}).content.decode()
    carry_out(log_in(cast.MARIE), "remove-applications", noor, applications=[DMFA])
    response = client.post(page_of(noor), hidden(checked))
    assert response.status_code == 409
    again = response.content.decode()
    assert "intussen gewijzigd" in again
    assert held(noor) == {DIMONA}
    assert client.post(page_of(noor), hidden(again)).status_code == 302
    assert held(noor) == {DMFA, "publiato"}


def test_U3_an_account_that_ended_meanwhile_is_not_found(log_in: LogIn) -> None:
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    checked = client.post(page_of(noor), {**NOORS, "applications": [DMFA]}).content.decode()
    carry_out(log_in(cast.MARIE), "delete", noor)
    assert client.post(page_of(noor), hidden(checked)).status_code == 404


def test_U3_a_retired_application_can_be_taken_back_and_not_given(log_in: LogIn) -> None:
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    Application.objects.filter(code__in=[DMFA, "publiato"]).update(
        retired_at=timezone.now(), retired_by=Person.objects.portal()
    )
    page = client.get(page_of(noor)).content.decode()
    assert f'value="{DMFA}"' in page and 'value="publiato"' not in page
    assert client.post(page_of(noor), {**NOORS, "applications": ["publiato"]}).status_code == 422
    save(client, noor, applications=[DIMONA])
    assert held(noor) == {DIMONA}


def test_H10_an_access_manager_edits_no_administrator_and_not_the_own_account(log_in: LogIn) -> None:
    for who in (cast.THOMAS, CO_TB.insz):
        for upon in (cast.THOMAS, CO_TB.insz):
            account = account_of(upon)
            assert log_in(who).get(page_of(account)).status_code == 403
            response = log_in(who).post(page_of(account), {"email": "x@example.be", "applications": [DMFA]})
            assert response.status_code == 403
            assert held(account) == set()


def test_H10_the_chief_grants_to_the_own_account_and_a_co_chief_does_not(log_in: LogIn) -> None:
    """The co-chief changes the address of an account as chief neither; of the own co-TB account, not the applications."""
    capacity = capacity_of(cast.BRASSERIE, "finance-enterprise")
    Application.objects.create(kind=capacity.kind, code="vat", name_nl="Btw")
    own = account_of(cast.MARIE, capacity)
    assert log_in(cast.BART).get(page_of(own)).status_code == 403
    save(log_in(cast.MARIE), own, email=own.email, applications=["vat"])
    assert held(own) == {"vat"}
    bart = Person.objects.get(insz=cast.BART)
    barts = Account.objects.create(
        capacity=capacity_of(), person=bart, type="CO", created_at=timezone.now(), created_by=bart
    )
    page = log_in(cast.BART).get(page_of(barts)).content.decode()
    assert 'name="applications"' not in page
    save(log_in(cast.BART), barts, email="bart@example.be", applications=[DMFA])
    assert held(barts) == set()


def test_E4_no_number_and_no_name_in_addresses_and_titles(log_in: LogIn) -> None:
    noor, client = account_of(cast.NOOR), log_in(cast.THOMAS)
    for route in ("account", "account-edit"):
        page = client.get(page_of(noor, route)).content.decode()
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
        assert title is not None and "Vermeulen" not in title[1] and cast.NOOR not in title[1]
