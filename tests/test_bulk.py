"""Acts upon many accounts on the pages of a capacity (BEHAVIOUR U4-U7, H10)."""

import html
import json
import re
import uuid
from datetime import timedelta
from itertools import permutations

import pytest
from django.core.management import call_command
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from audit.models import Event, Reading
from csam_portal.demo.roles import BLOCKED, CO_TB
from csam_portal.invariants import broken
from enterprises.models import Application
from identity.enums import Means
from identity.models import Person
from outbox.models import Mail
from tests import cast
from tests.bulk import (
    DIMONA,
    DMFA,
    account_of,
    address,
    capacity_of,
    carry_out,
    confirm,
    pick,
    run_at,
    start,
)
from tests.conftest import LogIn
from users.bulk import queue
from users.bulk.actions import plan_of
from users.enums import BulkAct
from users.models import Account, BulkRefusal, BulkRun, Grant

pytestmark = pytest.mark.django_db
ADD, REMOVE, BLOCK, UNBLOCK, _RENEW, DELETE = BulkAct
# Of another domain; the chief holds its account.
OTHER_KIND = "finance-enterprise"


def held(account: Account) -> set[str]:
    return set(Grant.objects.filter(account=account, ended_at=None).values_list("application__code", flat=True))


def text(page: str) -> str:
    """A page's words, as one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def events(act: str) -> list[Event]:
    return list(Event.objects.filter(act=act).exclude(actor=str(Person.objects.portal().public_id)))


def tell() -> None:
    """Let the worker do what is due."""
    while queue.take_one():
        pass


# --- Applications


def test_U4_applications_are_added_to_those_ticked(log_in: LogIn) -> None:
    noor, blocked = account_of(cast.NOOR), account_of(BLOCKED.insz)
    page = carry_out(log_in(cast.THOMAS), ADD, noor, blocked, applications=[DMFA, "publiato"])
    assert held(noor) == {DMFA, DIMONA, "publiato"}
    assert held(blocked) == {DMFA, "publiato"}
    assert "De toepassingen die u heeft aangevinkt werden toegevoegd" in page
    given = {event.about: sorted(json.loads(event.details)["applications"]) for event in events("grant.give")}
    assert given == {
        f"account:{noor.public_id}": ["publiato"],
        f"account:{blocked.public_id}": [DMFA, "publiato"],
    }
    event = events("grant.give")[0]
    assert (event.role, event.level, event.capacity) == ("TB", 500, str(capacity_of().public_id))
    assert event.subject in {str(noor.person.public_id), str(blocked.person.public_id)}


def test_U4_who_holds_all_of_them_already_is_named_with_the_reason(log_in: LogIn) -> None:
    client, noor, blocked = log_in(cast.THOMAS), account_of(cast.NOOR), account_of(BLOCKED.insz)
    response = pick(client, start(client, ADD, noor, blocked), [DMFA, DIMONA])
    check = text(client.get(response["Location"]).content.decode())
    assert "Noor Vermeulen" in check.split("Wat niet verandert, en waarom")[1]
    page = text(confirm(client, response["Location"], follow=True).content.decode())
    assert "Gekozen 2 Uitgevoerd 1 Niet uitgevoerd" in page
    assert "Vermeulen Noor nvermeulen" in page
    assert held(blocked) == {DMFA, DIMONA}
    assert len(events("grant.give")) == 1


def test_U4_to_remove_only_held_applications_are_offered(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    response = start(client, REMOVE, account_of(cast.NOOR), account_of(BLOCKED.insz))
    page = client.get(response["Location"]).content.decode()
    assert page.count('name="applications"') == 2
    page = carry_out(client, REMOVE, account_of(cast.NOOR), account_of(BLOCKED.insz), applications=[DMFA])
    assert held(account_of(cast.NOOR)) == {DIMONA}
    assert "De toepassingen die u heeft aangevinkt werden verwijderd" in page
    assert [json.loads(event.details) for event in events("grant.end")] == [{"applications": [DMFA]}]
    assert Grant.objects.filter(account=account_of(cast.NOOR), application__code=DMFA).get().ended_by is not None


def test_U4_who_holds_nothing_is_offered_nothing(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    response = start(client, REMOVE, account_of(BLOCKED.insz))
    page = client.get(response["Location"])
    assert 'name="applications"' not in page.content.decode()
    assert client.post(response["Location"], {"applications": ["1"]}).status_code == 422


def test_U4_picking_none_says_so_and_the_error_leads_to_the_first_tick(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    response = client.post(start(client, ADD, account_of(cast.NOOR))["Location"])
    assert response.status_code == 422
    page = response.content.decode()
    assert 'href="#id_applications_0"' in page and 'id="id_applications_0"' in page


def test_U4_an_application_retired_before_confirming_is_not_given(log_in: LogIn) -> None:
    client, blocked = log_in(cast.THOMAS), account_of(BLOCKED.insz)
    response = pick(client, start(client, ADD, blocked), [DMFA, DIMONA])
    by = Person.objects.portal()
    Application.objects.filter(code=DMFA).update(retired_at=timezone.now(), retired_by=by)
    confirm(client, response["Location"])
    assert held(blocked) == {DIMONA}
    response = pick(client, start(client, ADD, blocked), ["publiato"])
    Application.objects.filter(code="publiato").update(retired_at=timezone.now(), retired_by=by)
    page = text(confirm(client, response["Location"], follow=True).content.decode())
    assert held(blocked) == {DIMONA}
    assert "Uitgevoerd 0" in page


# --- Blocking, unblocking, deleting


def test_U4_blocking_and_unblocking(log_in: LogIn) -> None:
    client, noor, blocked = log_in(cast.THOMAS), account_of(cast.NOOR), account_of(BLOCKED.insz)
    page = text(carry_out(client, BLOCK, noor, blocked))
    assert "De gebruiker(s) werd(en) met succes geblokkeerd" in page
    assert "Gekozen 2 Uitgevoerd 1" in page
    assert account_of(cast.NOOR).blocked_by == Person.objects.get(insz=cast.THOMAS)
    assert "met succes gedeblokkeerd" in carry_out(client, UNBLOCK, noor, blocked)
    assert not Account.objects.filter(capacity=capacity_of(), ended_at=None, is_blocked=True).exists()
    assert (len(events("account.block")), len(events("account.unblock"))) == (1, 2)
    page = text(carry_out(client, UNBLOCK, noor))
    assert "Deze gebruiker is niet geblokkeerd." in page


def test_U6_blocking_bites_at_once_in_every_open_session(log_in: LogIn) -> None:
    """The co-TB works in two browsers; the chief blocks; the next request of both is refused, in that capacity alone."""
    sessions = [log_in(CO_TB.insz), log_in(CO_TB.insz, Means.ITSME)]
    users = address(capacity_of(), "users")
    check = start(sessions[0], BLOCK, account_of(cast.NOOR))["Location"]
    assert [client.get(users).status_code for client in sessions] == [200, 200]
    carry_out(log_in(cast.MARIE), BLOCK, account_of(CO_TB.insz))
    assert [client.get(users).status_code for client in sessions] == [403, 403]
    assert confirm(sessions[0], check).status_code == 403, "what was begun before cannot be confirmed any more"
    assert not account_of(cast.NOOR).is_blocked
    page = text(sessions[0].get(users).content.decode())
    assert "geblokkeerd" in page and "Hoofdtoegangsbeheerder" in page, "told whom to ask"
    assert sessions[0].get("/nl/appoint/standard").status_code == 200
    carry_out(log_in(cast.MARIE), UNBLOCK, account_of(CO_TB.insz))
    assert [client.get(users).status_code for client in sessions] == [200, 200]


def test_U7_deleting_ends_the_account_and_its_applications_and_keeps_history(log_in: LogIn) -> None:
    noor = account_of(cast.NOOR)
    page = carry_out(log_in(cast.THOMAS), DELETE, noor)
    assert "met succes verwijderd" in page
    noor.refresh_from_db()
    assert noor.ended_by == Person.objects.get(insz=cast.THOMAS)
    assert held(noor) == set()
    assert Grant.objects.filter(account=noor, ended_at=noor.ended_at).count() == 2
    assert json.loads(events("account.end")[0].details) == {"as_htb": False, "type": "USER"}
    assert Person.objects.get(insz=cast.NOOR).user_name == "nvermeulen", "the user name is never freed"
    assert log_in(cast.NOOR).get(address(capacity_of(), "capacity")).status_code == 404
    again = Account.objects.create(
        capacity=noor.capacity, person=noor.person, type="USER", created_at=timezone.now(), created_by=noor.person
    )
    assert again.pk != noor.pk, "somebody who was deleted can be added again"


def test_H3_the_access_manager_is_not_deleted_among_others(log_in: LogIn) -> None:
    """The capacity would return to the chief, which the page of that role says; the co-TB beside is deleted."""
    page = text(carry_out(log_in(cast.BART), DELETE, account_of(cast.THOMAS), account_of(CO_TB.insz)))
    assert "Gekozen 2 Uitgevoerd 1 Niet uitgevoerd, met de reden 1" in page
    assert "beëindig deze rol op de pagina van de account" in page
    assert account_of(cast.THOMAS).type == "LB"
    assert list(broken()) == []
    call_command("verify_record", verbosity=0)


# --- U5, H10


def test_U5_nobody_does_it_to_themselves(log_in: LogIn) -> None:
    """The co-TB's own row among others; the others are done."""
    for act, codes in ((BLOCK, ()), (DELETE, ()), (ADD, (DMFA,))):
        page = text(carry_out(log_in(cast.BART), act, *_with_own_account(cast.BART), applications=codes))
        assert "Uitgevoerd 1 Niet uitgevoerd, met de reden 1" in page
        assert "Dit is uw eigen account: iemand anders moet dit voor u doen." in page
        Account.objects.filter(person__insz=BLOCKED.insz).update(ended_at=None, ended_by=None)
    assert account_of(cast.BART).blocked_at is None


