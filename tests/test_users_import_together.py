"""Imports at the same moment as other acts, with real threads and real commits (BEHAVIOUR U9, S8): whole or not at all."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from audit.models import Event
from csam_portal.demo.roles import BLOCKED
from csam_portal.invariants import broken
from identity.models import Person
from outbox.models import Mail
from tests import adding, cast
from tests.appointing import plan_on
from tests.bulk import DIMONA, DMFA, account_of, address, capacity_of, start
from tests.bulk import confirm as confirm_bulk
from tests.conftest import LogIn
from tests.meeting import Click, meet
from tests.sheets import Lines, begin, carry_out, changed, export, file_of, lines_of, undo
from tests.test_account_pages import NOORS, held, hidden, page_of
from tests.test_users_import import events, text, world
from ui.models import Run
from users.models import Account, Grant
from users.sheet import runs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_is_half_done(transactional_db: None) -> Iterator[None]:
    """Whatever met whatever: what must always hold still does, and the record is whole."""
    yield
    assert list(broken()) == []
    call_command("verify_record", verbosity=0)


def lines(client: Client) -> Lines:
    return lines_of(export(client))


def ready(client: Client, check: str) -> Click:
    """The check page was looked at; return the click that confirms it."""
    plan = plan_on(client, check)
    return lambda: client.post(check, {"plan": plan})


def importing(client: Client, file: Lines) -> Click:
    """A file was uploaded and its check page looked at; return the click that confirms it."""
    return ready(client, begin(client, file_of(file)))


def statuses(*clicks: Click) -> list[int]:
    return [response.status_code for response in meet(*clicks)]


def shown(response: Any) -> str:
    return text(response.content.decode())


# --- The same import


def test_U9_two_tabs_confirm_the_same_import_at_once_and_it_is_done_once(log_in: LogIn) -> None:
    client = log_in(cast.THOMAS)
    check = begin(client, file_of(changed(lines(client), cast.NOOR, email="new@example.be", applications="publiato")))
    click, mails = ready(client, check), Mail.objects.count()
    responses = meet(*[click] * 4)
    assert {(response.status_code, response["Location"]) for response in responses} == {(302, check)}
    assert len(events("account.import")) == len(events("account.edit")) == 1
    assert Mail.objects.count() == mails + 1
    assert held(account_of(cast.NOOR)) == {"publiato"}


@pytest.mark.parametrize("other", [cast.THOMAS, cast.MARIE], ids=["own", "a-colleague's"])
def test_U9_the_same_file_in_two_browsers_at_once_is_done_once_and_the_second_is_told(
    log_in: LogIn, other: str
) -> None:
    one, another = log_in(cast.THOMAS), log_in(other)
    file = changed(lines(one), cast.NOOR, email="new@example.be", applications="publiato", status="Geblokkeerd")
    file = changed(file, BLOCKED.insz, status="Verwijderen")
    clicks, mails = [importing(client, file) for client in (one, another)], Mail.objects.count()
    responses = meet(*clicks)
    assert sorted(response.status_code for response in responses) == [302, 409]
    told = shown(next(response for response in responses if response.status_code == 409))
    assert "intussen gewijzigd" in told
    assert "Deze gebruiker is hier niet meer." in told
    assert len(events("account.import")) == 1
    assert Mail.objects.count() == mails + 2
    assert (account_of(cast.NOOR).email, held(account_of(cast.NOOR))) == ("new@example.be", {"publiato"})
    assert Account.objects.filter(person__insz=BLOCKED.insz, capacity=capacity_of(), ended_at=None).count() == 0


def test_U9_where_a_colleague_did_all_of_it_nothing_is_left_to_do(log_in: LogIn) -> None:
    one, another = log_in(cast.THOMAS), log_in(cast.MARIE)
    file = changed(lines(one), cast.NOOR, email="new@example.be")
    responses = meet(importing(one, file), importing(another, file))
    told = shown(next(response for response in responses if response.status_code == 409))
    assert "Er valt niets meer te wijzigen" in told


@pytest.mark.parametrize("cancels_first", [True, False])
def test_U9_cancelling_and_confirming_at_once_does_the_one_or_the_other(log_in: LogIn, cancels_first: bool) -> None:
    """Whoever cancels and was too late is shown what was done."""
    client = log_in(cast.THOMAS)
    check = begin(client, file_of(changed(lines(client), cast.NOOR, status="Geblokkeerd")))
    clicks = [ready(client, check), lambda: client.post(check, {"cancel": "on"})]
    confirmed, cancelled = meet(*clicks[::-1])[::-1] if cancels_first else meet(*clicks)
    is_done = account_of(cast.NOOR).is_blocked
    assert confirmed.status_code == (302 if is_done else 404)
    assert cancelled["Location"] == (check if is_done else address(capacity_of(), "users"))
    assert Run.objects.filter(journey=runs.JOURNEY).exists() == is_done
    assert len(events("account.import")) == is_done


# --- Two files


def test_U9_two_files_about_other_people_at_once_are_both_done(log_in: LogIn) -> None:
    one, another = log_in(cast.THOMAS), log_in(cast.MARIE)
    file = lines(one)
    noors = changed(file, cast.NOOR, email="new@example.be", applications="")
    others = changed(file, BLOCKED.insz, status="Actief", applications=DMFA)
    assert statuses(importing(one, noors), importing(another, others)) == [302, 302]
    noor, other = account_of(cast.NOOR), account_of(BLOCKED.insz)
    assert (noor.email, held(noor)) == ("new@example.be", set())
    assert (other.is_blocked, held(other)) == (False, {DMFA})
    assert len(events("account.import")) == 2


def test_U9_of_two_files_that_share_a_person_one_is_done_whole_and_the_other_not_at_all(log_in: LogIn) -> None:
    one, another = log_in(cast.THOMAS), log_in(cast.MARIE)
    file = lines(one)
    first = changed(changed(file, cast.NOOR, email="one@example.be"), BLOCKED.insz, email="one@example.be")
    second = changed(changed(file, cast.NOOR, email="two@example.be"), cast.THOMAS, email="two@example.be")
    assert sorted(statuses(importing(one, first), importing(another, second))) == [302, 409]
    addresses = [account_of(insz).email for insz in (cast.NOOR, BLOCKED.insz, cast.THOMAS)]
    assert addresses in (
        ["one@example.be", "one@example.be", "wouters@example.be"],
        ["two@example.be", account_of(BLOCKED.insz).email, "two@example.be"],
    )
    assert (addresses[1] == "one@example.be") == (addresses[0] == "one@example.be")
    assert len(events("account.import")) == 1


def test_U9_eight_files_about_the_same_250_people_in_other_orders_at_once_leave_one(log_in: LogIn) -> None:
    """Each file would change everybody: rows are locked by no file's own order, so that none waits for another for ever."""
    groot = capacity_of(cast.GROOT)
    clicks = []
    for number in range(8):
        client = log_in(cast.SOPHIE)
        file = [
            {**line, "E-mailadres": f"x{number}@example.be", "Beveiligde toepassingen": DIMONA if number % 2 else DMFA}
            for line in lines_of(export(client, "?type=USER", groot))
        ]
        clicks.append(ready(client, begin(client, file_of(file[:: -1 if number % 2 else 1]), groot)))
    assert sorted(statuses(*clicks)) == [302, *[409] * 7]
    users = Account.objects.filter(capacity=groot, type="USER", ended_at=None)
    assert users.values("email").distinct().count() == 1
    codes = Grant.objects.filter(account__in=users.values("pk"), ended_at=None).values_list(
        "application__code", "account"
    )
    assert len({code for code, _account in codes}) == 1
    assert len(codes) == users.count()


