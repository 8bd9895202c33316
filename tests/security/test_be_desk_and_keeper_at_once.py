"""The attacker wants two duties in one pair of hands: to decide which functions count, and to approve requests by them (T9)."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from acts.errors import Refused
from csam_portal.invariants import broken
from enterprises.models import FunctionRule
from identity.actions.staff import add_staff, staff_actor
from identity.actor import portal_actor
from identity.models import Person
from tests.logging_in import person_called
from tests.requesting import desk

pytestmark = pytest.mark.django_db

PAIRS = [("desk", "keepers"), ("desk", "supervisors"), ("keepers", "supervisors")]
NAMED = ("--name", "Hats", "--first-name", "Two", "--email", "two.hats@example.be")
ACCOUNTS = "/admin/identity/person/"


def groups(*names: str) -> list[Group]:
    return list(Group.objects.filter(name__in=names))


def held(user_name: str) -> set[str]:
    return set(person_called(user_name).groups.values_list("name", flat=True))


@pytest.mark.parametrize("pair", PAIRS)
def test_T9_no_form_of_a_supervisor_gives_two(pair: tuple[str, str]) -> None:
    supervisor = desk("eranova5")
    two = {"groups": [group.pk for group in groups(*pair)], "language": "nl", "is_active": "on"}
    response = supervisor.post(
        f"{ACCOUNTS}add/",
        {**two, "user_name": "two.hats", "first_names": "Two", "last_name": "Hats", "email": "a@b.be"},
    )
    assert response.status_code == 200
    assert "Choose one group" in response.content.decode()
    assert not Person.objects.filter(user_name="two.hats").exists()
    person = person_called("eranova1")
    response = supervisor.post(
        f"{ACCOUNTS}{person.pk}/change/", {**two, "first_names": "Eranova", "last_name": "1", "email": person.email}
    )
    assert response.status_code == 200
    assert held("eranova1") == {"desk"}


@pytest.mark.parametrize("pair", PAIRS)
def test_T9_no_act_and_no_command_gives_two(pair: tuple[str, str]) -> None:
    for actor in (portal_actor(), staff_actor(person_called("eranova5"))):
        with pytest.raises(Refused, match="two_duties"):
            add_staff(actor=actor, person=Person(user_name="two.hats", last_name="Hats"), groups=groups(*pair))
    with pytest.raises(CommandError, match="Kies één groep"):
        call_command("add_staff", "two.hats", *NAMED, "--group", pair[0], "--group", pair[1], stdout=StringIO())
    assert not Person.objects.filter(user_name="two.hats").exists()


@pytest.mark.parametrize("pair", PAIRS)
def test_T9_the_database_refuses_what_no_act_wrote(pair: tuple[str, str]) -> None:
    person = person_called("eranova1")
    person.groups.clear()
    person.groups.set(groups(*pair))
    assert len(held("eranova1")) == 1, "Django passes over what the database refuses"
    through = Person.groups.through
    (other,) = set(pair) - held("eranova1")
    with pytest.raises(IntegrityError), transaction.atomic():
        through.objects.create(person_id=person.pk, group_id=groups(other)[0].pk)


def test_T9_an_operator_does_nobodys_work() -> None:
    with pytest.raises(CommandError, match="geen enkele groep"):
        call_command("add_staff", "root", *NAMED, "--operator", "--group", "desk", stdout=StringIO())
    person = person_called("eranova3")
    person.groups.clear()
    Person.objects.filter(pk=person.pk).update(is_superuser=True)
    operator: Client = desk("eranova3")
    rule = FunctionRule.objects.get(code="10021")
    answers = {"counts": "on", "name": rule.name, "valid_from": "", "valid_to": ""}
    assert operator.get(f"/admin/enterprises/functionrule/{rule.pk}/change/").status_code == 200, "but sees it"
    assert operator.post(f"/admin/enterprises/functionrule/{rule.pk}/change/", answers).status_code == 403
    assert operator.post("/admin/enterprises/functionrule/add/", {**answers, "code": "12345"}).status_code == 403
    assert operator.get("/admin/htb/request/").status_code == 403
    assert (
        operator.post(f"{ACCOUNTS}add/", {"user_name": "mine", "last_name": "Mine", "language": "nl"}).status_code
        == 403
    )
    assert FunctionRule.objects.filter(code__in=["10021", "12345"], counts=True).count() == 0


def test_T9_what_was_written_past_everything_is_found() -> None:
    assert list(broken()) == []
    keeper, operator, stranger = (person_called(name) for name in ("eranova3", "eranova1", "kelamrani"))
    keeper.user_permissions.add(Permission.objects.get(codename="process_request"))
    Person.objects.filter(pk=operator.pk).update(is_superuser=True)
    stranger.groups.set(groups("desk"))
    lines = list(broken())
    assert f"somebody with a permission of their own: {keeper.public_id}" in lines
    assert f"an operator with a duty: {operator.public_id}" in lines
    assert f"somebody with a duty who is no staff: {stranger.public_id}" in lines