def _with_own_account(insz: str) -> list[Account]:
    """Somebody's own account as co-TB, made if there is none, and that of an open user."""
    person = Person.objects.get(insz=insz)
    now = timezone.now()
    own, _is_new = Account.objects.get_or_create(
        person=person,
        capacity=capacity_of(),
        ended_at=None,
        defaults={"type": "CO", "created_at": now, "created_by": person},
    )
    Account.objects.filter(person__insz=BLOCKED.insz).update(blocked_at=None, blocked_by=None)
    Grant.objects.filter(account__person__insz=BLOCKED.insz).delete()
    return [own, account_of(BLOCKED.insz)]


@pytest.mark.parametrize("act", [BLOCK, DELETE, ADD])
def test_H10_an_access_manager_touches_no_administrator(log_in: LogIn, act: str) -> None:
    """TB and co-TB, upon each other and upon themselves: refused, and the user beside them is done."""
    codes = [DMFA] if act == ADD else []
    for actor in (cast.THOMAS, CO_TB.insz):
        tb, co_tb, user = account_of(cast.THOMAS), account_of(CO_TB.insz), _with_own_account(actor)[1]
        page = text(carry_out(log_in(actor), act, tb, co_tb, user, applications=codes))
        assert "Uitgevoerd 1 Niet uitgevoerd, met de reden 2" in page
        assert BulkRefusal.objects.filter(account__in=[tb, co_tb]).values("code").distinct().count() == 1
        Account.objects.filter(pk=user.pk).update(ended_at=None, ended_by=None)
    for account in (account_of(cast.THOMAS), account_of(CO_TB.insz)):
        assert account.blocked_at is None and held(account) == set()


