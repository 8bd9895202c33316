"""The attacker is one supervisor and wants a chief of their own: two accounts of the desk, both in one hand (T7, T8, X7)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from access_admins.models import ChiefRole
from acts.act import perform
from acts.errors import NotAllowed, Refused
from csam_portal.invariants import broken
from htb.evidence import attach_scan, open_evidence
from htb.models import Request
from htb.requests import approve, note, receive
from identity.actions.proposals import confirm
from identity.actions.staff import staff_actor
from identity.independence import number_hash
from identity.models import Person, Proposal, StaffNumber
from outbox.models import Mail
from tests import cast
from tests.logging_in import NEW_PASSWORD, PASSWORD, code_of, link_in, mails_to, person_called
from tests.requesting import SCAN, demo_request, desk, facts_of, staff
from tests.staffing import (
    ACCOUNTS,
    PROPOSALS,
    account,
    activate,
    as_it_is,
    bind,
    card,
    card_of,
    code_on,
    decide,
    follow_link,
    key_of,
    latest,
    log_in_staff,
    make_staff,
    show_eid,
)
from tests.test_appointing_together import at_once

pytestmark = pytest.mark.django_db

ROGUE, HONEST = "eranova5", "eranova6"
QUEUE = "/admin/htb/request/"


def change(client: Client, person: Person, **changes: Any) -> Any:
    return client.post(f"{ACCOUNTS}{person.pk}/change/", as_it_is(person, **changes), follow=True)


def renew(client: Client, person: Person) -> Any:
    return client.post(ACCOUNTS, {"action": "renew_means", "_selected_action": [person.pk]}, follow=True)


def letter_received(by: str = "eranova1") -> Request:
    case = demo_request()
    receive(actor=staff(by), request=case.public_id, received_on=timezone.localdate())
    return attach_scan(actor=staff(by), request=case.public_id, content=SCAN)


def approve_by(user_name: str, case: Request) -> Any:
    """Press the button of the case's page."""
    client = desk(user_name)
    client.post(f"{QUEUE}{case.pk}/change/", {"act": "open"})
    seen = client.get(f"{QUEUE}{case.pk}/change/").context["seen"]
    answers = {"seen": seen, "reason": "The letter is here", "is_compared": "on"}
    return client.post(f"{QUEUE}{case.pk}/change/", {"act": "approve", **answers})


def has_chief() -> bool:
    return ChiefRole.objects.filter(enterprise__number=cast.BUURTHUIS, ended_at=None).exists()


# --- One supervisor makes two members of the desk --------------------------------------------------------------------------


def test_T7_one_supervisor_alone_makes_no_account_and_sees_no_secret() -> None:
    client = log_in_staff(ROGUE)
    for user_name in ("puppet.one", "puppet.two"):
        page = client.post(f"{ACCOUNTS}add/", account(user_name), follow=True).content.decode()
        assert "takes effect once another supervisor confirms it" in page
        assert "password" not in page.lower().replace("change password", "").replace("password_change", "")
        decide(client)
    assert not Person.objects.filter(user_name__startswith="puppet").exists()
    assert set(Proposal.objects.values_list("outcome", flat=True)) == {""}
    assert not Mail.objects.filter(to__startswith="puppet").exists()
    assert len(mails_to(f"{HONEST}@example.be")) == 2, "the other supervisor is told"


def test_T7_link_and_code_meet_in_no_supervisors_hand_and_the_eid_decides() -> None:
    """Even with the address in their own hand and the code from a colleague, an account opens with its owner's eID alone."""
    rogue, honest = log_in_staff(ROGUE), log_in_staff(HONEST)
    rogue.post(f"{ACCOUNTS}add/", account("puppet.one", email="rogue@example.be"))
    shown = decide(honest)
    code = code_on(shown)
    assert code not in rogue.get(PROPOSALS).content.decode() + shown.client.get(PROPOSALS).content.decode()
    browser = follow_link("rogue@example.be", code)
    page = show_eid(browser, card_of(ROGUE)).content.decode()
    assert "The name on this eID is not that of the account." in page
    assert browser.get("/en/activate/staff/password")["Location"] == "/en/activate/staff/eid"
    assert browser.get("/en/activate/staff/app").status_code == 302
    assert not person_called("puppet.one").has_usable_password()


