"""The attacker, one keeper, wants every holder of some function in the country to be able to replace a chief (T10)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from access_admins.succession import capacities_to_open
from enterprises.gateway import register
from enterprises.models import Application, CapacityKind, Domain, FunctionRule, LegalFunction
from enterprises.representatives import counting_functions
from htb.models import RefusalTemplate
from identity.actions.proposals import apply_due
from identity.models import Proposal
from senders.models import MessageCode
from tests import cast, keeping
from tests.conftest import LogIn
from tests.logging_in import mails_to, person_called
from tests.requesting import desk

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PROPOSALS = "/admin/identity/proposal/"
NAMES: dict[str, Any] = {f"name_{language}": "Nieuw" for language in ("nl", "fr", "de", "en")}
TEXTS: dict[str, Any] = {f"text_{language}": "Betaal op https://evil.example" for language in ("nl", "fr", "de", "en")}


@pytest.fixture
def one() -> Client:
    """The attacker's browser."""
    return desk("eranova3")


@pytest.fixture
def two() -> Client:
    """A colleague's."""
    return desk("eranova4")


@pytest.fixture
def accomplice() -> str:
    """Karim El Amrani, an employee, holds a function in Atelier Noord that makes nobody a representative (20090)."""
    LegalFunction.objects.create(number=cast.ATELIER, insz=cast.KARIM, code="20090", starts_on="2020-01-01")
    return cast.KARIM


def represents(insz: str, number: str = cast.ATELIER, day: Any = None) -> bool:
    functions = [held for held in register().functions(number) if held.insz == insz]
    return bool(counting_functions(register().enterprise(number), functions, day or timezone.localdate()))


def rule(code: str = "20090") -> FunctionRule:
    return FunctionRule.objects.get(code=code, legal_form="")


def insist(client: Client, model: type[Model], pk: int | None = None, **changed: Any) -> None:
    """Save, propose, and send the same again, twice."""
    keeping.propose(client, model, pk, **changed)
    keeping.propose(client, model, pk, **changed)
    fields = {**keeping.fields_of(client.get(keeping.address_of(model, pk))), **changed}
    client.post(keeping.address_of(model, pk), {name: value for name, value in fields.items() if value is not None})


def decide(client: Client, proposal: Proposal, act: str = "confirm") -> Any:
    return client.post(f"{PROPOSALS}{proposal.pk}/change/", {"act": act})


# --- Through the form -----------------------------------------------------------------------------------------------------

YESTERDAY, TOMORROW = ((timezone.localdate() + step * DAY).isoformat() for step in (-1, 1))
EDITS: dict[str, dict[str, Any]] = {
    "ticks counts": {"counts": "on"},
    "ticks counts, since always": {"counts": "on", "valid_from": ""},
    "ticks counts, since yesterday": {"counts": "on", "valid_from": YESTERDAY},
    "ends the rule that says no": {"valid_to": YESTERDAY},
    "lets the rule that says no begin later": {"valid_from": TOMORROW},
    "moves the rule to another code": {"code": "10002", "counts": "on"},
    "moves it to another situation": {"situation": "050", "counts": "on"},
    "moves it to another form": {"legal_form": "610", "counts": "on"},
    "calls it something that counts": {"name": "Bestuurder"},
}


@pytest.mark.parametrize("edit", EDITS)
def test_T10_one_keeper_changes_a_rule(one: Client, accomplice: str, log_in: LogIn, edit: str) -> None:
    before = FunctionRule.objects.filter(pk=rule().pk).values().get()
    # Behind the rule that says no stands one that would say yes, were it gone.
    FunctionRule.objects.filter(pk=rule().pk).update(legal_form="610")
    FunctionRule.objects.create(code="20090", counts=True)
    specific = FunctionRule.objects.get(code="20090", legal_form="610")
    insist(one, FunctionRule, specific.pk, **EDITS[edit])
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _night in range(3):
            assert not represents(accomplice), edit
            clock.shift(DAY)
            apply_due()
    after = FunctionRule.objects.filter(pk=specific.pk).values().get()
    assert after == before | {"legal_form": "610"}
    assert Proposal.objects.count() <= 1
    page = log_in(accomplice).post("/nl/btb/appoint/standard", {"enterprise_number": cast.ATELIER})
    assert page.status_code in (404, 422)