def test_H10_a_chief_does_to_an_access_manager_what_the_manager_does_to_users(log_in: LogIn) -> None:
    for chief in (cast.MARIE, cast.BART):
        carry_out(log_in(chief), BLOCK, account_of(CO_TB.insz), account_of(cast.THOMAS))
        assert account_of(CO_TB.insz).is_blocked and account_of(cast.THOMAS).is_blocked
        carry_out(log_in(chief), UNBLOCK, account_of(CO_TB.insz), account_of(cast.THOMAS))
        carry_out(log_in(chief), ADD, account_of(CO_TB.insz), applications=[DMFA])
        assert held(account_of(CO_TB.insz)) == {DMFA}
        carry_out(log_in(chief), REMOVE, account_of(CO_TB.insz), applications=[DMFA])


def test_H10_the_account_as_chief_is_neither_blocked_nor_deleted_and_only_the_chief_grants_it(log_in: LogIn) -> None:
    capacity = capacity_of(cast.BRASSERIE, OTHER_KIND)
    own = account_of(cast.MARIE, capacity)
    assert own.as_htb
    for act in (BLOCK, DELETE):
        for who in (cast.MARIE, cast.BART):
            assert "Uitgevoerd 0" in text(carry_out(log_in(who), act, own, capacity=capacity))
    own.refresh_from_db()
    assert own.ended_at is None and own.blocked_at is None
    code = Application.objects.create(kind=capacity.kind, code="vat", name_nl="Btw").code
    assert "Uitgevoerd 0" in text(carry_out(log_in(cast.BART), ADD, own, capacity=capacity, applications=[code]))
    assert "Uitgevoerd 1" in text(carry_out(log_in(cast.MARIE), ADD, own, capacity=capacity, applications=[code]))
    assert held(own) == {code}


