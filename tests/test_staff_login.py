"""The contact centre's admin: password and one-time code, nothing less; who may keep what (BEHAVIOUR E9)."""

import re
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
from identity.actions.staff import add_staff
from identity.actor import portal_actor
from identity.models import Person
from tests.logging_in import NEW_PASSWORD, PASSWORD, acts_of, code_of, details_of, person_called, set_up_app

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
STAFF = "/admin/identity/person/"


def give(client: Client, user_name: str, password: str, code: str, **extra: str) -> HttpResponse:
    answer = {"username": user_name, "password": password, "code": code, "next": "/admin/"}
    response: HttpResponse = client.post(LOGIN, answer, headers={"Accept-Language": "en"}, **extra)  # type: ignore[assignment,arg-type]
    return response


def key_of(user_name: str) -> str:
    device = codes.app_of(person_called(user_name))
    assert device is not None
    return str(device.key)


def make_staff(user_name: str, *groups: str, is_operator: bool = False) -> Person:
    """Make an account of staff that has already chosen its own password, the demo world's."""
    person = Person(user_name=user_name, last_name=user_name)
    chosen = Group.objects.filter(name__in=groups)
    add_staff(actor=portal_actor(), person=person, groups=chosen, is_operator=is_operator)
    person.set_password(PASSWORD)
    person.password_is_first = False
    person.save()
    return person


def log_in_staff(user_name: str) -> Client:
    client = Client()
    response = give(client, user_name, PASSWORD, code_of(key_of(user_name)))
    assert response.status_code == 302, response.content.decode()
    return client


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
            *(f"senders.{verb}_messagecode" for verb in verbs),
        },
        "supervisors": {f"identity.{verb}_person" for verb in verbs},
    }


def test_E9_the_admin_offers_the_writes_of_no_other_package() -> None:
    apps = {model._meta.app_label for model in admin.site._registry}
    assert not apps & {"auth", "otp_totp", "otp_static", "contenttypes", "sessions"}


def test_E9_the_admin_offers_no_one_who_is_no_superuser_a_delete() -> None:
    make_staff("supervisor", "supervisors")
    client = log_in_staff("supervisor")
    other = person_called("eranova1")
    assert client.get(f"{STAFF}{other.pk}/delete/").status_code == 403


def test_E9_supervisors_see_staff_alone(client: Client) -> None:
    make_staff("supervisor", "supervisors")
    client = log_in_staff("supervisor")
    page = client.get(STAFF).content.decode()
    assert "eranova1" in page
    assert "kelamrani" not in page
    karim = person_called("kelamrani")
    assert client.get(f"{STAFF}{karim.pk}/change/").status_code == 302
    client.post(f"{STAFF}{karim.pk}/change/", {"last_name": "Changed", "language": "nl"})
    karim.refresh_from_db()
    assert karim.last_name == "El Amrani"


def test_E9_a_supervisor_makes_an_account_whose_first_means_are_shown_once() -> None:
    make_staff("supervisor", "supervisors")
    client = log_in_staff("supervisor")
    keepers = Group.objects.get(name="keepers")
    answer = {
        "user_name": "new.keeper",
        "first_names": "Nele",
        "last_name": "Nieuw",
        "language": "nl",
        "is_active": "on",
        "groups": [keepers.pk],
    }
    response = client.post(
        f"{STAFF}add/", {**answer, "is_superuser": "on", "is_staff": ""}, follow=True, headers={"Accept-Language": "en"}
    )
    person = person_called("new.keeper")
    assert (person.is_staff, person.is_superuser, person.password_is_first) == (True, False, True)
    assert list(person.groups.all()) == [keepers]
    shown = re.search(r"first password (\S+), secret for the app ([A-Z2-7 ]+)\.", response.content.decode())
    assert shown is not None
    assert person.check_password(shown[1])
    assert shown[2] == codes.shown_key(key_of("new.keeper"))
    assert shown[1] not in client.get(STAFF).content.decode()
    assert details_of("staff.add")[-1] == {"groups": ["keepers"], "is_active": True, "is_operator": False}
    response = client.post(f"{STAFF}add/", {**answer, "user_name": "NEW.keeper"})
    assert response.status_code == 200
    assert Person.objects.filter(user_name_key=user_name_key("new.keeper")).count() == 1


def test_E9_a_supervisor_changes_groups_and_closes_accounts_but_never_makes_a_superuser() -> None:
    make_staff("supervisor", "supervisors")
    client = log_in_staff("supervisor")
    other = log_in_staff("eranova1")
    person = person_called("eranova1")
    answer = {"first_names": "Eranova", "last_name": "1", "language": "fr", "is_superuser": "on", "user_name": "stolen"}
    assert client.post(f"{STAFF}{person.pk}/change/", answer).status_code == 302
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


def test_E9_no_supervisor_keeps_their_own_account_or_an_operators() -> None:
    own = make_staff("supervisor", "supervisors")
    operator = make_staff("operator", is_operator=True)
    client = log_in_staff("supervisor")
    for person in (own, operator):
        assert client.post(f"{STAFF}{person.pk}/change/", {"last_name": "X", "language": "nl"}).status_code == 403
        response = client.post(STAFF, {"action": "renew_means", "_selected_action": [person.pk]}, follow=True)
        assert response.status_code == 200
        person.refresh_from_db()
        assert person.check_password(PASSWORD)


def test_E9_who_is_no_supervisor_keeps_no_account() -> None:
    make_staff("keeper", "keepers")
    client = log_in_staff("keeper")
    assert client.get(STAFF).status_code == 403
    assert client.get(f"{STAFF}add/").status_code == 403


def test_E9_new_first_means_end_the_former_at_once() -> None:
    make_staff("supervisor", "supervisors")
    other = log_in_staff("eranova1")
    old_key = key_of("eranova1")
    client = log_in_staff("supervisor")
    client.post(STAFF, {"action": "renew_means", "_selected_action": [person_called("eranova1").pk]})
    assert other.get("/admin/").status_code == 302
    assert key_of("eranova1") != old_key
    assert person_called("eranova1").password_is_first
    assert "staff.means.renew" in acts_of(person_called("eranova1"))


def test_the_first_staff_are_made_by_a_command() -> None:
    out = StringIO()
    call_command("add_staff", "first.one", "--group", "supervisors", stdout=out)
    person = person_called("first.one")
    assert person.check_password(out.getvalue().splitlines()[1].rsplit(" ", 1)[1])
    assert [group.name for group in person.groups.all()] == ["supervisors"]
    assert not person.is_superuser
    for arguments in (["first.one"], ["x"], ["second", "--group", "kings"]):
        with pytest.raises(CommandError):
            call_command("add_staff", *arguments, stdout=out)
    call_command("add_staff", "an.operator", "--operator", stdout=out)
    assert person_called("an.operator").is_superuser
