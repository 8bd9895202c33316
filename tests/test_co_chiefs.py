"""H5: the HTB appoints and ends co-HTBs; S5's eligibility; resigning."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from access_admins.models import ChiefRole, Review
from audit.models import Event
from enterprises.models import Employment, RegisterPerson
from identity.enums import Means
from identity.models import Activation
from outbox.models import Mail
from tests import adding, cast, co_chiefs
from tests.conftest import LogIn
from tests.logging_in import details_of
from users.models import Account

pytestmark = pytest.mark.django_db


def live(insz: str) -> ChiefRole:
    return ChiefRole.objects.get(enterprise__number=cast.BRASSERIE, person__insz=insz, ended_at=None)


def error_of(response: Any) -> str:
    assert response.status_code == 422, response.status_code
    return str(response.context["form"].errors["insz"][0])


def end_address(role: ChiefRole) -> str:
    return co_chiefs.address("co-chief-end", role_id=role.public_id)


def test_H5_the_htb_appoints_any_number_of_co_htbs(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    check = co_chiefs.reach_check(marie, cast.LUC)
    page = marie.get(check).content.decode()
    assert "Luc Janssens wordt Co-hoofdtoegangsbeheerder van de onderneming" in page
    assert "+32 470 12 34 56" in page
    response = adding.confirm(marie, check)
    assert "De Co-hoofdtoegangsbeheerder is aangesteld" in marie.get(response["Location"]).content.decode()
    assert (live(cast.LUC).kind, live(cast.BART).kind) == ("CO", "CO")
    assert Mail.objects.get(to=co_chiefs.CONTACT["email"]).language == "nl"
    assert Event.objects.filter(act="cochief.appoint").latest("pk").role == "HTB"


def test_H5_a_co_htb_does_what_an_htb_does_but_that(log_in: LogIn) -> None:
    marie, luc = log_in(cast.MARIE), log_in(cast.LUC)
    co_chiefs.appoint(marie, cast.LUC)
    adding.give(luc, cast.NOOR, adding.LB)
    assert luc.get(co_chiefs.address("co-chief-add")).status_code == 403
    assert luc.get(end_address(live(cast.BART))).status_code == 403


def test_S5_whoever_is_no_employee_or_representative_is_refused_with_one_sentence(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    RegisterPerson.objects.filter(insz=cast.NOOR).update(died_on=date(2025, 1, 1))
    Employment.objects.filter(number=cast.BRASSERIE, insz=cast.THOMAS).update(ends_on=date(2025, 1, 1))
    refused = {error_of(co_chiefs.find(marie, insz)) for insz in (cast.EMMA, cast.NOOR, cast.THOMAS, cast.KARIM)}
    assert len(refused) == 1


def test_S5_the_tries_count_with_those_of_the_other_journeys(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    for _ in range(10):
        error_of(co_chiefs.find(marie, cast.EMMA))
    assert co_chiefs.find(marie, cast.LUC).status_code == 429
    assert adding.find(marie, cast.LUC).status_code == 429


def test_H5_who_holds_a_role_over_the_enterprise_is_told_so(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    assert "Hoofdtoegangsbeheerder" in error_of(co_chiefs.find(marie, cast.MARIE))
    assert "Co-hoofdtoegangsbeheerder" in error_of(co_chiefs.find(marie, cast.BART))


def test_L7_a_co_htb_without_means_gets_a_link_and_the_htb_the_code(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    RegisterPerson.objects.filter(insz=cast.LUC).update(has_eid=False)
    response = adding.confirm(marie, co_chiefs.reach_check(marie, cast.LUC))
    assert 'id="activation-code"' in marie.get(response["Location"]).content.decode()
    assert 'id="activation-code"' not in marie.get(response["Location"]).content.decode()
    assert Activation.objects.filter(person__insz=cast.LUC).count() == 1


def test_L7_a_co_htb_with_a_first_password_of_this_enterprise_gets_a_link_for_a_device(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    RegisterPerson.objects.filter(insz=cast.LUC).update(has_eid=False)
    adding.give(marie, cast.LUC, **adding.MEANS, **adding.PERSON)
    check = co_chiefs.reach_check(marie, cast.LUC)
    assert "behoudt de gebruikersnaam en het wachtwoord" in marie.get(check).content.decode()
    response = adding.confirm(marie, check)
    assert 'id="activation-code"' in marie.get(response["Location"]).content.decode()
    assert details_of("means.activation.open") == [{"sets": "device"}]


def test_S8_a_double_click_appoints_once(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    check = co_chiefs.reach_check(marie, cast.LUC)
    plan = adding.plan_on(marie, check)
    assert [adding.confirm(marie, check, plan).status_code for _ in range(2)] == [302, 302]
    assert ChiefRole.objects.filter(person__insz=cast.LUC).count() == 1


def test_S8_two_tabs_appoint_once_and_the_second_is_told(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    one, other = co_chiefs.reach_check(marie, cast.LUC), co_chiefs.reach_check(marie, cast.LUC)
    plan = adding.plan_on(marie, other)
    adding.confirm(marie, one)
    response = adding.confirm(marie, other, plan)
    assert response.status_code == 409
    assert "Marie Dubois" in response.content.decode()


def test_S5_an_employment_that_ends_before_the_confirmation_is_refused(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    check = co_chiefs.reach_check(marie, cast.THOMAS)
    plan = adding.plan_on(marie, check)
    Employment.objects.filter(number=cast.BRASSERIE, insz=cast.THOMAS).update(ends_on=date(2025, 1, 1))
    assert adding.confirm(marie, check, plan).status_code == 422
    assert not ChiefRole.objects.filter(person__insz=cast.THOMAS).exists()


def test_H5_the_htb_ends_a_co_htb(log_in: LogIn) -> None:
    marie, role = log_in(cast.MARIE), live(cast.BART)
    account = adding.give(marie, cast.BART, adding.CO_LB)
    review = Review.objects.create(enterprise=role.enterprise, chief_role=role, opened_at=timezone.now())
    address = end_address(role)
    assert "Bart Maes is dan niet langer Co-hoofdtoegangsbeheerder" in marie.get(address).content.decode()
    plan = adding.plan_on(marie, address)
    assert [marie.post(address, {"plan": plan}).status_code for _ in range(2)] == [302, 302]
    role.refresh_from_db()
    review.refresh_from_db()
    assert role.ended_at is not None
    assert review.outcome == "end"
    assert Account.objects.get(pk=account.pk).ended_at is None
    assert Mail.objects.filter(to=role.email).latest("pk").language == "nl"
    assert Event.objects.filter(act="cochief.end").count() == 1
    assert marie.get(address).status_code == 404


def test_H5_a_co_htb_resigns_and_the_htb_is_told(log_in: LogIn) -> None:
    bart, address = log_in(cast.BART, Means.TOTP), co_chiefs.address("co-chief-resign")
    plan = adding.plan_on(bart, address)
    assert [bart.post(address, {"plan": plan})["Location"] for _ in range(2)] == ["/nl/home", "/nl/home"]
    assert not ChiefRole.objects.filter(person__insz=cast.BART, ended_at=None).exists()
    assert "Bart Maes a démissionné" in Mail.objects.latest("pk").text
    event = Event.objects.filter(act="cochief.end").get()
    assert event.role == "co-HTB"


def test_H10_the_htb_cannot_leave_the_enterprise_without_one(log_in: LogIn) -> None:
    marie, own = log_in(cast.MARIE), live(cast.MARIE)
    assert marie.get(co_chiefs.address("co-chief-resign")).status_code == 403
    assert marie.get(end_address(own)).status_code == 404
    assert marie.post(end_address(own), {"plan": "x"}).status_code == 404