# --- An import and another act upon one of its rows


def editing(client: Client, **cells: Any) -> Click:
    """Noor's edit page was filled in and its check page looked at; return the click that confirms it."""
    account = account_of(cast.NOOR)
    checked = client.post(page_of(account), {**NOORS, **cells})
    form = hidden(checked.content.decode())
    return lambda: client.post(page_of(account), form)


@pytest.mark.parametrize(
    ("cells", "edits"),
    [
        ({"email": "file@example.be"}, {"local_email": "page@example.be"}),
        ({"applications": "publiato"}, {"applications": [DMFA]}),
        ({"status": "Verwijderen"}, {"email": "page@example.be"}),
    ],
    ids=["addresses", "applications", "deleted"],
)
def test_U9_an_import_and_an_edit_of_its_row_at_once_lose_no_update(
    log_in: LogIn, cells: dict[str, str], edits: dict[str, Any]
) -> None:
    """Whoever is second is told: neither page overwrites what it had not seen."""
    thomas, marie = log_in(cast.THOMAS), log_in(cast.MARIE)
    file = changed(changed(lines(thomas), cast.NOOR, **cells), BLOCKED.insz, status="Actief")
    noor = account_of(cast.NOOR)
    imported, edited = statuses(importing(thomas, file), editing(marie, **edits))
    assert (imported, edited) in {(302, 409), (302, 404), (409, 302)}
    noor.refresh_from_db()
    assert account_of(BLOCKED.insz).is_blocked == (imported == 409), "all of the file, or nothing"
    if edited == 302:
        wanted: dict[str, Any] = {**NOORS, **edits}
    elif "status" in cells:
        assert noor.ended_at is not None
        return
    else:
        codes = cells.get("applications")
        wanted = {**NOORS, **cells, "applications": NOORS["applications"] if codes is None else [codes]}
    assert (noor.email, noor.local_email) == (wanted["email"], wanted["local_email"])
    assert held(noor) == set(wanted["applications"])