@pytest.mark.parametrize("valid_from", ["", YESTERDAY, TOMORROW], ids=["always", "yesterday", "tomorrow"])
def test_T10_one_keeper_adds_a_rule(one: Client, accomplice: str, valid_from: str) -> None:
    LegalFunction.objects.filter(insz=accomplice).update(code="33333")
    insist(one, FunctionRule, code="33333", counts="on", valid_from=valid_from, legal_form="", situation="", name="")
    insist(one, FunctionRule, code="33333", counts="on", valid_from=valid_from, legal_form="610", situation="", name="")
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        apply_due()
        assert not represents(accomplice)
    assert not FunctionRule.objects.filter(code="33333").exists()


def test_T10_one_keeper_uses_two_tabs(one: Client, accomplice: str) -> None:
    """A form opened before the rule was narrowed takes nothing back, and one that was looked at counts once."""
    ended = FunctionRule.objects.get(code="10002")
    LegalFunction.objects.filter(insz=accomplice).update(code="10002")
    old_tab = keeping.fields_of(one.get(keeping.address_of(FunctionRule, ended.pk)))
    assert keeping.save(one, FunctionRule, ended.pk, valid_to=YESTERDAY).status_code == 302
    assert not represents(accomplice)
    looked = one.post(keeping.address_of(FunctionRule, ended.pk), old_tab)
    assert looked.status_code == 200 and not represents(accomplice)
    fields = keeping.fields_of(looked)
    for _try in range(3):
        one.post(keeping.address_of(FunctionRule, ended.pk), fields)
    assert not represents(accomplice) and Proposal.objects.count() <= 1