def test_T7_without_the_code_a_link_opens_nothing() -> None:
    rogue, honest = log_in_staff(ROGUE), log_in_staff(HONEST)
    rogue.post(f"{ACCOUNTS}add/", account("puppet.one", email="rogue@example.be"))
    code = code_on(decide(honest))
    browser = follow_link("rogue@example.be", "aaaa-bbbb")
    for page in ("eid", "password", "app"):
        assert browser.post(f"/en/activate/staff/{page}")["Location"].endswith("/activate/staff")
    for _try in range(5):
        browser.post("/en/activate/staff", {"code": "aaaa-bbbb"})
    assert "Try again after" in browser.post("/en/activate/staff", {"code": code}).content.decode()


def test_T7_the_whole_road_with_two_supervisors_and_the_owners_eid() -> None:
    rogue, honest = log_in_staff(ROGUE), log_in_staff(HONEST)
    rogue.post(f"{ACCOUNTS}add/", account("nele.nieuw"))
    code = code_on(decide(honest))
    assert activate("nele.nieuw@example.be", code, card())["Location"] == "/admin/login/"
    person = person_called("nele.nieuw")
    assert person.check_password(NEW_PASSWORD)
    assert StaffNumber.objects.get(person=person).number_hash == number_hash(card())
    assert log_in_staff("nele.nieuw", NEW_PASSWORD).get(QUEUE).status_code == 200
    assert activate_again("nele.nieuw@example.be", code).status_code == 302, "a link works once"
    for supervisor in (ROGUE, HONEST):
        assert "eID" in mails_to(f"{supervisor}@example.be")[-1].text


def activate_again(address: str, code: str) -> Any:
    browser = Client()
    links = [mail for mail in mails_to(address) if "/link/" in mail.text]
    browser.post(link_in(links[-1]))
    return browser.post("/en/activate/staff", {"code": code})


# --- By way of an account that is there --------------------------------------------------------------------------------------


def test_T7_one_supervisor_renews_nobodys_means() -> None:
    victim, key = person_called("eranova1"), key_of("eranova1")
    client = log_in_staff(ROGUE)
    renew(client, victim)
    decide(client)
    victim.refresh_from_db()
    assert victim.check_password(PASSWORD)
    assert key_of("eranova1") == key
    assert not mails_to("eranova1@example.be")


@pytest.mark.parametrize("owner", [card_of(ROGUE), cast.KARIM], ids=["the supervisor's", "a namesake's"])
def test_T8_renewed_means_open_for_the_same_number_alone(owner: str) -> None:
    victim = person_called("eranova1")
    # Whose name the eID carries: it is no namesake's either.
    first_names, last_name = ("Karim", "El Amrani") if owner == cast.KARIM else ("Eranova", "5")
    Person.objects.filter(pk=victim.pk).update(first_names=first_names, last_name=last_name)
    victim.refresh_from_db()
    renew(log_in_staff(ROGUE), victim)
    code = code_on(decide(log_in_staff(HONEST)))
    victim.refresh_from_db()
    assert not victim.has_usable_password(), "the former means end at once"
    page = show_eid(follow_link(victim.email, code), owner).content.decode()
    assert "This account belongs to another eID." in page


