"""Whom a former chief appointed, the new one keeps, replaces or ends (S7); only the chief decides about co-chiefs (H5)."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access_admins.actions.reviews import decide_reviews
from access_admins.decisions import plan_decision
from access_admins.enums import ReviewOutcome
from access_admins.models import ChiefRole, Review
from access_admins.reviews import key_of, open_reviews, subject_of
from acts.act import digest
from acts.errors import Changed, NotAllowed, Refused
from audit.models import Event
from csam_portal.invariants import broken
from outbox.models import Mail
from tests import cast, delegating
from tests.conftest import LogIn
from users.enums import AccountType
from users.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def after_a_change_of_chief() -> None:
    """The brasserie as if Marie had just become its chief: Thomas, the co-TB and Bart are to be reviewed."""
    enterprise = delegating.enterprise(cast.BRASSERIE)
    now = timezone.now()
    for account in Account.objects.filter(
        capacity__enterprise=enterprise, type__in=("LB", "CO"), as_htb=False, ended_at=None
    ):
        Review.objects.create(enterprise=enterprise, account=account, opened_at=now)
    Review.objects.create(
        enterprise=enterprise, chief_role=ChiefRole.objects.get(person__insz=cast.BART), opened_at=now
    )


def address() -> str:
    return reverse("reviews", args=[delegating.enterprise(cast.BRASSERIE).public_id])


def key(insz: str) -> str:
    """What stands for somebody in the form."""
    waiting = open_reviews(delegating.enterprise(cast.BRASSERIE))
    return next(key_of(review) for review in waiting if subject_of(review).person.insz == insz)


def all_keys() -> list[str]:
    return [key_of(review) for review in open_reviews(delegating.enterprise(cast.BRASSERIE))]


def end(client: Client, do: str, people: list[str]) -> str:
    """Ask to end, confirm what the check page shows, and return that page."""
    asked = client.post(address(), {"do": do, "people": people})
    assert asked.status_code == 200, asked.content.decode()
    page = asked.content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(plan|do)" value="([^"]+)"', page))
    confirmed = client.post(address(), {**hidden, "people": re.findall(r'name="people" value="([^"]+)"', page)})
    assert confirmed.status_code == 302
    return page


def test_S7_keeping_changes_nothing_but_the_list(log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    before = set(Account.objects.filter(ended_at=None).values_list("pk", "type"))
    assert client.post(address(), {"do": "keep", "people": [key(cast.THOMAS)]}).status_code == 302
    assert len(all_keys()) == 2
    assert set(Account.objects.filter(ended_at=None).values_list("pk", "type")) == before
    review = Review.objects.get(account__person__insz=cast.THOMAS)
    assert (review.outcome, review.decided_by) == (ReviewOutcome.KEEP, delegating.person(cast.MARIE))


def test_S7_ending_an_access_manager_returns_the_capacity_to_the_chief(log_in: LogIn) -> None:
    Mail.objects.all().delete()
    page = end(log_in(cast.MARIE), "end", [key(cast.THOMAS)])
    assert (
        "Thomas Wouters is geen Toegangsbeheerder van Sociale zekerheid (Werkgever RSZ); RSZ Stamnummer: 1999001-21 meer."
        in page
    )
    assert "Marie Dubois wordt er opnieuw Toegangsbeheerder van." in page
    tb = Account.objects.get(capacity=delegating.capacity(cast.BRASSERIE), type=AccountType.LB, ended_at=None)
    assert (tb.person.insz, tb.as_htb) == (cast.MARIE, True)
    assert list(broken()) == []
    assert [mail.to for mail in Mail.objects.all()] == ["wouters@example.be"]
    acts = list(Event.objects.order_by("pk").values_list("act", flat=True))[-3:]
    assert acts == ["review.decide", "account.end", "account.open"]


def test_S7_ending_a_co_chief_leaves_accounts_alone(log_in: LogIn) -> None:
    delegating.account(cast.BRASSERIE, cast.BART, of_kind="finance-enterprise")
    page = end(log_in(cast.MARIE), "end", [key(cast.BART)])
    assert "Bart Maes is niet langer Co-hoofdtoegangsbeheerder." in page
    assert ChiefRole.objects.get(person__insz=cast.BART).ended_at is not None
    assert Account.objects.filter(person__insz=cast.BART, ended_at=None).count() == 1


def test_S7_all_can_be_kept_or_ended_at_once(log_in: LogIn) -> None:
    page = end(log_in(cast.MARIE), "end-all", [])
    assert page.count("<li>") >= 3
    assert all_keys() == []
    assert list(broken()) == []


def test_S7_keep_all(log_in: LogIn) -> None:
    assert log_in(cast.MARIE).post(address(), {"do": "keep-all"}).status_code == 302
    assert all_keys() == []
    assert not Review.objects.exclude(outcome=ReviewOutcome.KEEP).exists()


def test_S7_an_access_manager_can_be_replaced_from_the_list(log_in: LogIn) -> None:
    place = delegating.capacity(cast.BRASSERIE)
    page = log_in(cast.MARIE).get(address()).content.decode()
    assert f'href="{reverse("person-add", args=[place.enterprise.public_id, place.public_id])}?kind=LB"' in page


def test_H5_a_co_chief_decides_about_access_managers_alone(log_in: LogIn) -> None:
    client = log_in(cast.BART)
    page = client.get(address()).content.decode()
    assert "Bart Maes" in page
    assert f'value="{key(cast.BART)}"' not in page
    assert client.post(address(), {"do": "keep", "people": [key(cast.BART)]}).status_code == 403
    assert client.post(address(), {"do": "end", "people": [key(cast.BART)]}).status_code == 403
    assert client.post(address(), {"do": "keep-all"}).status_code == 302
    assert all_keys() == [key(cast.BART)]


def test_every_one_of_a_list_is_checked_not_the_first_alone(log_in: LogIn) -> None:
    """Escalation: a co-chief puts the co-chief's role behind an allowed one."""
    people = [key(cast.THOMAS), key(cast.BART)]
    for do in ("keep", "end"):
        assert log_in(cast.BART).post(address(), {"do": do, "people": people}).status_code == 403
    with pytest.raises(NotAllowed):
        decide_reviews(
            actor=delegating.actor(cast.BART), enterprise=delegating.enterprise(cast.BRASSERIE),
            outcome=ReviewOutcome.KEEP, chosen=people,
        )  # fmt: skip
    assert len(all_keys()) == 3


