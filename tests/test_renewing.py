"""A new activation in the place of one that a TB, co-TB, co-HTB or HTB lost or let grow too old (BEHAVIOUR L7)."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from access_admins.models import ChiefRole
from acts.errors import Missing
from audit.models import Event
from enterprises.models import LegalFunction
from identity import codes
from identity.actions.activation import renewable
from identity.actions.login import log_in as note_login
from identity.enums import Means
from identity.models import Activation, Person
from identity.rights import Permission, may
from outbox.models import Mail
from tests import adding, appointing, cast, co_chiefs, delegating
from tests.conftest import LogIn
from tests.logging_in import NEW_PASSWORD, give_code, give_password, level_of, link_in, mails_to
from users.adding.actions import renew_activation
from users.models import Account

pytestmark = pytest.mark.django_db

BUTTON = "Een nieuwe activering sturen"
GONE = "/nl/link-gone"


@dataclass(frozen=True)
class Held:
    """Luc Janssens's role: its pages, where its mails go, the code that its appointment showed."""

    shown_on: str
    page: str
    sent: str
    mailbox: str
    code: str

    @property
    def link(self) -> str:
        """The newest link."""
        return link_in(next(mail for mail in reversed(mails_to(self.mailbox)) if "/link/" in mail.text))


def in_capacity(kind: str) -> Callable[[Client], Held]:
    def give(marie: Client) -> Held:
        account, code = adding.give_by_link(marie, kind)
        shown_on, page, sent = (
            adding.address(route, account_id=account.public_id)
            for route in ("account", "administrator-activation", "administrator-activation-sent")
        )
        return Held(shown_on, page, sent, adding.EMAIL, code)

    return give


def over_enterprise(marie: Client) -> Held:
    role, code = co_chiefs.appoint_by_link(marie)
    page, sent = (
        co_chiefs.address(route, role_id=role.public_id)
        for route in ("co-chief-activation", "co-chief-activation-sent")
    )
    return Held(co_chiefs.address("enterprise-management"), page, sent, co_chiefs.CONTACT["email"], code)


def as_chief(marie: Client) -> Held:
    """Appointed by the standard procedure; a legal representative has the page (one run later)."""
    role, code = appointing.appoint_by_link(marie, cast.BRASSERIE, cast.LUC)
    assert role.person == luc()
    shown_on = appointing.start(marie, cast.BRASSERIE)
    run = resolve(shown_on).kwargs["run_id"]
    page, sent = (reverse(route, args=[run]) for route in ("chief-activation", "chief-activation-sent"))
    return Held(shown_on, page, sent, appointing.CHIEF["chief_email"], code)


ROLES = [
    pytest.param(in_capacity(adding.LB), id="TB"),
    pytest.param(in_capacity(adding.CO_LB), id="co-TB"),
    pytest.param(over_enterprise, id="co-HTB"),
    pytest.param(as_chief, id="HTB"),
]


def text_of(response: Any) -> str:
    return str(response.content.decode())


def luc() -> Person:
    return Person.objects.get(insz=cast.LUC)


def opened() -> int:
    return Activation.objects.filter(person__insz=cast.LUC).count()


def send(client: Client, held: Held) -> str:
    """Confirm the page, and return the code that the next one shows."""
    response = adding.confirm(client, held.page)
    assert (response.status_code, response["Location"]) == (302, held.sent), text_of(response)
    return adding.code_on(client.get(held.sent))


def accepts(link: str, code: str) -> bool:
    """Tell whether a link leads to a page that takes this code."""
    browser = Client()
    if browser.post(link)["Location"] == GONE:
        return False
    return browser.post("/nl/activate", {"code": code}).status_code == 302


@pytest.mark.parametrize("given", ROLES)
def test_L7_a_lost_activation_is_sent_again_and_the_earlier_one_ends(
    given: Callable[[Client], Held], log_in: LogIn
) -> None:
    marie = log_in(cast.MARIE)
    held = given(marie)
    earlier = held.link
    assert BUTTON in text_of(marie.get(held.shown_on))
    page = text_of(marie.get(held.page))
    assert "De vorige link en de vorige code werken niet meer." in page
    assert "Luc Janssens kan zich nog niet aanmelden en krijgt een link" in page
    code = send(marie, held)
    assert held.link != earlier
    assert Client().post(earlier)["Location"] == GONE
    assert not accepts(held.link, held.code)
    assert accepts(held.link, code)
    assert code not in "".join(Mail.objects.values_list("text", flat=True))
    assert code not in "".join(Event.objects.values_list("details", flat=True))