# --- Ids that are not here


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_E2_ids_of_another_capacity_are_counted_and_nothing_else_at_any_position(
    log_in: LogIn, order: tuple[int, ...]
) -> None:
    """Of another capacity of the same enterprise, of another enterprise, and one's own: only the last is touched or shown."""
    other = account_of(cast.MARIE, capacity_of(cast.BRASSERIE, OTHER_KIND))
    stranger = Account.objects.filter(capacity=capacity_of(cast.GROOT), type="USER").exclude(
        person__accounts__capacity=capacity_of()
    )[3]
    here = account_of(cast.NOOR)
    ticked = [(here, other, stranger)[place] for place in order]
    client = log_in(cast.THOMAS)
    response = start(client, BLOCK, *ticked)
    check = client.get(response["Location"]).content.decode()
    assert "2 aangevinkte rijen staan niet in deze hoedanigheid." in text(check)
    assert stranger.person.last_name not in check and "Dubois" not in check
    page = text(confirm(client, response["Location"], follow=True).content.decode())
    assert "Gekozen 3 Uitgevoerd 1 Niet in deze hoedanigheid 2" in page
    for account in (other, stranger):
        account.refresh_from_db()
        assert account.blocked_at is None
    assert account_of(cast.NOOR).is_blocked


def test_E2_ids_of_another_capacity_alone_begin_nothing(log_in: LogIn) -> None:
    other = account_of(cast.MARIE, capacity_of(cast.BRASSERIE, OTHER_KIND))
    for ids in ([other], [uuid.uuid4()], []):
        response = start(log_in(cast.THOMAS), DELETE, *ids)
        assert response["Location"] == address(capacity_of(), "users")
    assert not BulkRun.objects.exists()


def test_E2_a_run_is_its_owners_in_its_capacity_alone(log_in: LogIn) -> None:
    """Another administrator of the same capacity, and the owner at the address of another capacity, find nothing."""
    run = run_at(start(log_in(cast.MARIE), BLOCK, account_of(cast.NOOR)))
    elsewhere = capacity_of(cast.BRASSERIE, OTHER_KIND)
    for route in ("bulk-check", "bulk-result", "bulk-applications", "bulk-cancel"):
        for who, capacity in ((cast.THOMAS, capacity_of()), (cast.BART, capacity_of()), (cast.MARIE, elsewhere)):
            client, page = log_in(who), address(capacity, route, run_id=run.public_id)
            assert client.post(page).status_code in {404, 405}
            if route != "bulk-cancel":
                assert client.get(page).status_code == 404
    assert not account_of(cast.NOOR).is_blocked


