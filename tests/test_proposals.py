"""Proposals: what one member of staff wants written, and a second one decides (BEHAVIOUR T7; docs/two-people.md)."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from acts.errors import Changed, Missing, NotAllowed, Refused
from audit.models import Event
from enterprises.models import Domain
from identity import proposals
from identity.actions.proposals import apply_due, confirm, propose, refuse, withdraw
from identity.models import Proposal
from tests.logging_in import details_of, mails_to, person_called
from tests.proposing import NAME, kind
from tests.requesting import desk, staff
from tests.test_appointing_together import at_once

pytestmark = pytest.mark.django_db
LIST = "/admin/identity/proposal/"


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Register the kind of the tests, with options; keepers decide about it."""
    monkeypatch.setattr(proposals, "_kinds", dict(proposals._kinds))

    def add(**options: object) -> None:
        proposals.register_kind(kind(**options))

    return add


def make(name: str = "A new name", code: str = "justice") -> Proposal:
    return propose(actor=staff("eranova3"), kind=NAME, subject=f"domain:{code}", content={"name": name})


def name_of(code: str = "justice") -> str:
    return Domain.objects.get(code=code).name_en


def test_T7_a_second_person_carries_it_out(register: Callable[..., None]) -> None:
    register()
    before = name_of()
    proposal = make()
    assert (proposal.people, proposal.enterprises, name_of()) == (12, 3, before)
    done = confirm(actor=staff("eranova4"), proposal=proposal.public_id)
    assert (done.outcome, name_of()) == ("applied", "A new name")
    told = [
        (mail.to, "carried out" in mail.text or "uitgevoerd" in mail.text) for mail in mails_to("eranova3@example.be")
    ]
    assert len(told) == 2
    steps = list(Event.objects.filter(act__startswith="proposal.").order_by("pk").values_list("act", flat=True))
    assert steps == ["proposal.make", "proposal.confirm", "proposal.apply"]
    assert details_of("proposal.make")[0] == {
        "kind": NAME, "subject": "domain:justice", "people": 12, "enterprises": 3, "from": "",
    }  # fmt: skip


def test_T7_nobody_confirms_their_own_and_nobody_without_the_group_anything(register: Callable[..., None]) -> None:
    register()
    proposal = make()
    person_called("eranova4").groups.clear()
    for user_name in ("eranova3", "eranova4"):
        with pytest.raises(NotAllowed):
            confirm(actor=staff(user_name), proposal=proposal.public_id)
    with pytest.raises(NotAllowed):
        refuse(actor=staff("eranova4"), proposal=proposal.public_id)
    with pytest.raises(IntegrityError), transaction.atomic():  # the database is the last to say it
        Proposal.objects.filter(pk=proposal.pk).update(confirmed_by=proposal.made_by, confirmed_at=timezone.now())


def test_T7_one_is_under_way_about_a_thing_and_it_ends_once(register: Callable[..., None]) -> None:
    register()
    proposal = make()
    with pytest.raises(Refused) as refusal:
        make("Another")
    assert refusal.value.code == "proposed_already"
    with pytest.raises(NotAllowed):
        withdraw(actor=staff("eranova4"), proposal=proposal.public_id)
    assert withdraw(actor=staff("eranova3"), proposal=proposal.public_id).outcome == "withdrawn"
    for act in (confirm, refuse):
        with pytest.raises(Changed):
            act(actor=staff("eranova4"), proposal=proposal.public_id)
    assert refuse(actor=staff("eranova4"), proposal=make("Another").public_id).outcome == "refused"
    with pytest.raises(Missing):
        confirm(actor=staff("eranova4"), proposal=uuid.uuid4())


def test_T7_what_was_overtaken_is_not_carried_out(register: Callable[..., None]) -> None:
    register()
    proposal = make()
    Domain.objects.filter(code="justice").update(name_en="Changed by somebody")
    assert confirm(actor=staff("eranova4"), proposal=proposal.public_id).outcome == "overtaken"
    assert name_of() == "Changed by somebody"


def test_T7_a_rule_and_an_empty_change_are_refused_before_anybody_is_asked(register: Callable[..., None]) -> None:
    register()
    for name, code in (("forbidden", "forbidden_name"), (name_of(), "no_change")):
        with pytest.raises(Refused) as refusal:
            make(name)
        assert refusal.value.code == code
    assert not Proposal.objects.exists()