def test_U9_an_import_and_the_persons_own_change_at_once_lose_no_update(log_in: LogIn) -> None:
    """U8: the address that somebody gives for themselves is not overwritten by a file that had not seen it."""
    thomas, noor = log_in(cast.THOMAS), log_in(cast.NOOR)
    file = changed(changed(lines(thomas), cast.NOOR, local_email="file@example.be"), BLOCKED.insz, status="Actief")
    own = reverse("account-contact", args=[account_of(cast.NOOR).public_id])
    answers = {"email": "mine@example.be", "local_email": ""}
    imported, changed_own = statuses(importing(thomas, file), lambda: noor.post(own, answers))
    assert changed_own == 302 and imported in {302, 409}
    assert account_of(cast.NOOR).email == "mine@example.be"
    assert account_of(BLOCKED.insz).is_blocked == (imported == 409)


def test_U9_an_import_and_a_bulk_act_at_once_leave_nobody_half(log_in: LogIn) -> None:
    """Somebody is deleted in the list while a file gives them an application."""
    thomas, marie = log_in(cast.THOMAS), log_in(cast.MARIE)
    file = changed(changed(lines(thomas), cast.NOOR, applications="publiato"), BLOCKED.insz, status="Actief")
    check = start(marie, "delete", account_of(cast.NOOR))["Location"]
    imported, deleted = statuses(importing(thomas, file), lambda: confirm_bulk(marie, check))
    assert deleted == 302 and imported in {302, 409}
    assert not Account.objects.filter(person__insz=cast.NOOR, capacity=capacity_of(), ended_at=None).exists()
    assert account_of(BLOCKED.insz).is_blocked == (imported == 409)
    assert len(events("account.import")) == (imported == 302)


# --- Undo


def imported(client: Client) -> str:
    """An import that changed two people; return its page."""
    file = changed(lines(client), cast.NOOR, email="file@example.be", applications="publiato", status="Geblokkeerd")
    return carry_out(client, file_of(changed(file, BLOCKED.insz, status="Verwijderen")))


def test_U9_two_tabs_undo_at_once_and_it_is_undone_once(log_in: LogIn) -> None:
    client, before = log_in(cast.THOMAS), world()
    page = imported(client)
    responses = meet(*[lambda: undo(client, page)] * 4)
    assert {response.status_code for response in responses} == {200}
    assert all("De import werd ongedaan gemaakt" in shown(response) for response in responses)
    assert world() == before
    assert len(events("account.undo_import")) == 1


def unblocking(client: Client) -> Click:
    check = start(client, "unblock", account_of(cast.NOOR))["Location"]
    return lambda: confirm_bulk(client, check)


@pytest.mark.parametrize(
    "later",
    [
        lambda client: editing(client, email="later@example.be", applications=["publiato"]),
        unblocking,
        lambda client: importing(client, changed(lines(client), cast.NOOR, email="later@example.be")),
    ],
    ids=["edited", "unblocked", "another-import"],
)
@pytest.mark.parametrize("undoes_first", [True, False])
def test_U9_undoing_and_a_later_change_at_once_lose_neither(
    log_in: LogIn, later: Callable[[Client], Click], undoes_first: bool
) -> None:
    """The change was first: nothing is put back, and the page says so. The undoing was first: the change is told."""
    thomas, bart, before = log_in(cast.THOMAS), log_in(cast.BART), world()
    page = imported(thomas)
    as_imported, click = world(), later(bart)
    clicks = [lambda: undo(thomas, page), click]
    undone, changing = meet(*clicks) if undoes_first else meet(*clicks[::-1])[::-1]
    assert undone.status_code in {200, 422}
    barts = Event.objects.filter(actor=str(Person.objects.get(insz=cast.BART).public_id))
    assert barts.exclude(act="account.export").exists() == (undone.status_code == 422), "the one or the other happened"
    if undone.status_code == 200:
        assert world() == before
    else:
        assert "Er werd niets teruggezet" in shown(undone)
        assert changing.status_code == 302
        assert world() not in (before, as_imported)
    assert len(events("account.undo_import")) == (undone.status_code == 200)


def test_U9_undoing_and_adding_the_deleted_person_again_at_once_opens_one_account(log_in: LogIn) -> None:
    thomas, marie = log_in(cast.THOMAS), log_in(cast.MARIE)
    page = imported(thomas)
    undone, added = meet(lambda: undo(thomas, page), adding_again(marie))
    assert (undone.status_code, added.status_code) in {(200, 409), (422, 302)}
    assert Account.objects.filter(person__insz=BLOCKED.insz, capacity=capacity_of(), ended_at=None).count() == 1


def adding_again(client: Client) -> Click:
    names = {"last_name": BLOCKED.last_name, "first_name": BLOCKED.first_names}
    form = client.post(adding.begin(client, BLOCKED.insz), names)["Location"]
    check = adding.fill_in(client, form, **adding.MEANS, **adding.PERSON)["Location"]
    plan = adding.plan_on(client, check)
    return lambda: adding.confirm(client, check, plan, knows_no_tie="on")