def test_E7_nonsense_is_answered_and_does_nothing(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    for form in (
        {"act": "promote", "account": [account_of(cast.NOOR).public_id]},
        {"act": BLOCK, "account": ["1", "x" * 5000]},
        {"act": ADD, "all": "everything"},
    ):
        response = client.post(address(capacity_of(), "users-bulk"), form, follow=True)
        assert response.status_code == 200 and 'role="alert"' in response.content.decode()
    response = start(client, ADD, account_of(cast.NOOR))
    other = Application.objects.exclude(kind=capacity_of().kind).first()
    assert other is not None
    for value in (other.pk, "x", -1):
        assert client.post(response["Location"], {"applications": [value]}).status_code == 422
    assert not BulkRun.objects.exclude(confirmed_at=None).exists()


# --- Between tick and confirm


def test_U4_a_row_that_vanished_meanwhile_is_named(log_in: LogIn) -> None:
    client, noor, blocked = log_in(cast.THOMAS), account_of(cast.NOOR), account_of(BLOCKED.insz)
    check = start(client, DELETE, noor, blocked)["Location"]
    carry_out(log_in(CO_TB.insz), DELETE, noor)
    page = text(confirm(client, check, follow=True).content.decode())
    assert "Gekozen 2 Uitgevoerd 1 Niet uitgevoerd, met de reden 1" in page
    assert "Vermeulen Noor nvermeulen Deze gebruiker is hier niet meer." in page
    assert len(events("account.end")) == 2


def test_U4_a_user_who_became_an_administrator_meanwhile_is_left_alone(log_in: LogIn) -> None:
    """A chief who confirms the deletion of users deletes no access manager."""
    client, noor = log_in(cast.MARIE), account_of(cast.NOOR)
    check = start(client, DELETE, noor)["Location"]
    Account.objects.filter(pk=noor.pk).update(type="CO")
    assert "Uitgevoerd 0" in text(confirm(client, check, follow=True).content.decode())
    assert account_of(cast.NOOR).ended_at is None


def test_U4_an_actor_who_lost_the_role_meanwhile_does_nothing(log_in: LogIn) -> None:
    client, noor = log_in(CO_TB.insz), account_of(cast.NOOR)
    check = start(client, BLOCK, noor)["Location"]
    Account.objects.filter(pk=account_of(CO_TB.insz).pk).update(type="USER")
    assert confirm(client, check).status_code == 403
    carry_out(log_in(cast.MARIE), DELETE, account_of(CO_TB.insz))
    assert confirm(client, check).status_code == 404
    assert not account_of(cast.NOOR).is_blocked


def test_U4_confirming_twice_does_it_once(log_in: LogIn) -> None:
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    check = start(client, BLOCK, noor)["Location"]
    first, second = confirm(client, check), confirm(client, check)
    assert first["Location"] == second["Location"]
    assert len(events("account.block")) == 1
    assert client.get(check)["Location"] == first["Location"]


def test_U4_what_another_tab_picked_meanwhile_is_not_given_unseen(log_in: LogIn) -> None:
    """The check page comes again with what would be given now; confirming that gives it."""
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    picking = start(client, ADD, noor)
    check = pick(client, picking, ["publiato"])["Location"]
    shown = re.search(r'name="plan" value="(\w+)"', client.get(check).content.decode())
    assert shown is not None
    pick(client, picking, ["ecaro-batch"])
    response = client.post(check, {"plan": shown[1]})
    assert response.status_code == 409
    assert "Ecaro batch" in response.content.decode() and "Publiato" not in response.content.decode()
    assert client.post(check).status_code == 409, "nothing confirmed is not this"
    assert held(noor) == {DMFA, DIMONA}
    assert confirm(client, check).status_code == 302
    assert held(noor) == {DMFA, DIMONA, "ecaro-batch"}


def test_U4_cancelled_in_another_tab_is_not_carried_out(log_in: LogIn) -> None:
    client, noor = log_in(cast.THOMAS), account_of(cast.NOOR)
    check = start(client, BLOCK, noor)["Location"]
    plan = {"plan": plan_of(run_at({"Location": check}))}
    client.post(check, {"cancel": "on"})
    assert client.post(check, plan).status_code == 404
    assert not account_of(cast.NOOR).is_blocked


def test_U4_cancelling_drops_the_entries_and_goes_back_to_the_same_list(log_in: LogIn) -> None:
    client, capacity = log_in(cast.THOMAS), capacity_of()
    query = "?type=USER&status=active"
    form = {"act": ADD, "account": [account_of(cast.NOOR).public_id]}
    for step in ("applications", "check"):
        response = client.post(address(capacity, "users-bulk") + query, form)
        if step == "check":
            response = pick(client, response, ["publiato"])
        response = client.post(response["Location"], {"cancel": "on"}, follow=True)
        assert response.redirect_chain == [(address(capacity, "users") + query, 302)]
        assert "Er is niets gewijzigd." in response.content.decode()
    assert not BulkRun.objects.exists()
    assert not events("grant.give")


# --- All of the filter


def test_U4_all_of_the_filter(log_in: LogIn) -> None:
    client, capacity = log_in(cast.SOPHIE), capacity_of(cast.GROOT)
    response = client.post(
        address(capacity, "users-bulk") + "?type=USER", {"act": BLOCK, "all": "filter", "account": []}
    )
    check = text(client.get(response["Location"]).content.decode())
    assert "Dit betreft 250 gebruikers." in check and "En nog 230 gebruikers." in check
    assert Reading.objects.filter(page="bulk-check").latest("pk").count == 20
    page = text(confirm(client, response["Location"], follow=True).content.decode())
    assert "Gekozen 250 Uitgevoerd 250" in page
    assert Account.objects.filter(capacity=capacity, is_blocked=True).count() == 250
    assert len(events("account.block")) == 250
    call_command("verify_record", verbosity=0)


def test_U4_all_of_a_filter_with_personal_data(log_in: LogIn) -> None:
    """The reference in the address stands for the name that was searched."""
    client, capacity = log_in(cast.SOPHIE), capacity_of(cast.GROOT)
    listed = client.post(address(capacity, "users"), {"name": "Aerts"})["Location"]
    query = "?" + listed.split("?")[1]
    response = client.post(address(capacity, "users-bulk") + query, {"act": BLOCK, "all": "filter"})
    run = run_at(response)
    assert len(run.accounts) == 25
    assert set(Account.objects.filter(pk__in=run.accounts).values_list("person__last_name", flat=True)) == {"Aerts"}
    assert client.post(response["Location"], {"cancel": "on"})["Location"].startswith(
        address(capacity, "users") + "?f="
    )


def test_U4_who_is_added_after_the_choice_is_not_touched(log_in: LogIn) -> None:
    client, capacity = log_in(cast.SOPHIE), capacity_of(cast.GROOT)
    response = client.post(address(capacity, "users-bulk"), {"act": BLOCK, "all": "filter"})
    noor = Person.objects.get(insz=cast.NOOR)
    late = Account.objects.create(
        capacity=capacity, person=noor, type="USER", created_at=timezone.now(), created_by=noor
    )
    confirm(client, response["Location"])
    late.refresh_from_db()
    assert late.blocked_at is None


# --- Mails


def test_U4_one_mail_per_person_and_bulk_act_in_their_language(log_in: LogIn) -> None:
    Mail.objects.all().delete()
    noor, blocked = account_of(cast.NOOR), account_of(BLOCKED.insz)
    Person.objects.filter(pk=blocked.person_id).update(language="de")
    carry_out(log_in(cast.THOMAS), ADD, noor, blocked, applications=["publiato", DMFA])
    assert not Mail.objects.exists(), "the worker writes them"
    tell()
    tell()
    mails = {mail.to: mail for mail in Mail.objects.all()}
    assert mails.keys() == {noor.email, blocked.email}
    assert [mails[one.email].language for one in (noor, blocked)] == ["nl", "de"]
    assert "Publiato" in mails[noor.email].text and "DmfA" not in mails[noor.email].text, "only what is new"
    assert "Thomas Wouters" in mails[noor.email].text
    assert cast.NOOR not in mails[noor.email].text
    assert BulkRun.objects.get().settled_at is not None


@pytest.mark.parametrize(
    ("act", "word"), [(BLOCK, "geblokkeerd"), (UNBLOCK, "gedeblokkeerd"), (DELETE, "verwijderd"), (REMOVE, "niet meer")]
)
def test_U4_the_mail_says_what_happened_and_nothing_to_those_it_did_not_happen_to(
    log_in: LogIn, act: str, word: str
) -> None:
    Mail.objects.all().delete()
    noor = account_of(cast.NOOR)
    Account.objects.filter(pk=noor.pk, ended_at=None).update(
        blocked_at=timezone.now() if act == UNBLOCK else None, blocked_by=noor.person if act == UNBLOCK else None
    )
    applications = [DMFA] if act == REMOVE else []
    carry_out(log_in(cast.THOMAS), act, noor, account_of(CO_TB.insz), applications=applications)
    tell()
    assert [mail.to for mail in Mail.objects.all()] == [noor.email]
    assert word in Mail.objects.get().text


# --- Reading and finding


def test_E1_the_check_page_leaves_a_reading_of_the_numbers_it_shows(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    check = start(client, BLOCK, account_of(cast.NOOR), account_of(CO_TB.insz))["Location"]
    before = Reading.objects.count()
    client.get(check)
    reading = Reading.objects.latest("pk")
    assert Reading.objects.count() == before + 1
    assert (reading.page, reading.count) == ("bulk-check", 1), "the co-TB is named without a number"


def test_U4_what_nobody_confirmed_is_forgotten_and_what_was_done_stays_a_month(log_in: LogIn) -> None:
    from users.bulk.runs import forget_old

    client = log_in(cast.THOMAS)
    start(client, BLOCK, account_of(cast.NOOR))
    carry_out(client, BLOCK, account_of(BLOCKED.insz), account_of(cast.NOOR))
    tell()
    assert forget_old() == 0
    old = timezone.now() - timedelta(days=2)
    BulkRun.objects.update(begun_at=old)
    forget_old()
    assert BulkRun.objects.filter(~Q(confirmed_at=None)).count() == BulkRun.objects.count() == 1
    BulkRun.objects.update(settled_at=timezone.now() - timedelta(days=31))
    forget_old()
    assert not BulkRun.objects.exists()


def test_L4_below_the_level_nothing_begins(log_in: LogIn) -> None:
    client: Client = log_in(cast.THOMAS, Means.PASSWORD)
    response = start(client, BLOCK, account_of(cast.NOOR))
    assert response.status_code == 302 and "level=300" in str(response["Location"])
    assert not BulkRun.objects.exists()