def test_T7_what_takes_effect_tomorrow_waits_for_its_day(register: Callable[..., None]) -> None:
    register(days_ahead=1)
    before = name_of()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        proposal = make()
        clock.shift(timedelta(days=3))
        done = confirm(actor=staff("eranova4"), proposal=proposal.public_id)
        assert (done.outcome, done.takes_effect_on) == ("", timezone.localdate() + timedelta(days=1))
        assert (apply_due(), name_of()) == (0, before)
        clock.shift(timedelta(days=1))
        assert (apply_due(), name_of()) == (1, "A new name")
        assert (apply_due(), Proposal.objects.get().outcome) == (0, "applied")


@pytest.mark.parametrize("case", ["stopped", "overtaken", "confirmer left"])
def test_T7_until_its_day_it_can_still_be_stopped(register: Callable[..., None], case: str) -> None:
    register(days_ahead=1)
    before = name_of()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        proposal = make()
        confirm(actor=staff("eranova4"), proposal=proposal.public_id)
        if case == "stopped":
            refuse(actor=staff("eranova3"), proposal=proposal.public_id)
        elif case == "overtaken":
            Domain.objects.filter(code="justice").update(name_en=(before := "Changed by somebody"))
        else:
            person_called("eranova4").groups.clear()
        clock.shift(timedelta(days=1))
        apply_due()
        assert name_of() == before
        assert Proposal.objects.get().outcome == ("refused" if case == "stopped" else "overtaken")


def test_T7_what_is_read_by_date_is_written_at_once_with_its_day(register: Callable[..., None]) -> None:
    register(days_ahead=1, is_dated=True)
    done = confirm(actor=staff("eranova4"), proposal=make().public_id)
    assert (done.outcome, name_of()) == ("applied", "A new name")
    assert done.takes_effect_on == timezone.localdate() + timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_T7_two_who_confirm_at_once_are_one(register: Callable[..., None]) -> None:
    register()
    proposal = make()
    one, two = desk("eranova4"), desk("eranova4")
    address = f"{LIST}{proposal.pk}/change/"
    answers = at_once(lambda: one.post(address, {"act": "confirm"}), lambda: two.post(address, {"act": "confirm"}))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert Event.objects.filter(act="proposal.apply").count() == 1


# --- The page -------------------------------------------------------------------------------------------------------------


def test_T7_the_page_shows_before_and_after_and_how_many_it_touches(register: Callable[..., None]) -> None:
    register()
    before, proposal = name_of(), make("An entirely new name")
    address = f"{LIST}{proposal.pk}/change/"
    own, second = desk("eranova3"), desk("eranova4")
    assert "An entirely new name" in second.get(LIST).content.decode()
    page = second.get(address).content.decode()
    for part in (before, "An entirely new name", "<td>12</td>", "<td>3</td>", 'value="confirm"', 'value="refuse"'):
        assert part in page, part
    page = own.get(address).content.decode()
    assert "You cannot confirm this proposal:" in page
    assert ('value="confirm"' in page, 'value="withdraw"' in page) == (False, True)
    refused = own.post(address, {"act": "confirm"})
    assert (refused.status_code, name_of()) == (403, before)
    assert second.post(address, {"act": "confirm"}, follow=True).status_code == 200
    assert name_of() == "An entirely new name"
    assert second.post(address, {"act": "confirm"}).status_code == 409
    assert second.post(address, {"act": "delete"}).status_code == 400


def test_T7_the_list_takes_as_many_queries_however_long_it_is(
    register: Callable[..., None], django_assert_max_num_queries: Callable[..., object]
) -> None:
    register()
    for domain in Domain.objects.all():
        make(code=domain.code)
    client: Client = desk("eranova4")
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        assert client.get(LIST).status_code == 200


def test_T7_who_decides_about_nothing_sees_no_proposals(register: Callable[..., None]) -> None:
    register()
    proposal = make()
    person_called("eranova4").groups.set(Group.objects.filter(name="desk"))
    client = desk("eranova4")
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{proposal.pk}/change/").status_code in {403, 404}