@pytest.mark.parametrize("given", ROLES)
def test_L7_the_new_code_is_shown_once(given: Callable[[Client], Held], log_in: LogIn) -> None:
    marie, other = log_in(cast.MARIE), log_in(cast.MARIE)
    held = given(marie)
    response = adding.confirm(marie, held.page)
    assert other.get(held.sent).status_code == 302, "it is for the session alone that sent it"
    code = adding.code_on(marie.get(response["Location"]))
    again = marie.get(held.sent, follow=True)
    assert code not in text_of(again)
    assert "De code van een activering is één keer te zien" in text_of(again)


def test_L7_who_let_a_link_grow_too_old_logs_in_with_a_new_one(log_in: LogIn) -> None:
    held = in_capacity(adding.CO_LB)(log_in(cast.MARIE))
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert Client().post(held.link)["Location"] == GONE
        code = send(log_in(cast.MARIE), held)
        browser = Client()
        browser.post(held.link)
        browser.post("/nl/activate", {"code": code})
        browser.post(
            "/nl/activate/user-name",
            {"user_name": "luc.janssens", "password": NEW_PASSWORD, "password_again": NEW_PASSWORD},
        )
        browser.post("/nl/activate/device", {"means": "token"})
        listed = re.findall(r'class="code">([a-z0-9-]{9})<', text_of(browser.get("/nl/activate/codes")))
        assert browser.post("/nl/activate/codes", {"kept": "on"})["Location"] == "/nl/login"
        give_password(browser, "luc.janssens", NEW_PASSWORD, query="?means=token")
        assert give_code(browser, listed[0]).status_code == 302
        assert level_of(browser) == 300
        assert browser.get(adding.address("users")).status_code == 200


@pytest.mark.parametrize("given", ROLES)
def test_L7_nothing_is_sent_to_who_has_means(given: Callable[[Client], Held], log_in: LogIn) -> None:
    """L7: not on a page that was open before, either."""
    marie = log_in(cast.MARIE)
    held = given(marie)
    plan = adding.plan_on(marie, held.page)
    note_login(person=luc(), means=Means.EID)  # with a card after all
    assert BUTTON not in text_of(marie.get(held.shown_on))
    for response in (marie.get(held.page), adding.confirm(marie, held.page, plan)):
        assert response.status_code == 422
        assert "kan zich al aanmelden" in text_of(response)
        assert 'name="plan"' not in text_of(response)
    assert opened() == 1


def test_L7_nothing_is_sent_to_who_needed_no_activation(log_in: LogIn) -> None:
    """Luc Janssens has a card by the register, with which he has not come yet."""
    marie = log_in(cast.MARIE)
    account = adding.give(marie, cast.LUC, adding.CO_LB, **adding.PERSON)
    page = adding.address("administrator-activation", account_id=account.public_id)
    assert BUTTON not in text_of(marie.get(adding.address("account", account_id=account.public_id)))
    assert [marie.get(page).status_code, marie.post(page).status_code] == [422, 422]
    assert not Activation.objects.exists()


def test_T31_in_the_place_of_lost_means_all_is_set_anew(log_in: LogIn) -> None:
    """Also by who has a password and codes here: what is lost is in nobody's hands, or in somebody's."""
    marie = log_in(cast.MARIE)
    held = in_capacity(adding.CO_LB)(marie)
    place = adding.capacity()
    Person.objects.filter(insz=cast.LUC).update(
        user_name="luc.janssens", user_name_key="luc.janssens", vouched_by=place.enterprise.public_id
    )
    codes.put_codes(luc(), codes.new_codes())
    assert "Wat deze onderneming Luc Janssens eerder gaf om aan te melden" in text_of(marie.get(held.page))
    code = send(marie, held)
    assert accepts(held.link, code)
    assert (luc().user_name, luc().has_usable_password(), codes.means_of(luc())) == (None, False, set())
    assert BUTTON in text_of(marie.get(held.shown_on))


@pytest.mark.parametrize(("who", "status"), [(cast.THOMAS, 403), (cast.NOOR, 403), (cast.EMMA, 404), (cast.BART, 302)])
def test_L7_who_gives_the_role_sends_its_activation(who: str, status: int, log_in: LogIn) -> None:
    """A TB cannot for a co-TB, whom the chiefs appoint; a co-HTB can."""
    marie = log_in(cast.MARIE)
    held = in_capacity(adding.CO_LB)(marie)
    plan = adding.plan_on(marie, held.page)
    client = log_in(who, Means.TOTP if who == cast.THOMAS else Means.EID)
    if status != 404 and who != cast.NOOR:
        assert (BUTTON in text_of(client.get(held.shown_on))) is (status == 302)
    assert adding.confirm(client, held.page, plan).status_code == status
    assert opened() == (2 if status == 302 else 1)


