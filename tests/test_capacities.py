"""Capacities that come and go (H6): what is offered, what activating and retiring changes, and what the page says of it."""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access_admins import hooks, letters
from access_admins.actions.capacities import activate_capacities, retire_capacity
from access_admins.capacities import RegisterAnswer, ask_register, offers_for, plan_retirement
from access_admins.register_look import look_into_register
from acts.act import digest
from acts.errors import Changed, Missing, NotAllowed, Refused, RegisterDown
from audit.models import Event
from csam_portal.demo.roles import BLOCKED
from csam_portal.invariants import broken
from enterprises import hanging
from enterprises.enums import IdentifiedBy
from enterprises.models import Capacity, CapacityKind, RegisterEnterprise, RegisterNumber
from identity.models import Person
from outbox.models import Mail
from senders.models import Certificate, Sender
from tests import cast, delegating
from tests.bulk import account_of, carry_out
from tests.conftest import LogIn
from tests.test_enterprise_page import fill
from users.bulk import queue
from users.enums import AccountType
from users.models import Account, BulkRun, Grant

pytestmark = pytest.mark.django_db
SECOND = "199900222"


def new_number(number: str = cast.BRASSERIE, value: str = SECOND) -> str:
    """Give an enterprise another RSZ number in the register; return what stands for it in the form."""
    RegisterNumber.objects.create(number=number, kind=IdentifiedBy.RSZ, value=value)
    return f"employer-rsz:{value}"


def activate_page(number: str = cast.BRASSERIE) -> str:
    return reverse("capacity-activate", args=[delegating.enterprise(number).public_id])


def retire_page(place: Capacity) -> str:
    return reverse("capacity-retire", args=[place.enterprise.public_id, place.public_id])


def offered(number: str = cast.BRASSERIE) -> list[str]:
    enterprise = delegating.enterprise(number)
    return [offer.key for offer in offers_for(enterprise, ask_register(enterprise))]


def test_H6_a_new_number_and_a_new_kind_open_to_all_are_offered() -> None:
    assert offered() == []
    key = new_number()
    kind = CapacityKind.objects.filter(open_to_all=True).first()
    assert kind is not None
    CapacityKind.objects.create(
        domain=kind.domain, code="new-kind", identified_by=IdentifiedBy.ENTERPRISE_NUMBER, open_to_all=True,
        name_nl="Nieuw", name_fr="Nouveau", name_de="Neu", name_en="New",
    )  # fmt: skip
    assert set(offered()) == {key, f"new-kind:{cast.BRASSERIE}"}


def test_H6_of_a_stopped_enterprise_nothing_is_offered(log_in: LogIn) -> None:
    new_number()
    RegisterEnterprise.objects.filter(number=cast.BRASSERIE).update(stopped_on=timezone.localdate())
    assert offered() == []
    assert "stopgezet" in log_in(cast.MARIE).get(activate_page()).content.decode()


def test_H6_activating_opens_the_capacity_with_the_chief_as_access_manager(log_in: LogIn) -> None:
    key = new_number()
    look_into_register()
    # By a co-chief too; the access administrator is the chief all the same.
    client = log_in(cast.BART)
    page = client.get(activate_page()).content.decode()
    assert "1999002-22" in page
    assert "Marie Dubois wordt Toegangsbeheerder" in page
    Mail.objects.all().delete()
    assert client.post(activate_page(), {"capacities": [key]}).status_code == 302
    assert "Bart Maes" in Mail.objects.get().text, "the chief is told"
    place = Capacity.objects.get(identification=SECOND)
    account = Account.objects.get(capacity=place)
    assert (account.person.insz, account.type, account.as_htb) == (cast.MARIE, AccountType.LB, True)
    events = list(Event.objects.filter(capacity=str(place.public_id)).values_list("act", "role"))
    assert events == [("capacity.activate", "co-HTB"), ("account.open", "co-HTB")]
    assert offered() == []
    assert list(broken()) == []
    management = reverse("enterprise-management", args=[place.enterprise.public_id])
    assert "nieuwe hoedanigheid" not in client.get(management).content.decode()


