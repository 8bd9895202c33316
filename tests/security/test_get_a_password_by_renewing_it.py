"""The attacker administers users and wants to log in as one of them, or wants them locked out: by renewing first
passwords, one or many at once (BEHAVIOUR T5)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from acts.errors import Missing
from identity import codes
from identity.actions.first_passwords import choose_renewed_password
from identity.actions.login import log_in as log_in_act
from identity.enums import Means
from identity.models import Activation, Person, VouchedMeans
from identity.people import FIRST_PASSWORD_OF_USER
from outbox.models import Mail
from tests import adding, cast, delegating
from tests.bulk import address, capacity_of, confirm, run_at, start
from tests.conftest import LogIn
from tests.logging_in import NEW_PASSWORD, details_of, give_password, level_of, link_in, mails_to
from users.bulk import queue
from users.enums import AccountType, BulkAct
from users.models import Account, BulkRefusal

pytestmark = pytest.mark.django_db

RENEW = BulkAct.RENEW_FIRST_PASSWORD
NAME, FIRST = adding.MEANS["user_name"], adding.MEANS["password"]
NEW = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
GONE = "/nl/link-gone"


@pytest.fixture
def thomas(log_in: LogIn) -> Client:
    return log_in(cast.THOMAS)


@pytest.fixture
def account(thomas: Client) -> Account:
    """Luc Janssens, a user with a first password that he has not used."""
    return adding.give(thomas, cast.LUC, **adding.MEANS, title="mr", language="nl")


def renewed(client: Client, *accounts: Account) -> str:
    """Renew, mail, and return the code that the result shows; "" where it shows none."""
    check = start(client, RENEW, *accounts)["Location"]
    response = confirm(client, check)
    page = client.get(response["Location"])
    while queue.take_one():
        pass
    return adding.code_on(page) if b'id="activation-code"' in page.content else ""


def refusals() -> list[str]:
    return list(BulkRefusal.objects.order_by("pk").values_list("code", flat=True))


def newest_link() -> str:
    return link_in(next(mail for mail in reversed(mails_to(adding.EMAIL)) if "/link/" in mail.text))


def luc() -> Person:
    return Person.objects.get(insz=cast.LUC)


def test_T5_a_first_password_that_ended_is_renewed_by_link_and_code(
    thomas: Client, log_in: LogIn, account: Account
) -> None:
    with time_machine.travel(timezone.now() + FIRST_PASSWORD_OF_USER + timedelta(days=1)):
        thomas = log_in(cast.THOMAS)
        assert give_password(Client(), NAME, FIRST).status_code == 422
        code = renewed(thomas, account)
        assert code
        user = Client()
        assert user.post(newest_link())["Location"] == "/nl/activate"
        assert user.get("/nl/activate/password")["Location"] == "/nl/activate", "the code comes first"
        assert user.post("/nl/activate", {"code": "wrong"}).status_code == 422
        assert user.post("/nl/activate", {"code": code})["Location"] == "/nl/activate/password"
        assert NAME in user.get("/nl/activate/password").content.decode()
        assert user.post("/nl/activate/password", {**NEW, "password_again": "other"}).status_code == 422
        assert user.post("/nl/activate/password", NEW)["Location"] == "/nl/login"
        assert give_password(user, NAME, NEW_PASSWORD).status_code == 302
        assert level_of(user) == 200
    person = luc()
    assert person.vouched_by == account.capacity.enterprise.public_id, "the enterprise goes on answering for it (T1)"
    row = VouchedMeans.objects.get(person=person, kind="password")
    assert (row.how, row.by) == ("activation", Person.objects.get(insz=cast.THOMAS).public_id)
    assert details_of("account.renew_password") == [{}]
    assert Client().post(newest_link())["Location"] == GONE


def test_T5_nobody_reads_the_new_password_and_the_code_alone_opens_nothing(thomas: Client, account: Account) -> None:
    code = renewed(thomas, account)
    assert give_password(Client(), NAME, FIRST).status_code == 422, "the former one has ended"
    assert give_password(Client(), NAME, code).status_code == 422
    attacker = Client()
    assert attacker.post("/nl/activate", {"code": code})["Location"] == GONE
    texts = " ".join(f"{mail.text} {mail.html}" for mail in Mail.objects.all())
    assert code not in texts
    assert NAME not in texts


def test_T5_the_link_alone_opens_nothing(thomas: Client, account: Account) -> None:
    renewed(thomas, account)
    thief = Client()
    thief.post(newest_link())
    for _try in range(5):
        assert thief.post("/nl/activate", {"code": codes.new_code()}).status_code == 422
    assert thief.post("/nl/activate", {"code": codes.new_code()}).status_code == 429
    assert thief.post("/nl/activate/password", NEW)["Location"] == "/nl/activate"


def test_T5_the_code_is_shown_once_and_to_one_click(thomas: Client, account: Account) -> None:
    check = start(thomas, RENEW, account)["Location"]
    first = confirm(thomas, check)
    confirm(thomas, check)
    assert b'id="activation-code"' in thomas.get(first["Location"]).content
    assert b'id="activation-code"' not in thomas.get(first["Location"]).content
    while queue.take_one():
        pass
    assert Activation.objects.filter(purpose="renew").count() == 1


def _uses_it() -> None:
    client = Client()
    give_password(client, NAME, FIRST)
    client.post("/nl/login/first-password", NEW)


def _comes_with_a_card() -> None:
    log_in_act(person=luc(), means=Means.EID)


def _is_another_enterprises() -> None:
    Person.objects.filter(insz=cast.LUC).update(vouched_by=capacity_of(cast.GROOT).enterprise.public_id)


def _has_means_of_his_own() -> None:
    Person.objects.filter(insz=cast.LUC).update(password_is_first=False, vouched_by=None)


@pytest.mark.parametrize("happened", [_uses_it, _comes_with_a_card, _is_another_enterprises, _has_means_of_his_own])
def test_T5_only_a_first_password_of_this_enterprise_that_nobody_used(
    thomas: Client, account: Account, happened: Any
) -> None:
    """Refused before; and a link that was mailed before it happened ends."""
    code = renewed(thomas, account)
    user = Client()
    user.post(newest_link())
    user.post("/nl/activate", {"code": code})
    Person.objects.filter(insz=cast.LUC).update(password=make_password(FIRST))
    happened()
    before = luc().password
    assert user.post("/nl/activate/password", NEW)["Location"] == GONE
    assert renewed(thomas, account) == ""
    assert refusals() == ["no_first_password"]
    assert luc().password == before


def test_T5_who_chooses_between_the_click_and_the_mail_keeps_it(thomas: Client, account: Account) -> None:
    confirm(thomas, start(thomas, RENEW, account)["Location"])
    Person.objects.filter(insz=cast.LUC).update(password=make_password(FIRST))
    _uses_it()
    while queue.take_one():
        pass
    assert not Activation.objects.filter(purpose="renew").exists()
    assert luc().check_password(NEW_PASSWORD)


def test_T5_a_manager_of_one_capacity_reaches_no_other_by_it(thomas: Client, log_in: LogIn, account: Account) -> None:
    """The same person has a role in another capacity, or over the enterprise: a chief alone renews."""
    other = adding.without_tb()
    delegating.account(cast.BRASSERIE, cast.LUC, AccountType.CO_LB, of_kind=other.kind.code)
    assert renewed(thomas, account) == ""
    assert refusals() == ["reaches_further"]
    assert renewed(log_in(cast.MARIE), account)


def test_T5_administrators_and_oneself_are_not_renewed_by_their_equals(
    thomas: Client, log_in: LogIn, account: Account
) -> None:
    Account.objects.filter(pk=account.pk).update(type=AccountType.CO_LB)
    assert renewed(thomas, account) == ""
    assert refusals() == ["administrator"]
    own = Account.objects.get(capacity=account.capacity, person__insz=cast.THOMAS, ended_at=None)
    Person.objects.filter(pk=own.person_id).update(
        password_is_first=True, vouched_by=account.capacity.enterprise.public_id
    )
    assert renewed(thomas, own) == ""
    assert len(refusals()) == 2
    assert renewed(log_in(cast.MARIE), account)


def test_T5_a_mailbox_is_spared(thomas: Client, account: Account, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "activation.person": (2, 24 * 3600)}
    assert renewed(thomas, account)
    assert renewed(thomas, account)
    first, second = (link_in(mail) for mail in mails_to(adding.EMAIL) if "/link/" in mail.text)
    assert renewed(thomas, account) == ""
    assert refusals() == ["too_many_links"]
    assert Client().post(first)["Location"] == GONE, "an earlier link ends"
    assert Client().post(second)["Location"] == "/nl/activate"
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert Client().post(second)["Location"] == GONE


def test_T5_an_unattended_session_gives_no_code(thomas: Client, account: Account) -> None:
    check = start(thomas, RENEW, account)["Location"]
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert confirm(thomas, check)["Location"].startswith("/nl/me/prove?next=")
    assert give_password(Client(), NAME, FIRST).status_code == 302


def test_T5_many_at_once_by_the_worker_and_one_mail_each(thomas: Client, account: Account, settings: Any) -> None:
    settings.BULK_AT_ONCE = 1
    noor = Account.objects.get(capacity=account.capacity, person__insz=cast.NOOR, ended_at=None)
    code = renewed(thomas, account, noor)
    assert code
    assert refusals() == ["no_first_password"], "Noor Vermeulen has a password of her own"
    assert len([mail for mail in mails_to(adding.EMAIL) if "/link/" in mail.text]) == 1
    run = run_at(start(thomas, RENEW, account))
    page = thomas.get(address(capacity_of(), "bulk-check", run_id=run.public_id)).content.decode()
    assert "7 dagen" in page


def test_T5_an_activation_that_names_no_enterprise_sets_nothing(account: Account) -> None:
    activation = Activation(person=account.person, purpose="renew", enterprise=None)
    with pytest.raises(Missing):
        choose_renewed_password(activation=activation, password_hash=make_password(NEW_PASSWORD))