def test_L7_a_co_htb_sends_no_other_co_htb_one(log_in: LogIn) -> None:
    marie, bart = log_in(cast.MARIE), log_in(cast.BART)
    held = over_enterprise(marie)
    assert BUTTON not in text_of(bart.get(held.shown_on))
    assert adding.confirm(bart, held.page, adding.plan_on(marie, held.page)).status_code == 403
    assert opened() == 1


def test_L7_a_representative_sends_the_chief_one_and_nobody_else(log_in: LogIn) -> None:
    """Not a co-HTB; not over another's run; not whoever no longer represents the enterprise."""
    marie, luc_himself = log_in(cast.MARIE), log_in(cast.LUC)
    held = as_chief(marie)
    plan = adding.plan_on(marie, held.page)
    for who in (cast.BART, cast.AN, cast.LUC):
        assert adding.confirm(log_in(who), held.page, plan).status_code == 404
    own = appointing.start(luc_himself, cast.BRASSERIE)
    assert BUTTON not in text_of(luc_himself.get(own)), "the chief himself"
    LegalFunction.objects.filter(insz=cast.MARIE).update(ends_on=timezone.localdate() - timedelta(days=1))
    refused = adding.confirm(marie, held.page, plan)
    assert refused.status_code == 422
    assert opened() == 1


def test_L7_the_right_is_asked_again_inside_the_act(log_in: LogIn) -> None:
    account, _code = adding.give_by_link(log_in(cast.MARIE))
    bart, place = delegating.actor(cast.BART), adding.capacity()
    assert may(bart, Permission.CO_TB_ADD, enterprise=place.enterprise_id, capacity=place.pk)
    ChiefRole.objects.filter(person__insz=cast.BART).update(ended_at=timezone.now(), ended_by=bart.person)
    confirmed = renewable(luc(), place.enterprise.public_id).digest
    with pytest.raises(Missing):
        renew_activation(actor=bart, account=account, confirmed=confirmed)
    assert opened() == 1


def test_L7_nobody_sends_themselves_one(log_in: LogIn) -> None:
    """The code goes apart from the link: a co-HTB who is a co-TB too would have both (T30)."""
    marie = log_in(cast.MARIE)
    held = in_capacity(adding.CO_LB)(marie)
    plan = adding.plan_on(marie, held.page)
    delegating.co_chief(cast.BRASSERIE, cast.LUC)
    own = log_in(cast.LUC, Means.TOTP)
    assert BUTTON not in text_of(own.get(held.shown_on))
    for client in (own, marie):
        refused = adding.confirm(client, held.page, plan)
        assert refused.status_code == 422
        assert "heeft een rol voor de hele onderneming" in text_of(refused)
    assert opened() == 1


def test_L7_neither_a_user_nor_an_ended_role_is_sent_one(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    account, _code = adding.give_by_link(marie)
    page = adding.address("administrator-activation", account_id=account.public_id)
    plan = adding.plan_on(marie, page)
    for change in ({"type": adding.USER}, {"ended_at": timezone.now(), "ended_by": account.person}):
        Account.objects.filter(pk=account.pk).update(**change)
        assert marie.get(page).status_code == 404
        assert adding.confirm(marie, page, plan).status_code == 404


@pytest.mark.parametrize("given", ROLES)
def test_L7_a_double_click_sends_one(given: Callable[[Client], Held], log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    held = given(marie)
    plan = adding.plan_on(marie, held.page)
    assert [adding.confirm(marie, held.page, plan)["Location"] for _ in range(2)] == [held.sent] * 2
    assert opened() == 2
    assert accepts(held.link, adding.code_on(marie.get(held.sent)))


def test_L7_nobodys_mailbox_is_flooded(log_in: LogIn) -> None:
    """Four in a day with the appointment's; a day later there may be another."""
    marie = log_in(cast.MARIE)
    held = in_capacity(adding.CO_LB)(marie)
    for _time in range(3):
        send(marie, held)
    refused = adding.confirm(marie, held.page)
    assert refused.status_code == 429
    assert "kreeg al verscheidene activeringen" in text_of(refused)
    assert opened() == 4
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        send(log_in(cast.MARIE), held)


def test_L7_the_account_and_the_history_say_so(log_in: LogIn) -> None:
    marie = log_in(cast.MARIE)
    for given in (in_capacity(adding.CO_LB), over_enterprise):
        held = given(marie)
        send(marie, held)
    account = Account.objects.get(person__insz=cast.LUC, ended_at=None)
    assert "Nieuwe activering gestuurd" in text_of(marie.get(adding.address("account", account_id=account.public_id)))
    assert text_of(marie.get(co_chiefs.address("history"))).count("Nieuwe activering gestuurd aan Luc Janssens") == 2
    event = Event.objects.get(act="account.renew_activation")
    assert (event.role, event.subject, json.loads(event.details)) == ("HTB", str(luc().public_id), {})