@pytest.mark.parametrize("chosen", [[], ["employer-rsz:199910209"], ["x"], ["employer-rsz:1:2"]])
def test_H6_only_what_is_offered_can_be_activated(log_in: LogIn, chosen: list[str]) -> None:
    """Also a number that another enterprise has in the register."""
    new_number()
    assert log_in(cast.MARIE).post(activate_page(), {"capacities": chosen}).status_code == 422
    assert not Capacity.objects.filter(identification=SECOND).exists()


def test_H6_the_act_checks_what_is_offered_by_itself() -> None:
    enterprise = delegating.enterprise(cast.BRASSERIE)
    with pytest.raises(Refused) as refusal:
        activate_capacities(
            actor=delegating.actor(cast.MARIE), enterprise=enterprise, answer=ask_register(enterprise),
            chosen=["employer-rsz:199910209"],
        )  # fmt: skip
    assert refusal.value.code == "not_offered"


def test_H6_an_old_answer_of_the_register_is_not_acted_on() -> None:
    key, enterprise = new_number(), delegating.enterprise(cast.BRASSERIE)
    answer = ask_register(enterprise)
    old = RegisterAnswer(answer.enterprise, timezone.now() - timedelta(seconds=11))
    with pytest.raises(RegisterDown):
        activate_capacities(actor=delegating.actor(cast.MARIE), enterprise=enterprise, answer=old, chosen=[key])


def test_S8_activated_twice_opens_once() -> None:
    key, enterprise = new_number(), delegating.enterprise(cast.BRASSERIE)
    answer, actor = ask_register(enterprise), delegating.actor(cast.MARIE)
    activate_capacities(actor=actor, enterprise=enterprise, answer=answer, chosen=[key])
    with pytest.raises(Refused):
        activate_capacities(actor=actor, enterprise=enterprise, answer=answer, chosen=[key])
    assert Capacity.objects.filter(identification=SECOND).count() == 1


def confirm(client: Client, place: Capacity) -> int:
    """Look at what ends, and confirm it; return the status."""
    page = client.get(retire_page(place)).content.decode()
    plan = re.search(r'name="plan" value="([0-9a-f]{64})"', page)
    assert plan
    return client.post(retire_page(place), {"plan": plan[1]}).status_code


def tell() -> None:
    """The worker's part: the mails to those whose account ended."""
    while queue.take_one():
        pass


def place_retired_at(place: Capacity) -> datetime | None:
    return Capacity.objects.get(pk=place.pk).retired_at


def test_H6_the_check_page_says_what_ends_and_exactly_that_ends(log_in: LogIn) -> None:
    place, client = delegating.capacity(cast.BRASSERIE), log_in(cast.MARIE)
    plan = plan_retirement(place)
    page = client.get(retire_page(place)).content.decode()
    assert "Thomas Wouters is geen Toegangsbeheerder van deze hoedanigheid meer." in page
    assert "De accounts van 2 gebruikers eindigen." in page
    assert "2 toegekende toepassingen eindigen." in page
    assert "Iedereen die het betreft en een e-mailadres heeft, krijgt hierover één mail." in page
    elsewhere = Account.objects.exclude(capacity=place).filter(ended_at=None).count()
    ending = set(Account.objects.filter(capacity=place, ended_at=None).values_list("pk", flat=True))
    assert len(ending) == plan.users + len(plan.administrators)
    assert confirm(client, place) == 302
    assert not Account.objects.filter(capacity=place, ended_at=None).exists()
    assert Account.objects.filter(pk__in=ending, ended_at=place_retired_at(place)).count() == len(ending)
    assert Grant.objects.filter(account__capacity=place, ended_at__isnull=False).count() == plan.grants
    assert Account.objects.exclude(capacity=place).filter(ended_at=None).count() == elsewhere
    place.refresh_from_db()
    assert place.retired_by is not None and place.retired_by.insz == cast.MARIE
    assert list(broken()) == []


