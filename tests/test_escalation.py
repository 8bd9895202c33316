"""The classic hole of delegated administration: nobody gives themselves, or reaches elsewhere, what is not theirs (issue 4).

Each is tried at the page, and where a page could be walked around, in the act.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from access_admins.models import ChiefRole
from acts.errors import LevelTooLow, Missing, NotAllowed
from identity.actor import Actor
from identity.enums import Means
from identity.models import Person
from tests import adding, cast, co_chiefs
from tests.conftest import LogIn
from ui.models import Run
from users.adding.actions import give_role, remove_administrator, resign
from users.adding.plan import Asked
from users.enums import AccountType
from users.finding import find
from users.models import Account

pytestmark = pytest.mark.django_db


def actor_of(insz: str, level: int = 500) -> Actor:
    return Actor(Person.objects.get(insz=insz), level)


def give(insz: str, kind: AccountType, *, of: str = cast.LUC, level: int = 500, **asked: Any) -> None:
    """Walk around the pages: call the act with whatever is confirmed."""
    place = adding.capacity()
    run = Run.objects.create(journey="x", owner="x")
    give_role(
        actor=actor_of(insz, level),
        capacity=place,
        asked=Asked(kind, of, adding.EMAIL, **asked),
        found=find(place.enterprise, of),
        knows_no_tie=True,
        confirmed="",
        run=run,
    )


def administrators() -> dict[str, str]:
    live = Account.objects.filter(capacity=adding.capacity(), ended_at=None).exclude(type=adding.USER)
    return {account.insz: account.type for account in live}


def live(insz: str) -> Account:
    return Account.objects.get(capacity=adding.capacity(), person__insz=insz, ended_at=None)


def test_a_co_htb_does_not_make_himself_htb_or_appoint_a_co_htb(log_in: LogIn) -> None:
    bart = log_in(cast.BART)
    assert bart.get(co_chiefs.address("co-chief-add")).status_code == 403
    for insz in (cast.BART, cast.LUC):
        assert co_chiefs.find(bart, insz).status_code == 403
    own = ChiefRole.objects.get(person__insz=cast.MARIE, enterprise__number=cast.BRASSERIE, ended_at=None)
    assert bart.get(co_chiefs.address("co-chief-end", role_id=own.public_id)).status_code == 403


def test_a_co_htb_does_not_walk_on_in_the_htbs_run(log_in: LogIn) -> None:
    check = co_chiefs.reach_check(log_in(cast.MARIE), cast.LUC)
    assert log_in(cast.BART).get(check).status_code == 403


def test_a_tb_appoints_no_co_tb_and_no_successor(log_in: LogIn) -> None:
    thomas = log_in(cast.THOMAS, Means.TOTP)
    page = thomas.get(adding.address("person-add")).content.decode()
    assert 'value="CO"' not in page
    for kind in (adding.LB, adding.CO_LB):
        assert adding.find(thomas, cast.LUC, kind).status_code == 403
        with pytest.raises(NotAllowed):
            give(cast.THOMAS, AccountType(kind))


def test_a_tb_removes_no_co_tb_and_a_co_tb_no_tb(log_in: LogIn) -> None:
    co_tb = Account.objects.get(capacity=adding.capacity(), type=adding.CO_LB, ended_at=None)
    for insz, account in ((cast.THOMAS, co_tb), (co_tb.insz, live(cast.THOMAS))):
        client = log_in(insz)
        address = adding.address("administrator-remove", account_id=account.public_id)
        assert client.get(address).status_code == 403
        assert client.post(address, {"plan": "x"}).status_code == 403
        with pytest.raises(NotAllowed):
            remove_administrator(actor=actor_of(insz), account=account, confirmed="")


def test_a_user_adds_nobody(log_in: LogIn) -> None:
    assert adding.find(log_in(cast.NOOR, Means.TOTP), cast.LUC).status_code == 403
    with pytest.raises(NotAllowed):
        give(cast.NOOR, AccountType.USER)


def test_a_stranger_finds_nothing(log_in: LogIn) -> None:
    assert adding.find(log_in(cast.AN), cast.LUC).status_code == 404
    Person.objects.get_or_create(insz=cast.SOPHIE, defaults={"last_name": "Lambert"})
    with pytest.raises(Missing):
        give(cast.SOPHIE, AccountType.USER)


def test_a_blocked_tb_adds_nobody(log_in: LogIn) -> None:
    thomas = live(cast.THOMAS)
    Account.objects.filter(pk=thomas.pk).update(blocked_at=timezone.now(), blocked_by=thomas.person)
    assert adding.find(log_in(cast.THOMAS, Means.TOTP), cast.LUC).status_code == 403


def test_the_htb_of_another_enterprise_names_a_capacity_of_this_one_in_vain(log_in: LogIn) -> None:
    """In the address, with this enterprise's name before it and with their own."""
    sophie, here = log_in(cast.SOPHIE), adding.capacity()
    own = adding.capacity(cast.GROOT)
    mixed = adding.address("person-add", own).replace(str(own.public_id), str(here.public_id))
    for address in (adding.address("person-add", here), mixed):
        assert sophie.get(address).status_code == 404
        assert sophie.post(address, {"kind": adding.LB, "insz": cast.SOPHIE}).status_code == 404
    thomas = live(cast.THOMAS)
    foreign = adding.address("administrator-remove", own, account_id=thomas.public_id)
    assert sophie.post(foreign, {"plan": "x"}).status_code == 404