def test_U5_a_co_chief_does_not_end_the_own_account(log_in: LogIn) -> None:
    own = delegating.account(cast.BRASSERIE, cast.BART, AccountType.CO_LB, of_kind="finance-enterprise")
    Review.objects.create(enterprise=own.capacity.enterprise, account=own, opened_at=timezone.now())
    response = log_in(cast.BART).post(address(), {"do": "end", "people": [f"account:{own.public_id}"]})
    assert response.status_code == 403
    assert "uw eigen account" in response.content.decode()


def test_E2_people_of_another_enterprise_are_not_on_the_list(log_in: LogIn) -> None:
    """Escalation: ids of somebody else's enterprise in the form data, by themselves and behind an own one."""
    groot = Account.objects.filter(capacity__enterprise__number=cast.GROOT, ended_at=None).first()
    assert groot is not None
    Review.objects.create(enterprise=delegating.enterprise(cast.GROOT), account=groot, opened_at=timezone.now())
    foreign, own = f"account:{groot.public_id}", key(cast.THOMAS)
    client = log_in(cast.MARIE)
    for people in ([foreign], [own, foreign]):
        for do in ("keep", "end"):
            assert client.post(address(), {"do": do, "people": people}).status_code == 422
    with pytest.raises(Refused):
        plan_decision(
            delegating.actor(cast.MARIE), delegating.enterprise(cast.BRASSERIE), ReviewOutcome.END, [own, foreign]
        )
    assert Account.objects.get(pk=groot.pk).ended_at is None
    assert len(all_keys()) == 3


def test_S8_what_was_decided_meanwhile_is_not_ended(log_in: LogIn) -> None:
    people, client = [key(cast.THOMAS)], log_in(cast.MARIE)
    page = client.post(address(), {"do": "end", "people": people}).content.decode()
    plan = re.search(r'name="plan" value="([0-9a-f]{64})"', page)
    assert plan
    client.post(address(), {"do": "keep", "people": people})
    assert client.post(address(), {"do": "end", "people": people, "plan": plan[1]}).status_code == 422
    assert Account.objects.get(person__insz=cast.THOMAS).ended_at is None


def test_S8_what_the_chief_gets_back_is_shown_and_bound(log_in: LogIn) -> None:
    """The chief's own account there, blocked after the page was shown, would be unblocked unseen."""
    people, client = [key(cast.THOMAS)], log_in(cast.BART)
    own = delegating.account(cast.BRASSERIE, cast.MARIE, AccountType.USER)
    page = client.post(address(), {"do": "end", "people": people}).content.decode()
    plan = re.search(r'name="plan" value="([0-9a-f]{64})"', page)
    assert plan
    Account.objects.filter(pk=own.pk).update(blocked_at=timezone.now(), blocked_by=own.person)
    assert client.post(address(), {"do": "end", "people": people, "plan": plan[1]}).status_code == 409
    assert Account.objects.get(person__insz=cast.THOMAS).ended_at is None
    assert "De account van Marie Dubois hier was geblokkeerd" in end(client, "end", people)


def test_H3_the_chief_is_told_of_a_capacity_that_a_co_chief_hands_back(log_in: LogIn) -> None:
    people, client = [key(cast.THOMAS)], log_in(cast.BART)
    Mail.objects.all().delete()
    end(client, "end", people)
    mail = Mail.objects.exclude(to="wouters@example.be").get()
    assert "Gestionnaire d’Accès" in mail.subject and "1999001-21" in mail.text


def test_S8_a_plan_of_others_ends_nobody(log_in: LogIn) -> None:
    enterprise, actor = delegating.enterprise(cast.BRASSERIE), delegating.actor(cast.MARIE)
    plan = digest(plan_decision(actor, enterprise, ReviewOutcome.END, [key(cast.BART)]).as_plan())
    with pytest.raises(Changed):
        decide_reviews(
            actor=actor, enterprise=enterprise, outcome=ReviewOutcome.END, chosen=[key(cast.THOMAS)], confirmed=plan
        )
    response = log_in(cast.MARIE).post(address(), {"do": "end", "people": [key(cast.THOMAS)], "plan": plan})
    assert response.status_code == 409


@pytest.mark.parametrize(
    "answers", [{}, {"do": "x"}, {"do": "keep"}, {"do": "end"}, {"do": "keep", "people": ["no:key"]}]
)
def test_E7_a_decision_that_says_nothing_is_asked_again(log_in: LogIn, answers: dict[str, object]) -> None:
    assert log_in(cast.MARIE).post(address(), answers).status_code == 422
    assert len(all_keys()) == 3


def test_S7_an_ended_account_is_on_no_list(log_in: LogIn) -> None:
    Account.objects.filter(person__insz=cast.THOMAS).update(
        ended_at=timezone.now(), ended_by=delegating.person(cast.MARIE)
    )
    assert len(all_keys()) == 2