def test_H6_what_ends_is_recorded_with_its_numbers(log_in: LogIn) -> None:
    place = delegating.capacity(cast.BRASSERIE)
    confirm(log_in(cast.MARIE), place)
    event = Event.objects.get(act="capacity.retire")
    assert json.loads(event.details) == {"accounts": 4, "applications": 2}
    ended = Event.objects.filter(act="account.end", capacity=str(place.public_id))
    assert ended.count() == 2  # each of those who administered it by name; for all others the one event speaks
    assert not ended.exclude(link=event.link).exists()


def test_H6_administrators_get_a_mail_and_lose_their_access_at_once(log_in: LogIn) -> None:
    place, thomas = delegating.capacity(cast.BRASSERIE), log_in(cast.THOMAS)
    capacity = reverse("capacity", args=[place.enterprise.public_id, place.public_id])
    assert thomas.get(capacity).status_code == 200
    Mail.objects.all().delete()
    confirm(log_in(cast.MARIE), place)
    assert thomas.get(capacity).status_code == 404
    assert Mail.objects.count() == 2
    mail = Mail.objects.get(to="wouters@example.be")
    assert "Brasserie du Canal SRL" in mail.subject
    assert "Werkgever RSZ" in mail.text


def test_H6_U4_each_user_is_told_once_in_their_language(log_in: LogIn) -> None:
    """As those whom a bulk act deletes: the worker writes the mails. Who ended it gets none; blocked users are told too."""
    place = delegating.capacity(cast.BRASSERIE)
    own, noor, blocked = delegating.account(cast.BRASSERIE, cast.BART), account_of(cast.NOOR), account_of(BLOCKED.insz)
    Account.objects.filter(pk=blocked.pk).update(email="blocked@example.be")
    Person.objects.filter(pk=blocked.person_id).update(language="de")
    Mail.objects.all().delete()
    confirm(log_in(cast.BART), place)
    tell()
    tell()
    mails = {mail.to: mail for mail in Mail.objects.all()}
    assert Mail.objects.count() == len(mails) == 2 + 2, "two users and the two who administered it"
    assert own.email not in mails
    assert (mails[noor.email].language, mails["blocked@example.be"].language) == ("nl", "de")
    assert "Bart Maes heeft deze hoedanigheid van de onderneming beëindigd." in mails[noor.email].text
    assert "Werkgever RSZ" in mails[noor.email].text
    assert "Stel ze aan de Hoofdtoegangsbeheerder" in mails[noor.email].text