def test_T7_changing_the_address_before_renewing_waits_too() -> None:
    victim = person_called("eranova1")
    client = log_in_staff(ROGUE)
    change(client, victim, email="rogue@example.be")
    renew(client, victim)
    for proposal in Proposal.objects.all():
        decide(client, proposal=proposal)
    victim.refresh_from_db()
    assert (victim.email, Proposal.objects.filter(outcome="").count()) == ("eranova1@example.be", 2)
    # Confirmed one after the other, the second is overtaken: it was proposed for another address.
    honest = log_in_staff(HONEST)
    address, means = Proposal.objects.order_by("pk")
    decide(honest, proposal=address)
    assert "meanwhile things stand otherwise" in decide(honest, proposal=means).content.decode()
    assert {mail.to for mail in Mail.objects.filter(to__in=["eranova1@example.be", "rogue@example.be"])} == {
        "eranova1@example.be",
        "rogue@example.be",
    }, "the former address is told"


@pytest.mark.parametrize("case", ["reopen", "group", "name"])
def test_T7_whatever_lets_somebody_in_waits(case: str) -> None:
    person = person_called("eranova1")
    if case == "reopen":
        Person.objects.filter(pk=person.pk).update(is_active=False)
        person.refresh_from_db()
    supervisors = Group.objects.get(name="supervisors")
    every: dict[str, dict[str, Any]] = {
        "reopen": {"is_active": True}, "group": {"groups": [supervisors.pk]}, "name": {"last_name": "5"},
    }  # fmt: skip
    client = log_in_staff(ROGUE)
    change(client, person, **every[case])
    decide(client)
    now = person_called("eranova1")
    assert (now.is_active, now.last_name) == (person.is_active, "1")
    assert [group.name for group in now.groups.all()] == ["desk"]
    decide(log_in_staff(HONEST))
    now.refresh_from_db()
    assert {"reopen": now.is_active, "group": supervisors in now.groups.all(), "name": now.last_name == "5"}[case]


def test_T7_an_account_without_names_and_address_is_closed_at_once_too() -> None:
    person = person_called("eranova1")
    Person.objects.filter(pk=person.pk).update(first_names="", email="")
    person.refresh_from_db()
    change(log_in_staff(ROGUE), person, is_active=False)
    assert not person_called("eranova1").is_active


@pytest.mark.parametrize("case", ["close", "no group"])
def test_T7_what_narrows_is_done_at_once_and_told(case: str) -> None:
    person = person_called("eranova1")
    at_work = desk("eranova1")
    narrowed: dict[str, Any] = {"is_active": False} if case == "close" else {"groups": []}
    change(log_in_staff(ROGUE), person, **narrowed)
    assert at_work.get(QUEUE).status_code == (302 if case == "close" else 403)
    assert not Proposal.objects.exists()
    assert mails_to(f"{HONEST}@example.be")
    assert mails_to("eranova1@example.be")


def test_T7_a_link_ends_with_the_account_and_is_not_revived() -> None:
    rogue, honest = log_in_staff(ROGUE), log_in_staff(HONEST)
    rogue.post(f"{ACCOUNTS}add/", account("nele.nieuw"))
    code = code_on(decide(honest))
    change(rogue, person_called("nele.nieuw"), is_active=False)
    change(rogue, person_called("nele.nieuw"), is_active=True)
    decide(honest)
    assert person_called("nele.nieuw").is_active
    assert activate_again("nele.nieuw@example.be", code)["Location"] == "/en/link-gone"


# --- Being one's own colleague -----------------------------------------------------------------------------------------------


def test_T8_a_second_account_of_the_same_number_confirms_nothing() -> None:
    make_staff("second.me", "supervisors", insz=card_of(ROGUE))
    log_in_staff(ROGUE).post(f"{ACCOUNTS}add/", account("puppet.one"))
    page = decide(log_in_staff("second.me"))
    assert "Both accounts are of the same person" in page.content.decode()
    assert latest().outcome == ""


def test_T8_a_supervisor_keeps_none_of_their_own_accounts() -> None:
    own = make_staff("second.me", "desk", insz=card_of(ROGUE))
    client = log_in_staff(ROGUE)
    for person in (person_called(ROGUE), own):
        assert change(client, person, last_name="X").status_code == 403
        renew(client, person)
    assert not Proposal.objects.exists()