@pytest.mark.parametrize("action", ["list_editable", "action", "_saveasnew", "_popup", "delete_selected"])
def test_T10_one_keeper_goes_round_the_form(one: Client, accomplice: str, action: str) -> None:
    """What Django's lists and buttons could do, were they on."""
    pk = rule().pk
    place = "/admin/enterprises/functionrule/"
    fields = keeping.fields_of(one.get(keeping.address_of(FunctionRule, pk)))
    row = {"form-0-id": pk, "form-0-counts": "on", "_save": "Save", "form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1}
    sent: dict[str, tuple[str, dict[str, Any]]] = {
        "list_editable": (place, row),
        "action": (place, {"action": "make_it_count", "_selected_action": [pk], "counts": "on"}),
        "_saveasnew": (f"{place}{pk}/change/", {**fields, "counts": "on", "_saveasnew": "1", "legal_form": "610"}),
        "_popup": (f"{place}add/?_popup=1", {**fields, "code": "33333", "counts": "on", "_popup": "1"}),
        "delete_selected": (place, {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}),
    }
    count = FunctionRule.objects.count()
    for _again in range(2):
        one.post(*sent[action])
    assert not represents(accomplice)
    assert (FunctionRule.objects.count(), rule().counts) == (count, False)


# --- Alone with the proposal ----------------------------------------------------------------------------------------------


def test_T10_one_keeper_confirms_their_own(one: Client, accomplice: str) -> None:
    keeping.propose(one, FunctionRule, rule().pk, counts="on")
    proposal = Proposal.objects.get()
    assert decide(one, proposal).status_code == 403
    assert "colleague" in one.get(f"{PROPOSALS}{proposal.pk}/change/").content.decode()
    assert mails_to("eranova5@example.be") and mails_to("eranova6@example.be"), "the supervisors were told"
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        apply_due()
        assert not represents(accomplice)


@pytest.mark.parametrize("user_name", ["eranova1", "eranova5"])
def test_T10_desk_and_supervisors_neither_keep_nor_confirm(one: Client, user_name: str) -> None:
    other = desk(user_name)
    fields = {"counts": "on", "name": "", "valid_from": "", "valid_to": ""}
    assert other.post(keeping.address_of(FunctionRule, rule().pk), fields).status_code == 403
    keeping.propose(one, FunctionRule, rule().pk, counts="on")
    assert decide(other, Proposal.objects.get()).status_code in (403, 404)
    assert Proposal.objects.get().confirmed_at is None


def test_T10_an_operator_confirms_nothing(one: Client) -> None:
    keeping.propose(one, FunctionRule, rule().pk, counts="on")
    person = person_called("eranova4")
    person.groups.clear()
    type(person).objects.filter(pk=person.pk).update(is_superuser=True)
    assert decide(desk("eranova4"), Proposal.objects.get()).status_code == 403
    assert Proposal.objects.get().confirmed_at is None


def test_T10_two_keepers_cannot_have_it_today(one: Client, two: Client, accomplice: str) -> None:
    """Neither by a first day that has gone by, nor by a second look at the date, nor by the worker."""
    keeping.propose(one, FunctionRule, rule().pk, counts="on", valid_from=YESTERDAY)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert decide(two, Proposal.objects.get()).status_code == 302
        apply_due()
        call_command("work", once=True)
        assert not represents(accomplice)
        clock.shift(DAY)
        apply_due()
        assert represents(accomplice)
        assert rule().valid_from == timezone.localdate()
        # The second keeper, alone, dates it back: it says nothing about days gone by.
        keeping.propose(two, FunctionRule, rule().pk, valid_from="2001-01-01")
        keeping.propose(two, FunctionRule, rule().pk, valid_from="")
        assert rule().valid_from == timezone.localdate()
        assert not represents(accomplice, day=timezone.localdate() - DAY)
        assert Proposal.objects.filter(outcome="").count() == 0


def test_T10_what_was_agreed_falls_when_one_of_the_two_is_sent_away(one: Client, two: Client, accomplice: str) -> None:
    keeping.propose(one, FunctionRule, rule().pk, counts="on")
    decide(two, Proposal.objects.get())
    type(person_called("eranova3")).objects.filter(user_name="eranova3").update(is_active=False)
    with time_machine.travel(timezone.now() + DAY, tick=False):
        apply_due()
        assert not represents(accomplice)


# --- Everything else that keepers keep ------------------------------------------------------------------------------------


def kind(code: str = "service-provider") -> CapacityKind:
    return CapacityKind.objects.get(code=code)


def test_T10_one_keeper_opens_a_kind_to_every_enterprise(one: Client) -> None:
    def opened() -> set[str]:
        enterprise = register().enterprise(cast.ATELIER)
        assert enterprise is not None
        return {kind.code for kind, _number in capacities_to_open(enterprise)}

    before = opened()
    insist(one, CapacityKind, kind().pk, open_to_all="on")
    domain = str(kind().domain_id)
    typed: dict[str, Any] = {
        "domain": domain,
        "code": "mine",
        "identified_by": "rsz",
        "open_to_all": "on",
        "position": "1",
    }
    insist(one, CapacityKind, **typed, **NAMES)
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        apply_due()
    assert opened() == before


def test_T10_one_keeper_adds_moves_renames_and_revives_an_application(one: Client) -> None:
    application = Application.objects.get(code="dmfa", kind__code="employer-rsz")
    retired = Application.objects.get(code="publiato")
    Application.objects.filter(pk=retired.pk).update(retired_at=timezone.now(), retired_by=person_called("eranova4"))
    before = list(Application.objects.order_by("pk").values())
    described: dict[str, Any] = {f"description_{language}": "" for language in ("nl", "fr", "de", "en")}
    typed: dict[str, Any] = {"kind": str(application.kind_id), "code": "mine", "position": "1", **NAMES, **described}
    insist(one, Application, **typed)
    insist(one, Application, application.pk, kind=str(kind().pk), code="other")
    insist(one, Application, application.pk, name_nl="Onschuldig", description_fr="Inoffensif")
    insist(one, Application, retired.pk, retired_at="", retired_at_0="", retired_at_1="", retired_by="")
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        apply_due()
    assert list(Application.objects.order_by("pk").values()) == before


def test_T10_one_keeper_takes_a_code_into_use_and_writes_to_applicants(one: Client) -> None:
    code = MessageCode.objects.filter(application__isnull=False)[0]
    assert keeping.save(one, MessageCode, code.pk, is_active=None).status_code == 302, "out of use: at once"
    insist(one, MessageCode, code.pk, is_active="on")
    insist(one, MessageCode, code="MINE", application=str(code.application_id), is_active="on")
    template = RefusalTemplate.objects.get(code="no-original")
    insist(one, RefusalTemplate, template.pk, **TEXTS)
    insist(one, RefusalTemplate, code="mine", **TEXTS)
    insist(one, Domain, code="mine", position="1", **NAMES)
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        apply_due()
    code.refresh_from_db()
    assert not code.is_active
    assert not MessageCode.objects.filter(code="MINE").exists()
    assert not RefusalTemplate.objects.filter(text_nl__contains="evil").exists()
    assert not Domain.objects.filter(code="mine").exists()