def test_a_run_of_one_capacity_is_none_in_another(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    check = adding.reach_check(marie, cast.LUC, adding.CO_LB, **adding.PERSON)
    arguments = resolve(check).kwargs
    other = adding.address("person-add-step", adding.without_tb(), run_id=arguments["run_id"], name="check")
    assert marie.get(other).status_code == 404


def test_form_data_that_names_another_capacity_or_kind_changes_nothing(log_in: LogIn) -> None:
    """What is given is what the run began with; the form has no say in it."""
    thomas = log_in(cast.THOMAS, Means.TOTP)
    form = adding.begin(thomas, cast.LUC)
    forged = {"kind": adding.LB, "insz": cast.THOMAS, "capacity": str(adding.without_tb().public_id), "as_htb": "on"}
    adding.fill_in(thomas, form, **adding.MEANS, **adding.PERSON, **forged)
    adding.confirm(thomas, form.replace("/form", "/check"), **forged)
    assert live(cast.LUC).type == adding.USER
    assert not Account.objects.filter(capacity=adding.without_tb(), person__insz=cast.LUC).exists()


def test_a_co_htb_gives_no_applications_to_his_own_account(log_in: LogIn) -> None:
    bart = log_in(cast.BART)
    adding.give(bart, cast.BART, adding.CO_LB, applications=["dmfa"])
    assert live(cast.BART).grants.count() == 0


def test_H10_a_co_htb_does_not_unblock_himself_by_a_role(log_in: LogIn) -> None:
    adding.give(log_in(cast.MARIE), cast.BART, adding.USER, applications=["dmfa"])
    Account.objects.filter(pk=live(cast.BART).pk).update(
        blocked_at=timezone.now(), blocked_by=actor_of(cast.MARIE).person
    )
    bart = log_in(cast.BART)
    check = adding.reach_check(bart, cast.BART, adding.CO_LB)
    assert adding.confirm(bart, check).status_code == 403
    assert (live(cast.BART).is_blocked, live(cast.BART).type) == (True, "USER")
    adding.give(log_in(cast.MARIE), cast.BART, adding.CO_LB)
    assert not live(cast.BART).is_blocked, "the chief may"


def test_a_confirmation_replayed_after_the_right_ended_is_refused(log_in: LogIn) -> None:
    marie, bart = log_in(cast.MARIE), log_in(cast.BART)
    check = adding.reach_check(bart, cast.LUC, adding.LB, **adding.PERSON)
    plan = adding.plan_on(bart, check)
    before = administrators()
    role = ChiefRole.objects.get(person__insz=cast.BART, ended_at=None)
    adding.confirm(marie, co_chiefs.address("co-chief-end", role_id=role.public_id))
    assert adding.confirm(bart, check, plan).status_code == 404
    assert administrators() == before


def test_a_tb_who_was_replaced_finishes_no_run(log_in: LogIn) -> None:
    """H3: a role that ended takes its open journeys along; who stays as user is told which role could."""
    marie, thomas = log_in(cast.MARIE), log_in(cast.THOMAS, Means.TOTP)
    check = adding.reach_check(thomas, cast.LUC, **adding.MEANS, **adding.PERSON)
    plan = adding.plan_on(thomas, check)
    adding.give(marie, cast.NOOR, adding.LB, former_stays="on")
    assert adding.confirm(thomas, check, plan).status_code == 403
    assert not Account.objects.filter(capacity=adding.capacity(), person__insz=cast.LUC).exists()


def test_a_right_that_ends_while_the_page_is_looked_at_is_read_again_in_the_act() -> None:
    """The actor's holdings, read before, do not count."""
    thomas = actor_of(cast.THOMAS)
    place = adding.capacity()
    thomas.holdings_in(place.enterprise_id)
    account = live(cast.THOMAS)
    Account.objects.filter(pk=account.pk).update(type=AccountType.CO_LB)
    Account.objects.filter(pk=account.pk).update(ended_at=timezone.now(), ended_by=account.person)
    asked = Asked(AccountType.USER, cast.LUC, adding.EMAIL)
    run = Run.objects.create(journey="x", owner="x")
    with pytest.raises(Missing):
        give_role(
            actor=thomas, capacity=place, asked=asked, found=find(place.enterprise, cast.LUC), knows_no_tie=True,
            confirmed="", run=run,
        )  # fmt: skip


def test_nobody_resigns_for_somebody_else() -> None:
    with pytest.raises(Missing):
        resign(actor=actor_of(cast.MARIE), account=live(cast.THOMAS), confirmed="")


def test_L4_a_login_that_is_too_weak_acts_nowhere(log_in: LogIn) -> None:
    assert adding.find(log_in(cast.THOMAS, Means.PASSWORD), cast.LUC)["Location"].startswith("/nl/login")
    with pytest.raises(LevelTooLow):
        give(cast.THOMAS, AccountType.USER, level=200)


@pytest.mark.parametrize("look_alike", ["TWOUTERS", "tw0uters", "twoutérs", "TWοUTERS", "twouters "])
def test_look_alike_user_names_are_taken_or_impossible(log_in: LogIn, look_alike: str) -> None:
    thomas: Client = log_in(cast.THOMAS, Means.TOTP)
    form = adding.begin(thomas, cast.LUC)
    names = {"user_name": look_alike, "user_name_again": look_alike}
    response = adding.fill_in(thomas, form, **{**adding.MEANS, **adding.PERSON, **names})
    assert response.status_code == 422
    assert "user_name" in response.context["form"].errors  # type: ignore[attr-defined]  # of the test client