def test_T8_two_accounts_of_one_number_at_the_desk_are_one_pair_of_eyes() -> None:
    bind(person_called("eranova2"), card_of("eranova1"))
    case = letter_received("eranova1")
    assert approve_by("eranova2", case).status_code == 403
    assert not has_chief()
    bind(person_called("eranova2"), card_of("eranova2"))
    assert approve_by("eranova2", case).status_code == 302
    assert has_chief()


@pytest.mark.parametrize("without", ["eranova1", "eranova2"])
def test_T8_receiving_goes_on_without_a_number_and_approving_waits(without: str) -> None:
    StaffNumber.objects.filter(person=person_called(without)).delete()
    case = letter_received("eranova1")
    assert approve_by("eranova2", case).status_code == 403
    assert not has_chief()
    browser = log_in_staff(without)
    page = show_eid(browser, card_of(without), "/admin/prove/").content.decode()
    assert "Your eID says that you are Eranova" in page
    assert browser.post("/admin/prove/").status_code == 302
    assert approve_by("eranova2", case).status_code == 302
    assert has_chief()


def test_T8_nobody_proves_with_anothers_eid() -> None:
    StaffNumber.objects.filter(person=person_called("eranova2")).delete()
    browser = log_in_staff("eranova2")
    show_eid(browser, cast.KARIM, "/admin/prove/")
    response = browser.post("/admin/prove/")
    assert response.status_code == 422
    assert "The name on this eID is not that of the account." in response.content.decode()
    assert not StaffNumber.objects.filter(person=person_called("eranova2")).exists()


def test_T8_itsme_proves_no_number() -> None:
    """The level of an eID is asked, and a proof for one account is none for another."""
    StaffNumber.objects.filter(person__user_name__in=["eranova1", "eranova2"]).delete()
    browser = log_in_staff("eranova2")
    to_provider = browser.post("/admin/prove/")["Location"]
    assert "loa" in to_provider or "500" in to_provider
    show_eid(browser, card_of("eranova2"), "/admin/prove/")
    session = browser.session
    session["draft.proof"] = {**session["draft.proof"], "level": 450}
    session.save()
    assert browser.post("/admin/prove/").status_code == 422
    show_eid(browser, card_of("eranova2"), "/admin/prove/")
    session = browser.session
    session["draft.proof"] = {**session["draft.proof"], "person": person_called("eranova1").pk}
    session.save()
    assert browser.post("/admin/prove/")["Location"].startswith("http"), "asked anew"


def test_T9_one_number_has_one_duty_by_however_many_accounts() -> None:
    bind(person_called("eranova3"), card())
    rogue, honest = log_in_staff(ROGUE), log_in_staff(HONEST)
    rogue.post(f"{ACCOUNTS}add/", account("nele.nieuw", "desk"))
    code = code_on(decide(honest))
    page = show_eid(follow_link("nele.nieuw@example.be", code), card()).content.decode()
    assert "Choose one group" in page
    assert not StaffNumber.objects.filter(person__user_name="nele.nieuw").exists()


# --- Within thirty days -----------------------------------------------------------------------------------------------------


def test_T8_whom_two_let_in_confirms_for_neither_of_them_within_thirty_days() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        rogue, honest = log_in_staff(ROGUE), log_in_staff(HONEST)
        rogue.post(f"{ACCOUNTS}add/", account("nele.nieuw", "supervisors"))
        activate("nele.nieuw@example.be", code_on(decide(honest)), card())
        nele = desk("nele.nieuw")
        rogue.post(f"{ACCOUNTS}add/", account("puppet.one", last_name="Pop"))
        assert "less than 30 days ago" in decide(nele).content.decode()
        assert not Person.objects.filter(user_name="puppet.one").exists()
        clock.shift(timedelta(days=30, seconds=1))
        decide(desk("nele.nieuw"))
        assert Person.objects.filter(user_name="puppet.one").exists()


