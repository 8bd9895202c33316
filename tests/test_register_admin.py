"""What staff keep (BEHAVIOUR E9, E1): the contact centre's keepers in the admin."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import translation
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from audit.models import Event
from enterprises.models import Application, CapacityKind, Domain, FunctionRule
from identity.models import Person, Proposal
from tests.keeping import propose

pytestmark = pytest.mark.django_db

ADMIN = "/admin/enterprises"
RULE = {
    "code": "10100",
    "name": "Vereffenaar",
    "legal_form": "",
    "situation": "012",
    "counts": "on",
    "valid_from": "",
    "valid_to": "",
}


@pytest.fixture
def staff() -> Person:
    return Person.objects.get(user_name="eranova3")


@pytest.fixture
def desk(staff: Person) -> Client:
    """A staff member with a code, in no group."""
    staff.groups.clear()
    client = Client()
    client.force_login(staff)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.get(user=staff).persistent_id
    session.save()
    client.cookies["session"] = session.session_key or ""
    return client


@pytest.fixture
def keeper(desk: Client, staff: Person) -> Client:
    staff.groups.add(Group.objects.get(name="keepers"))
    return desk


def event(act: str) -> tuple[Event, dict[str, Any]]:
    found = Event.objects.get(act=act)
    return found, json.loads(found.details)


def test_E9_keepers_see_the_lists(keeper: Client) -> None:
    for model in ("domain", "capacitykind", "application", "functionrule"):
        assert keeper.get(f"{ADMIN}/{model}/").status_code == 200, model


def test_E9_staff_outside_the_keepers_do_not(desk: Client) -> None:
    assert desk.get(f"{ADMIN}/functionrule/").status_code == 403
    assert desk.post(f"{ADMIN}/functionrule/add/", RULE).status_code == 403
    assert not FunctionRule.objects.filter(code="10100").exists()


def test_E9_nobody_comes_in_without_a_code(staff: Person) -> None:
    client = Client()
    client.force_login(staff)
    assert client.get(f"{ADMIN}/functionrule/").status_code == 302


def test_E1_a_new_rule_is_recorded(keeper: Client, staff: Person) -> None:
    assert keeper.post(f"{ADMIN}/functionrule/add/", RULE | {"counts": ""}).status_code == 302
    rule = FunctionRule.objects.get(code="10100")
    recorded, details = event("rule.add")
    assert (recorded.actor, recorded.role, recorded.level) == (str(staff.public_id), "staff", 400)
    assert recorded.about == f"rule:{rule.pk}"
    assert details["after"]["situation"] == "012"


def test_E1_a_changed_rule_is_recorded_with_before_and_after(keeper: Client) -> None:
    rule = FunctionRule.objects.get(code="10006")
    answers = {"code": "10006", "name": rule.name, "legal_form": "", "situation": "", "valid_from": "", "valid_to": ""}
    assert keeper.post(f"{ADMIN}/functionrule/{rule.pk}/change/", answers).status_code == 302
    assert event("rule.edit")[1] == {"before": {"counts": True}, "after": {"counts": False}}


def test_a_rule_beside_one_for_the_same_is_refused_with_a_sentence(keeper: Client) -> None:
    response = keeper.post(f"{ADMIN}/functionrule/add/", RULE | {"code": "10002", "situation": ""})
    assert response.status_code == 200
    assert FunctionRule.objects.filter(code="10002").count() == 1


def test_nothing_that_is_kept_can_be_deleted(keeper: Client) -> None:
    for model in (Domain, CapacityKind, Application, FunctionRule):
        thing = model.objects.first()
        assert thing is not None
        assert keeper.post(f"{ADMIN}/{model._meta.model_name}/{thing.pk}/delete/", {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": [thing.pk], "post": "yes"}
        keeper.post(f"{ADMIN}/{model._meta.model_name}/", action)
        assert model.objects.filter(pk=thing.pk).exists()


def test_what_others_hang_on_is_fixed(keeper: Client) -> None:
    kind = CapacityKind.objects.get(code="employer-rsz")
    names = {f"name_{language}": "Werkgever" for language in ("nl", "fr", "de", "en")}
    answers: dict[str, Any] = {"code": "other", "identified_by": "enterprise", "domain": "2", "position": "1", **names}
    assert propose(keeper, CapacityKind, kind.pk, **answers).status_code == 302
    assert set(Proposal.objects.get().content["values"]) == set(names)
    kind.refresh_from_db()
    assert (kind.code, kind.identified_by, kind.domain.code) == ("employer-rsz", "rsz", "social-security")


def test_E1_an_application_is_retired_after_a_question_and_once(keeper: Client, staff: Person) -> None:
    application = Application.objects.get(code="publiato")
    action = {"action": "retire", "_selected_action": [application.pk]}
    question = keeper.post(f"{ADMIN}/application/", action)
    assert "Publiato" in question.content.decode()
    application.refresh_from_db()
    assert application.retired_at is None
    keeper.post(f"{ADMIN}/application/", action | {"confirmed": "yes"})
    application.refresh_from_db()
    assert (application.retired_by, application.retired_at is None) == (staff, False)
    assert event("application.retire")[1] == {"code": "publiato"}
    keeper.post(f"{ADMIN}/application/", action | {"confirmed": "yes"})
    assert Event.objects.filter(act="application.retire").count() == 1


def test_E9_the_question_says_who_holds_the_application(keeper: Client) -> None:
    """How many accounts, and in which enterprises; an application that nobody holds says so."""
    held = Application.objects.get(kind__code="employer-rsz", code="dmfa")
    unheld = Application.objects.get(code="publiato")
    action = {"action": "retire", "_selected_action": [held.pk, unheld.pk]}
    with translation.override("en"):
        question = keeper.post(f"{ADMIN}/application/", action).content.decode()
    assert "Brasserie du Canal SRL (0999.000.228): 1" in question
    assert "Niemand" in question


def test_E9_who_holds_a_retired_application_keeps_it(keeper: Client) -> None:
    application = Application.objects.get(kind__code="employer-rsz", code="dmfa")
    live = application.grants.filter(ended_at=None).count()
    action = {"action": "retire", "_selected_action": [application.pk], "confirmed": "yes"}
    keeper.post(f"{ADMIN}/application/", action)
    assert live == application.grants.filter(ended_at=None).count() == 1


def test_the_register_of_loads_is_read_only(desk: Client, staff: Person) -> None:
    staff.user_permissions.set(Permission.objects.filter(content_type__model="registerload"))
    assert desk.get(f"{ADMIN}/registerload/").status_code == 200
    assert desk.get(f"{ADMIN}/registerload/add/").status_code == 403