def test_H6_U4_the_telling_begins_with_the_end_or_not_at_all(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails after the accounts ended takes back that they are told."""

    def fail(*_arguments: object, **_how: object) -> None:
        raise Refused("x")

    monkeypatch.setattr(hanging, "_enders", [])
    monkeypatch.setattr(letters, "capacity_retired", fail)
    place = delegating.capacity(cast.BRASSERIE)
    with pytest.raises(Refused):
        retire_capacity(
            actor=delegating.actor(cast.MARIE), capacity=place, confirmed=digest(plan_retirement(place).as_plan())
        )
    assert not BulkRun.objects.exists()
    assert Account.objects.filter(capacity=place, ended_at=None).count() == 4


def test_H6_U4_a_capacity_without_users_leaves_nothing_to_tell(log_in: LogIn) -> None:
    confirm(log_in(cast.MARIE), delegating.capacity(cast.BRASSERIE, "finance-enterprise"))
    assert not BulkRun.objects.exists()


def test_H6_U7_whom_a_bulk_act_deleted_before_gets_no_second_mail(log_in: LogIn) -> None:
    client, place, noor = log_in(cast.MARIE), delegating.capacity(cast.BRASSERIE), account_of(cast.NOOR)
    Mail.objects.all().delete()
    carry_out(client, "delete", noor)
    confirm(client, place)
    tell()
    assert "heeft uw toegang verwijderd" in Mail.objects.get(to=noor.email).text


def test_H9_the_history_says_once_that_all_ended_whoever_is_told(log_in: LogIn) -> None:
    place, client = delegating.capacity(cast.BRASSERIE), log_in(cast.MARIE)
    confirm(client, place)
    events = Event.objects.count()
    tell()
    assert Event.objects.count() == events
    history = reverse("history", args=[place.enterprise.public_id])
    assert client.get(history).content.decode().count("Hoedanigheid beëindigd") == 1


def test_H6_what_changed_meanwhile_is_shown_again(log_in: LogIn) -> None:
    place, client = delegating.capacity(cast.BRASSERIE), log_in(cast.MARIE)
    shown = digest(plan_retirement(place).as_plan())
    delegating.account(cast.BRASSERIE, cast.EMMA)
    response = client.post(retire_page(place), {"plan": shown})
    assert response.status_code == 409
    assert "De accounts van 3 gebruikers eindigen." in response.content.decode()
    assert Capacity.objects.get(pk=place.pk).retired_at is None
    with pytest.raises(Changed):
        retire_capacity(actor=delegating.actor(cast.MARIE), capacity=place, confirmed="")


def test_S8_retired_twice_ends_once(log_in: LogIn) -> None:
    place, client = delegating.capacity(cast.BRASSERIE), log_in(cast.MARIE)
    plan = digest(plan_retirement(place).as_plan())
    assert client.post(retire_page(place), {"plan": plan}).status_code == 302
    assert client.post(retire_page(place), {"plan": plan}).status_code == 404
    with pytest.raises(Missing):
        retire_capacity(actor=delegating.actor(cast.MARIE), capacity=place, confirmed=plan)
    assert Event.objects.filter(act="capacity.retire").count() == 1


def test_H6_a_retired_capacity_can_come_back_without_its_users(log_in: LogIn) -> None:
    place, client = delegating.capacity(cast.BRASSERIE), log_in(cast.MARIE)
    confirm(client, place)
    look_into_register()
    key = f"employer-rsz:{place.identification}"
    assert offered() == [key]
    management = reverse("enterprise-management", args=[place.enterprise.public_id])
    assert "nieuwe hoedanigheid" not in client.get(management).content.decode()  # it was ended on purpose
    assert client.post(activate_page(), {"capacities": [key]}).status_code == 302
    again = delegating.capacity(cast.BRASSERIE)
    assert again.pk != place.pk
    assert [account.person.insz for account in again.accounts.filter(ended_at=None)] == [cast.MARIE]


def test_H6_other_rooms_say_what_ends_and_end_it(log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = []

    def find(capacity: Capacity) -> hooks.Consequence | None:
        return hooks.Consequence({"x": 1}, ["Iets anders eindigt."]) if capacity.kind.code == "employer-rsz" else None

    monkeypatch.setattr(hooks, "_consequences", [find])
    monkeypatch.setattr(hanging, "_enders", [lambda _record, capacity, **_how: ended.append(capacity.kind.code)])
    client, place = log_in(cast.MARIE), delegating.capacity(cast.BRASSERIE)
    assert "Iets anders eindigt." in client.get(retire_page(place)).content.decode()
    assert confirm(client, place) == 302
    assert ended == ["employer-rsz"]


def test_H6_the_sender_ends_with_its_capacity(log_in: LogIn) -> None:
    """The brasserie of the demo world sends: the enterprise's page says so, the check page too, and then it is over."""
    place, client = delegating.capacity(cast.BRASSERIE), log_in(cast.MARIE)
    sender = Sender.objects.get(capacity=place, ended_at=None)
    management = client.get(reverse("enterprise-management", args=[place.enterprise.public_id])).content.decode()
    assert f'data-label="Verzender">{sender.number}<' in management
    assert f"Verzender {sender.number} eindigt" in client.get(retire_page(place)).content.decode()
    assert confirm(client, place) == 302
    sender.refresh_from_db()
    assert sender.ended_at is not None
    assert Event.objects.filter(act="sender.end", capacity=str(place.public_id)).exists()


def test_H2_a_certificate_that_ends_soon_is_something_to_do(log_in: LogIn) -> None:
    place = delegating.capacity(cast.BRASSERIE)
    sender = Sender.objects.get(capacity=place, ended_at=None)
    Certificate.objects.filter(channel__sender=sender).update(valid_to=timezone.now() + timedelta(days=20))
    page = log_in(cast.MARIE).get(reverse("enterprise-management", args=[place.enterprise.public_id])).content.decode()
    assert f"Een certificaat van verzender {sender.number} vervalt op" in page
    assert f'href="{reverse("senders", args=[place.enterprise.public_id, place.public_id])}"' in page


def test_H6_queries_do_not_grow_with_the_accounts(log_in: LogIn) -> None:
    fill(delegating.capacity(cast.GROOT), 1500)
    fill(delegating.capacity(cast.GROOT, "finance-enterprise"), 1)
    client, counts = log_in(cast.SOPHIE), []
    for kind in ("finance-enterprise", "employer-rsz"):
        place = delegating.capacity(cast.GROOT, kind)
        client.get(retire_page(place))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(retire_page(place)).content.decode()
        plan = re.search(r'name="plan" value="([0-9a-f]{64})"', page)
        assert plan
        with CaptureQueriesContext(connection) as acting:
            assert client.post(retire_page(place), {"plan": plan[1]}).status_code == 302
        counts.append((len(queries), len(acting)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 8
    assert [run.size for run in BulkRun.objects.order_by("pk")] == [1, 1750], "to be told"


@pytest.mark.parametrize("insz", [cast.THOMAS, cast.NOOR])
def test_H10_administrators_and_users_retire_nothing(log_in: LogIn, insz: str) -> None:
    place = delegating.capacity(cast.BRASSERIE)
    plan = digest(plan_retirement(place).as_plan())
    assert log_in(insz).post(retire_page(place), {"plan": plan}).status_code == 403
    with pytest.raises(NotAllowed) as refusal:
        retire_capacity(actor=delegating.actor(insz), capacity=place, confirmed=plan)
    assert refusal.value.roles == ("HTB", "co-HTB")
    assert Capacity.objects.get(pk=place.pk).retired_at is None


def test_E2_a_chief_who_names_a_capacity_of_another_enterprise_finds_nothing(log_in: LogIn) -> None:
    """In the address under the own enterprise, under the other one, and straight at the act."""
    groot, own = delegating.capacity(cast.GROOT), delegating.enterprise(cast.BRASSERIE)
    plan = digest(plan_retirement(groot).as_plan())
    client = log_in(cast.MARIE)
    for address in (reverse("capacity-retire", args=[own.public_id, groot.public_id]), retire_page(groot)):
        assert client.get(address).status_code == 404
        assert client.post(address, {"plan": plan}).status_code == 404
    with pytest.raises(Missing):
        retire_capacity(actor=delegating.actor(cast.MARIE), capacity=groot, confirmed=plan)
    assert Capacity.objects.get(pk=groot.pk).retired_at is None


def test_E2_a_confirmation_replayed_after_the_role_ended_does_nothing(log_in: LogIn) -> None:
    client, place = log_in(cast.BART), delegating.capacity(cast.BRASSERIE)
    plan = digest(plan_retirement(place).as_plan())
    assert client.get(retire_page(place)).status_code == 200
    role = place.enterprise.chief_roles.get(person__insz=cast.BART)
    role.ended_at, role.ended_by = timezone.now(), role.started_by
    role.save()
    assert client.post(retire_page(place), {"plan": plan}).status_code == 404
    assert Capacity.objects.get(pk=place.pk).retired_at is None