def test_T8_whom_one_alone_let_in_before_the_upgrade_approves_nothing_for_thirty_days() -> None:
    victim, rogue = person_called("eranova2"), person_called(ROGUE)
    with perform("staff.means.renew", actor=staff_actor(rogue), chain=f"person:{victim.public_id}") as act:
        act.event(role="staff", subject=victim.public_id)
    case = letter_received("eranova1")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert approve_by("eranova2", case).status_code == 403
        clock.shift(timedelta(days=30, minutes=1))
        assert approve_by("eranova2", case).status_code == 302


# --- A case of one's own ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("insz", [cast.INGRID, cast.EMMA])
def test_X7_nobody_processes_a_request_whose_applicant_or_chief_they_are(insz: str) -> None:
    bind(person_called("eranova1"), insz)
    case = demo_request()
    with pytest.raises(NotAllowed, match="names_actor"):
        receive(actor=staff("eranova1"), request=case.public_id, received_on=timezone.localdate())
    case = letter_received("eranova2")
    for act in (
        lambda: attach_scan(actor=staff("eranova1"), request=case.public_id, content=SCAN),
        lambda: open_evidence(actor=staff("eranova1"), request=case.public_id),
        lambda: note(actor=staff("eranova1"), request=case.public_id, text="mine"),
        lambda: approve(actor=staff("eranova1"), request=case.public_id, facts=facts_of(case), reason="mine"),
    ):
        with pytest.raises(NotAllowed, match="names_actor"):
            act()
    assert not has_chief()


# --- At once, and from outside -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_T7_an_account_confirmed_twice_at_once_is_made_once_and_gets_one_code() -> None:
    make_staff("third", "supervisors")
    log_in_staff(ROGUE).post(f"{ACCOUNTS}add/", account("nele.nieuw"))
    address = f"{PROPOSALS}{latest().pk}/change/"
    one, two = log_in_staff(HONEST), log_in_staff("third")
    answers = at_once(lambda: one.post(address, {"act": "confirm"}), lambda: two.post(address, {"act": "confirm"}))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert Person.objects.filter(user_name="nele.nieuw").count() == 1
    assert len([mail for mail in mails_to("nele.nieuw@example.be") if "/link/" in mail.text]) == 1


@pytest.mark.django_db(transaction=True)
def test_T9_two_accounts_that_prove_one_number_at_once_have_not_two_duties() -> None:
    for user_name in ("eranova1", "eranova3"):
        person = person_called(user_name)
        Person.objects.filter(pk=person.pk).update(first_names="Nele", last_name="Nieuw")
        StaffNumber.objects.filter(person=person).delete()
    card()
    one, two = log_in_staff("eranova1"), log_in_staff("eranova3")
    for browser in (one, two):
        show_eid(browser, card(), "/admin/prove/")
    answers = at_once(lambda: one.post("/admin/prove/"), lambda: two.post("/admin/prove/"))
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    assert StaffNumber.objects.filter(number_hash=number_hash(card())).count() == 1


def test_T7_an_operator_makes_nobody_and_confirms_nothing() -> None:
    make_staff("root", is_operator=True)
    root = log_in_staff("root")
    assert root.post(f"{ACCOUNTS}add/", account("puppet.one")).status_code == 403
    log_in_staff(ROGUE).post(f"{ACCOUNTS}add/", account("puppet.one"))
    assert root.get(PROPOSALS).status_code == 200
    assert decide(root).status_code == 403
    assert change(root, person_called("eranova1"), is_active=False).status_code == 403
    assert latest().outcome == ""


def test_T7_two_accounts_share_no_address() -> None:
    client = log_in_staff(ROGUE)
    for email in ("eranova5@example.be", "ERANOVA1@example.be", ""):
        page = client.post(f"{ACCOUNTS}add/", account("puppet.one", email=email))
        assert page.status_code == 200
    assert change(client, person_called("eranova1"), email="eranova5@example.be").status_code == 200
    assert not Proposal.objects.exists()


