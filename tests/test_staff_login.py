"""The contact centre's admin: password and one-time code, nothing less; who may keep what (BEHAVIOUR E9)."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from formats.names import user_name_key
from identity import codes
from identity.models import Person, Proposal, StaffNumber
from tests.logging_in import NEW_PASSWORD, PASSWORD, acts_of, code_of, details_of, person_called, set_up_app
from tests.staffing import (
    ACCOUNTS,
    LOGIN,
    account,
    activate,
    as_it_is,
    card,
    card_of,
    code_on,
    decide,
    key_of,
    log_in_staff,
    make_staff,
)

pytestmark = pytest.mark.django_db


def give(client: Client, user_name: str, password: str, code: str, **extra: str) -> HttpResponse:
    answer = {"username": user_name, "password": password, "code": code, "next": "/admin/"}
    response: HttpResponse = client.post(LOGIN, answer, headers={"Accept-Language": "en"}, **extra)  # type: ignore[assignment,arg-type]
    return response


def test_E9_password_and_code_open_the_admin_and_leave_events(client: Client) -> None:
    response = give(client, "eranova1", PASSWORD, code_of(key_of("eranova1")))
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    client.post("/admin/logout/")
    assert client.get("/admin/").status_code == 302
    assert acts_of(person_called("eranova1")) == ["staff.login", "staff.logout"]


@pytest.mark.parametrize(
    "case", ["no code", "wrong code", "wrong password", "unknown", "no staff", "closed", "list code"]
)
def test_E9_nothing_less_opens_the_admin(client: Client, case: str) -> None:
    """E9, L6: one answer whichever is wrong."""
    user_name, password, code = "eranova1", PASSWORD, code_of(key_of("eranova1"))
    if case == "no staff":
        user_name, code = "kelamrani", code_of(set_up_app(person_called("kelamrani")))
    elif case == "list code":
        listed = codes.new_codes()
        codes.put_codes(person_called("eranova1"), listed)
        code = listed[0]
    elif case == "closed":
        Person.objects.filter(user_name=user_name).update(is_active=False)
    else:
        user_name = "nobody" if case == "unknown" else user_name
        password = "wrong" if case == "wrong password" else password
        code = {"no code": "", "wrong code": "000000"}.get(case, code)
    response = give(client, user_name, password, code)
    assert response.status_code == 200
    assert ("The user name, the password or the code is wrong." in response.content.decode()) == (case != "no code")
    assert client.get("/admin/").status_code == 302
    assert "staff.login" not in acts_of(person_called("eranova1"))


def test_E9_a_portal_login_of_whatever_level_opens_no_admin(client: Client) -> None:
    Person.objects.filter(user_name="kelamrani").update(is_superuser=True)
    key = set_up_app(person_called("kelamrani"))
    client.post("/nl/login/password?means=totp", {"user_name": "kelamrani", "password": PASSWORD})
    client.post("/nl/login/code", {"code": code_of(key)})
    assert client.session["level"] == 400
    assert client.get("/admin/").status_code == 302


def test_E9_staff_log_in_at_the_admin_alone(client: Client) -> None:
    client.post("/nl/login/password", {"user_name": "eranova1", "password": PASSWORD})
    assert client.get("/nl/me/data").status_code == 302
    assert log_in_staff("eranova1").get("/nl/me/data").status_code == 302, "and are nobody's actor there"


def test_L6_wrong_tries_at_the_admin_count(client: Client) -> None:
    code = code_of(key_of("eranova1"))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _try in range(5):
            give(client, "eranova1", "wrong", code)
        assert give(client, "eranova1", PASSWORD, code_of(key_of("eranova1"))).status_code == 200
        assert "Try again after" in give(client, "eranova1", "wrong", code).content.decode()
        clock.shift(timedelta(minutes=15, seconds=1))
        assert give(client, "eranova1", PASSWORD, code_of(key_of("eranova1"))).status_code == 302


def test_L6_wrong_codes_at_the_admin_count(client: Client) -> None:
    for _try in range(5):
        give(client, "eranova1", PASSWORD, "000000")
    assert give(client, "eranova1", PASSWORD, code_of(key_of("eranova1"))).status_code == 200
    assert client.get("/admin/").status_code == 302


def test_E9_a_first_password_is_changed_before_anything_else(client: Client) -> None:
    Person.objects.filter(user_name="eranova1").update(password_is_first=True)
    client = log_in_staff("eranova1")
    assert client.get("/admin/")["Location"] == "/admin/password_change/"
    same = {"old_password": PASSWORD, "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert client.post("/admin/password_change/", same).status_code == 200
    new = {"old_password": "wrong", "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert client.post("/admin/password_change/", new).status_code == 200
    assert client.post("/admin/password_change/", {**new, "old_password": PASSWORD}).status_code == 302
    assert client.get("/admin/").status_code == 200, "the session goes on"
    person = person_called("eranova1")
    assert person.check_password(NEW_PASSWORD)
    assert acts_of(person) == ["staff.login", "means.password.change"]


def test_E9_the_groups_hold_what_they_may_keep_and_nothing_else() -> None:
    held = {
        group.name: {
            f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")
        }
        for group in Group.objects.all()
    }
    verbs = ("view", "add", "change")
    assert held == {
        "desk": {"htb.view_request", "htb.process_request"},
        "keepers": {
            *(
                f"enterprises.{verb}_{model}"
                for verb in verbs
                for model in ("domain", "capacitykind", "application", "functionrule")
            ),
            *(f"htb.{verb}_refusaltemplate" for verb in verbs),
            *(f"senders.{verb}_{model}" for verb in verbs for model in ("messagecode", "admittedissuer")),
        },
        "supervisors": {f"identity.{verb}_person" for verb in verbs},
    }


def test_E9_the_admin_offers_the_writes_of_no_other_package() -> None:
    apps = {model._meta.app_label for model in admin.site._registry}
    assert not apps & {"auth", "otp_totp", "otp_static", "contenttypes", "sessions"}


def test_E9_the_admin_offers_no_one_who_is_no_superuser_a_delete() -> None:
    client = log_in_staff("eranova5")
    other = person_called("eranova1")
    assert client.get(f"{ACCOUNTS}{other.pk}/delete/").status_code == 403


def test_E9_supervisors_see_staff_alone(client: Client) -> None:
    client = log_in_staff("eranova5")
    page = client.get(ACCOUNTS).content.decode()
    assert "eranova1" in page
    assert "kelamrani" not in page
    karim = person_called("kelamrani")
    assert client.get(f"{ACCOUNTS}{karim.pk}/change/").status_code == 302
    client.post(f"{ACCOUNTS}{karim.pk}/change/", {"last_name": "Changed", "language": "nl"})
    karim.refresh_from_db()
    assert karim.last_name == "El Amrani"


def test_E9_a_supervisor_proposes_an_account_and_never_a_superuser_by_the_way() -> None:
    client = log_in_staff("eranova5")
    response = client.post(f"{ACCOUNTS}add/", account("new.keeper", "keepers", is_staff="", is_active=""))
    assert response.status_code == 302
    decide(log_in_staff("eranova6"))
    person = person_called("new.keeper")
    assert (person.is_staff, person.is_superuser, person.is_active) == (True, False, True)
    assert [group.name for group in person.groups.all()] == ["keepers"]
    assert details_of("staff.add")[-1] == {"groups": ["keepers"], "is_active": True, "is_operator": False}
    response = client.post(f"{ACCOUNTS}add/", account("NEW.keeper", email="other@example.be"))
    assert response.status_code == 200
    assert Person.objects.filter(user_name_key=user_name_key("new.keeper")).count() == 1


def test_E9_an_operator_is_made_by_two_and_sees_without_changing() -> None:
    client = log_in_staff("eranova5")
    assert client.post(f"{ACCOUNTS}add/", account("root.one", is_superuser="on")).status_code == 200, "in no group"
    client.post(f"{ACCOUNTS}add/", account("root.one", is_superuser="on", groups=[]))
    decide(log_in_staff("eranova6"))
    person = person_called("root.one")
    assert (person.is_superuser, person.groups.count()) == (True, 0)


def test_E9_a_supervisor_closes_accounts_and_never_makes_a_superuser() -> None:
    client = log_in_staff("eranova5")
    other = log_in_staff("eranova1")
    person = person_called("eranova1")
    answer = as_it_is(person, is_active=False, language="fr", is_superuser="on", user_name="stolen")
    assert client.post(f"{ACCOUNTS}{person.pk}/change/", answer).status_code == 302
    person.refresh_from_db()
    assert (person.is_active, person.is_superuser, person.user_name, person.language) == (
        False,
        False,
        "eranova1",
        "fr",
    )
    assert other.get("/admin/").status_code == 302, "a closed account is out at once"
    change = details_of("staff.change")[-1]
    assert (change["before"]["is_active"], change["after"]["is_active"]) == (True, False)
    assert not Proposal.objects.exists()


def test_E9_no_supervisor_keeps_their_own_account() -> None:
    own = person_called("eranova5")
    client = log_in_staff("eranova5")
    assert client.post(f"{ACCOUNTS}{own.pk}/change/", as_it_is(own, last_name="X")).status_code == 403
    client.post(ACCOUNTS, {"action": "renew_means", "_selected_action": [own.pk]}, follow=True)
    assert not Proposal.objects.exists()


def test_E9_who_is_no_supervisor_keeps_no_account() -> None:
    make_staff("keeper", "keepers")
    client = log_in_staff("keeper")
    assert client.get(ACCOUNTS).status_code == 403
    assert client.get(f"{ACCOUNTS}add/").status_code == 403


def test_E9_new_means_end_the_former_at_once() -> None:
    other, client = log_in_staff("eranova1"), log_in_staff("eranova5")
    client.post(ACCOUNTS, {"action": "renew_means", "_selected_action": [person_called("eranova1").pk]})
    assert other.get("/admin/").status_code == 200
    code = code_on(decide(log_in_staff("eranova6")))
    assert other.get("/admin/").status_code == 302
    person = person_called("eranova1")
    assert (person.has_usable_password(), codes.app_of(person)) == (False, None)
    assert activate(person.email, code, card_of("eranova1")).status_code == 302
    assert log_in_staff("eranova1", NEW_PASSWORD).get("/admin/").status_code == 200


def add(user_name: str, *further: str) -> str:
    """Run the command; return what it prints."""
    out = StringIO()
    named = ["--name", "Nieuw", "--first-name", "Nele", "--email", f"{user_name}@example.be"]
    call_command("add_staff", user_name, *named, *further, stdout=out)
    return out.getvalue()


def test_T7_the_command_makes_the_first_two_supervisors_and_no_more() -> None:
    with pytest.raises(CommandError, match="twee supervisors"):
        add("one.too.many", "--group", "supervisors")
    Person.objects.filter(user_name__in=["eranova5", "eranova6"]).update(is_active=False)
    for wrong in (
        ("x", "--group", "supervisors"),
        ("first", "--group", "kings"),
        ("first", "--group", "desk"),
        ("first",),
    ):
        with pytest.raises(CommandError):
            add(*wrong)
    said = add("first.one", "--group", "supervisors")
    add("an.operator", "--operator")
    assert person_called("an.operator").is_superuser
    add("second.one", "--group", "supervisors")
    for last in ("--group=supervisors", "--operator"):
        with pytest.raises(CommandError, match="twee supervisors"):
            add("third.one", last)
    person = person_called("first.one")
    assert (person.has_usable_password(), person.is_superuser) == (False, False)
    assert activate(person.email, said.split()[-1], card()).status_code == 302
    assert log_in_staff("first.one", NEW_PASSWORD).get(ACCOUNTS).status_code == 200
    assert acts_of(person) == ["staff.login"]


def test_T7_an_installation_whose_supervisors_have_no_number_can_get_two_new_ones() -> None:
    StaffNumber.objects.filter(person__user_name__in=["eranova5", "eranova6"]).delete()
    add("first.one", "--group", "supervisors")
    add("second.one", "--group", "supervisors")
    with pytest.raises(CommandError, match="twee supervisors"):
        add("third.one", "--group", "supervisors")