def test_T7_the_proof_is_asked_to_the_last_page() -> None:
    """Who lets the half hour of the proof pass, or drops it, starts at the eID again."""
    rogue, honest = log_in_staff(ROGUE), log_in_staff(HONEST)
    rogue.post(f"{ACCOUNTS}add/", account("nele.nieuw"))
    browser = follow_link("nele.nieuw@example.be", code_on(decide(honest)))
    show_eid(browser, card())
    browser.post("/en/activate/staff/password", {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD})
    session = browser.session
    del session["draft.proof"]
    session.save()
    code = code_of(session["draft.app"]["key"])
    assert browser.post("/en/activate/staff/app", {"code": code})["Location"] == "/en/activate/staff/eid"
    assert not person_called("nele.nieuw").has_usable_password()


def test_T7_the_rules_are_asked_again_at_the_confirmation() -> None:
    rogue = log_in_staff(ROGUE)
    rogue.post(f"{ACCOUNTS}add/", account("nele.nieuw"))
    first = latest()
    rogue.post(f"{ACCOUNTS}add/", account("nele.nieuw"))
    honest = staff_actor(person_called(HONEST))
    confirm(actor=honest, proposal=first.public_id)
    with pytest.raises(Refused, match="user_name_taken"):
        confirm(actor=honest, proposal=latest().public_id)


def test_T9_an_account_that_is_opened_again_brings_no_second_duty() -> None:
    """One eID: the account at the desk is closed, one of a keeper made, the first opened again."""
    at_desk, keeper = person_called("eranova1"), make_staff("second", "keepers")
    number = number_hash(card_of("eranova1"))
    rogue = log_in_staff(ROGUE)
    change(rogue, at_desk, is_active=False)
    StaffNumber.objects.filter(person=keeper).update(number_hash=number)
    at_desk.refresh_from_db()
    assert change(rogue, at_desk, is_active="on").status_code in {200, 422}
    assert not Proposal.objects.filter(subject=f"person:{at_desk.public_id}").exists()
    Person.objects.filter(pk=at_desk.pk).update(is_active=True)
    lines = [line for line in broken() if "two duties by two accounts" in line]
    assert {line.rpartition(" ")[2] for line in lines} == {str(at_desk.public_id), str(keeper.public_id)}


def test_T7_who_chose_the_address_is_not_shown_the_code_of_a_renewal() -> None:
    """However long ago: the link goes to that address."""
    person = person_called("eranova1")
    with time_machine.travel(timezone.now() - timedelta(days=60)):
        change(log_in_staff(ROGUE), person, email="rogue@example.org")
        decide(log_in_staff(HONEST))
    person.refresh_from_db()
    assert person.email == "rogue@example.org"
    renew(log_in_staff(HONEST), person)
    answer = decide(log_in_staff(ROGUE))
    assert "You chose the e-mail address" in answer.content.decode()
    assert latest().confirmed_at is None


def test_T7_a_proposal_of_somebody_who_was_sent_away_is_not_confirmed() -> None:
    log_in_staff(ROGUE).post(f"{ACCOUNTS}add/", account("puppet"))
    Person.objects.filter(user_name=ROGUE).update(is_active=False)
    answer = decide(log_in_staff(HONEST))
    assert "no longer decides" in answer.content.decode()
    assert not Person.objects.filter(user_name="puppet").exists()


def test_T8_whom_one_let_in_by_another_account_is_no_second_pair_of_eyes() -> None:
    """Rogue lets a number in at the desk, which has another account there from before."""
    client = log_in_staff(ROGUE)
    client.post(f"{ACCOUNTS}add/", account("puppet"))
    decide(log_in_staff(HONEST))
    puppet, older = person_called("puppet"), make_staff("older", "supervisors", insz=card())
    bind(puppet, card())
    client.post(f"{ACCOUNTS}add/", account("another"))
    answer = decide(log_in_staff("older"))
    assert "helped to give the other a way in" in answer.content.decode()
    assert older.is_active and not Person.objects.filter(user_name="another").exists()
