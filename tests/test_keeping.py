"""What keepers keep: what widens takes two of them and a night, what narrows is one's at once (BEHAVIOUR T10)."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.utils import timezone, translation

from acts.errors import Refused, RegisterDown
from csam_portal import touched as counts
from csam_portal.staff_groups import GROUPS
from enterprises.actions import keep, propose
from enterprises.enums import State
from enterprises.gateway import embedded
from enterprises.gateway.answers import Function, RegisteredEnterprise
from enterprises.kept import KEPT, Effect, fields_with, widening
from enterprises.kept_admin import KeptAdmin
from enterprises.models import (
    Application,
    Capacity,
    CapacityKind,
    Domain,
    FunctionRule,
    LegalFunction,
    RegisterEnterprise,
)
from enterprises.representatives import counting_functions
from enterprises.touched import touched_by
from enterprises.verdicts import Verdict, first_day, keeps_out, lets_in
from htb.models import RefusalTemplate
from identity.actions.proposals import apply_due, confirm, refuse
from identity.models import Proposal
from identity.proposals import touched_in_words
from senders.models import Carried, MessageCode
from tests import keeping
from tests.cast import AN, BRASSERIE
from tests.logging_in import details_of, mails_to, person_called
from tests.requesting import desk, staff
from users.models import Account

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


# --- The table ------------------------------------------------------------------------------------------------------------


def test_T10_every_field_of_every_kept_model_stands_in_the_table() -> None:
    assert set(KEPT) == set(GROUPS["keepers"])
    assert set(KEPT) == {
        model._meta.label_lower for model, one in admin.site._registry.items() if isinstance(one, KeptAdmin)
    }
    for label, effects in KEPT.items():
        model = apps.get_model(label)
        assert set(effects) == {field.name for field in model._meta.concrete_fields}, label
        assert not model._meta.many_to_many, label


def test_T10_a_form_asks_nothing_that_the_table_does_not_know_and_no_list_writes() -> None:
    for model, one in admin.site._registry.items():
        if isinstance(one, KeptAdmin):
            assert set(one.fields or ()) <= set(KEPT[model._meta.label_lower]), model
            assert one.list_editable == () and one.inlines == ()


@pytest.mark.parametrize("label", KEPT)
def test_T10_a_new_thing_widens_and_so_does_every_word(label: str) -> None:
    model = apps.get_model(label)
    values = dict.fromkeys(KEPT[label], "x") | {"counts": True, "valid_from": None, "valid_to": None}
    values = {name: value for name, value in values.items() if name in KEPT[label]}
    assert widening(model, None, values) == set(values)
    for name in fields_with(model, Effect.WORDS, Effect.FIXED, Effect.ENDS):
        assert widening(model, values, values | {name: "y"}) == {name}
    for name in fields_with(model, Effect.ORDER):
        assert not widening(model, values, values | {name: 9})
    for name in fields_with(model, Effect.OPENS):
        assert widening(model, values | {name: False}, values | {name: True}) == {name}
        assert not widening(model, values | {name: True}, values | {name: False})


# --- Rules: the days of a yes and of a no ---------------------------------------------------------------------------------

BEGIN = date(2026, 3, 1)
DAYS = [BEGIN + place * DAY for place in range(4)]
VERDICTS = [
    Verdict(counts, first, last)
    for counts, first, last in product((True, False), (date.min, *DAYS), (*DAYS, date.max))
    if first <= last
]
ENTERPRISE = RegisteredEnterprise("0999000129", "000", "610", None, None, (), "", "", ())
HELD = Function("70031499873", "55555", date(2000, 1, 1), None)


def rule_of(verdict: Verdict, **scope: str) -> FunctionRule:
    first, last = verdict.first, verdict.last
    return FunctionRule(
        code=HELD.code,
        counts=verdict.counts,
        valid_from=None if first == date.min else first,
        valid_to=None if last == date.max else last,
        **scope,
    )


def days_that_count(*rules: FunctionRule) -> set[date]:
    FunctionRule.objects.filter(code=HELD.code).delete()
    FunctionRule.objects.bulk_create(rules)
    days = [BEGIN - DAY, *DAYS, DAYS[-1] + DAY]
    return {day for day in days if counting_functions(ENTERPRISE, [HELD], day)}


def test_T10_what_lets_nobody_in_by_the_table_lets_nobody_in_by_the_rules() -> None:
    """Every pair of a rule before and after, alone and beside a rule for any form that says yes or no about all days."""
    assert ENTERPRISE.state == State.ACTIVE
    general = [None, Verdict(True, date.min, date.max), Verdict(False, date.min, date.max)]
    counted: dict[tuple[int, int], set[date]] = {}
    for (place, verdict), (other, behind) in product(enumerate([None, *VERDICTS]), enumerate(general)):
        rules = [rule_of(verdict, legal_form="610")] if verdict else []
        counted[place, other] = days_that_count(*rules, *([rule_of(behind)] if behind else []))
    seen_in = seen_out = 0
    for (place, before), (next_place, after) in product(enumerate([None, *VERDICTS]), enumerate(VERDICTS, start=1)):
        wins = any(counted[next_place, other] - counted[place, other] for other in range(3))
        loses = any(counted[place, other] - counted[next_place, other] for other in range(3))
        assert lets_in(before, after) == wins, (before, after)
        if before is not None:
            assert keeps_out(before, after) == loses, (before, after)
        seen_in, seen_out = seen_in + wins, seen_out + loses
    assert min(seen_in, seen_out) > 100


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, Verdict(True, date.min, date.max), DAYS[2]),
        (None, Verdict(True, DAYS[3], date.max), DAYS[3]),
        (Verdict(False, date.min, date.max), Verdict(True, date.min, date.max), DAYS[2]),
        (Verdict(True, DAYS[0], DAYS[3]), Verdict(True, DAYS[0], date.max), DAYS[0]),
        (Verdict(True, DAYS[1], date.max), Verdict(True, date.min, date.max), DAYS[1]),
        (Verdict(True, DAYS[3], date.max), Verdict(True, date.min, date.max), DAYS[2]),
        (Verdict(False, DAYS[1], date.max), Verdict(False, DAYS[3], date.max), DAYS[3]),
    ],
)
def test_T10_a_yes_never_begins_before_its_day(before: Verdict | None, after: Verdict, expected: date) -> None:
    assert first_day(before, after, on=DAYS[2]) == expected


# --- One keeper, two keepers ----------------------------------------------------------------------------------------------


def test_T10_what_narrows_is_written_at_once_and_recorded() -> None:
    keeper = desk("eranova3")
    rule = FunctionRule.objects.get(code="10006")
    yesterday = timezone.localdate() - DAY
    assert keeping.save(keeper, FunctionRule, rule.pk, valid_to=yesterday.isoformat()).status_code == 302
    rule.refresh_from_db()
    assert rule.valid_to == yesterday
    assert details_of("rule.edit")[-1] == {"before": {"valid_to": None}, "after": {"valid_to": str(yesterday)}}
    kind = CapacityKind.objects.get(code="finance-enterprise")
    assert keeping.save(keeper, CapacityKind, kind.pk, open_to_all=None, position="7").status_code == 302
    kind.refresh_from_db()
    assert (kind.open_to_all, kind.position) == (False, 7)
    fields: dict[str, Any] = {"code": "10006", "legal_form": "610", "valid_from": "", "valid_to": ""}
    assert keeping.save(keeper, FunctionRule, **fields).status_code == 302, "a rule that says no"
    assert not FunctionRule.objects.get(code="10006", legal_form="610").counts
    assert not Proposal.objects.exists()


def test_T10_what_widens_is_shown_with_whom_it_touches_then_proposed_and_holds_the_day_after() -> None:
    keeper = desk("eranova3")
    rule = FunctionRule.objects.get(code="10006")
    FunctionRule.objects.filter(pk=rule.pk).update(counts=False)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        looked = keeping.save(keeper, FunctionRule, rule.pk, counts="on")
        page = looked.content.decode()
        assert looked.status_code == 200
        for what in ("People", "Enterprises"):
            assert f"{what} touched: <strong>1</strong>" in page, "Jonas Müller, in Eupen"
        assert not Proposal.objects.exists()
        assert keeper.post(keeping.address_of(FunctionRule, rule.pk), keeping.fields_of(looked)).status_code == 302
        proposal = Proposal.objects.get()
        assert (proposal.kind, proposal.people, proposal.enterprises) == ("keep.rule", 1, 1)
        assert mails_to("eranova5@example.be") and mails_to("eranova6@example.be"), "the supervisors know"
        clock.shift(3 * DAY)
        confirm(actor=staff("eranova4"), proposal=proposal.public_id)
        apply_due()
        rule.refresh_from_db()
        assert not rule.counts, "not today"
        clock.shift(DAY)
        apply_due()
        rule.refresh_from_db()
        assert (rule.counts, rule.valid_from) == (True, timezone.localdate())
    assert details_of("rule.edit")[-1]["after"] == {"counts": True, "valid_from": str(rule.valid_from)}
    assert Proposal.objects.get().outcome == "applied"


def test_T10_a_mixed_save_writes_the_narrow_part_and_proposes_the_rest() -> None:
    keeper = desk("eranova3")
    kind = CapacityKind.objects.get(code="finance-enterprise")
    looked = keeping.save(keeper, CapacityKind, kind.pk, open_to_all=None, name_nl="Zaak", position="3")
    assert "is saved at once" in looked.content.decode()
    kind.refresh_from_db()
    assert (kind.open_to_all, kind.name_nl) == (True, "Onderneming"), "nothing before the second click"
    keeper.post(keeping.address_of(CapacityKind, kind.pk), keeping.fields_of(looked))
    kind.refresh_from_db()
    assert (kind.open_to_all, kind.position, kind.name_nl) == (False, 3, "Onderneming")
    assert Proposal.objects.get().content["values"] == {"name_nl": "Zaak"}


def test_T10_a_period_that_both_widens_and_narrows_waits_as_a_whole_and_the_page_says_so() -> None:
    keeper = desk("eranova3")
    rule = FunctionRule.objects.get(code="10006")
    today = timezone.localdate()
    FunctionRule.objects.filter(pk=rule.pk).update(valid_from=today + 20 * DAY)
    changed: dict[str, Any] = {"valid_from": (today + 10 * DAY).isoformat(), "valid_to": (today + 30 * DAY).isoformat()}
    looked = keeping.save(keeper, FunctionRule, rule.pk, **changed)
    assert "Part of this takes something away." in looked.content.decode()
    keeper.post(keeping.address_of(FunctionRule, rule.pk), keeping.fields_of(looked))
    rule.refresh_from_db()
    assert (rule.valid_from, rule.valid_to) == (today + 20 * DAY, None)


def test_T10_nothing_typed_is_lost_and_what_is_changed_after_the_look_is_looked_at_again() -> None:
    keeper = desk("eranova3")
    names: dict[str, Any] = {f"name_{language}": f"Naam «{language}» & <b>" for language in ("nl", "fr", "de", "en")}
    typed: dict[str, Any] = {
        "kind": str(CapacityKind.objects.get(code="employer-rsz").pk),
        "code": "new-one",
        "position": "4",
        **names,
    }
    typed |= {f"description_{language}": "Eén regel\nen nog een" for language in ("nl", "fr", "de", "en")}
    looked = keeping.save(keeper, Application, **typed)
    back = keeping.fields_of(looked)
    assert {name: back[name].replace("\r\n", "\n") for name in typed} == typed
    again = keeper.post(keeping.address_of(Application), {**back, "name_nl": "Iets anders"})
    assert again.status_code == 200 and not Proposal.objects.exists()
    assert keeping.fields_of(again)["name_nl"] == "Iets anders"
    assert keeper.post(keeping.address_of(Application), keeping.fields_of(again)).status_code == 302
    assert Proposal.objects.get().content["values"]["name_nl"] == "Iets anders"
    assert not Application.objects.filter(code="new-one").exists()


def test_T10_a_second_proposal_about_the_same_is_refused_on_the_form() -> None:
    keeper, domain = desk("eranova3"), Domain.objects.get(code="justice")
    assert keeping.propose(keeper, Domain, domain.pk, name_nl="Recht").status_code == 302
    response = keeping.propose(desk("eranova4"), Domain, domain.pk, name_nl="Wet")
    assert response.status_code == 200
    assert "The same is proposed already" in response.content.decode()
    assert keeping.fields_of(response)["name_nl"] == "Wet"


def test_T10_days_that_have_gone_by_are_refused_with_a_sentence() -> None:
    keeper, rule = desk("eranova3"), FunctionRule.objects.get(code="10006")
    ended = timezone.localdate() - 10 * DAY
    FunctionRule.objects.filter(pk=rule.pk).update(valid_to=ended)
    response = keeping.propose(keeper, FunctionRule, rule.pk, valid_to=(ended + 3 * DAY).isoformat())
    assert response.status_code == 200 and not Proposal.objects.exists()
    assert "days that have gone by" in response.content.decode()


def test_T10_a_new_thing_is_there_from_the_day_after_and_made_once() -> None:
    keeper = desk("eranova3")
    typed: dict[str, Any] = {
        "code": "10100",
        "name": "Vereffenaar",
        "legal_form": "",
        "situation": "012",
        "counts": "on",
    }
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert keeping.propose(keeper, FunctionRule, **typed).status_code == 302
        confirm(actor=staff("eranova4"), proposal=Proposal.objects.get().public_id)
        assert not FunctionRule.objects.filter(code="10100").exists()
        clock.shift(DAY)
        assert (apply_due(), apply_due()) == (1, 0)
        assert FunctionRule.objects.get(code="10100").valid_from == timezone.localdate()
    assert details_of("rule.add")[-1]["after"]["situation"] == "012"


@pytest.mark.parametrize("case", ["changed", "proposer left", "stopped", "rule beside it"])
def test_T10_what_was_overtaken_by_the_night_does_not_hold(case: str) -> None:
    rule = FunctionRule.objects.get(code="10021")
    typed: dict[str, Any] = {"code": "10100", "name": "", "legal_form": "", "situation": "", "counts": "on"}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        if case == "rule beside it":
            keeping.propose(desk("eranova3"), FunctionRule, **typed)
        else:
            keeping.propose(desk("eranova3"), FunctionRule, rule.pk, counts="on")
        proposal = confirm(actor=staff("eranova4"), proposal=Proposal.objects.get().public_id)
        if case == "changed":
            FunctionRule.objects.filter(pk=rule.pk).update(valid_to=timezone.localdate())
        elif case == "proposer left":
            person_called("eranova3").groups.clear()
        elif case == "stopped":
            refuse(actor=staff("eranova4"), proposal=proposal.public_id)
        else:
            FunctionRule.objects.create(code="10100", counts=False)
        clock.shift(DAY)
        apply_due()
    assert not FunctionRule.objects.filter(code__in=["10021", "10100"], counts=True).exists()
    assert Proposal.objects.get().outcome == ("refused" if case == "stopped" else "overtaken")


def test_T10_no_act_writes_for_one_keeper_what_takes_two() -> None:
    rule = FunctionRule.objects.get(code="10021")
    for values in (
        {"counts": True},
        {"code": "10002"},
        {"situation": "050"},
        {"legal_form": ""} | {"name": "Bestuurder"},
    ):
        with pytest.raises(Refused, match="second_keeper"):
            keep(actor=staff("eranova3"), model=FunctionRule, pk=rule.pk, values=values)
    for fixed in ({"code": "10002"}, {"situation": "050"}, {"legal_form": "610"}):
        with pytest.raises(Refused, match="fixed"):
            propose(actor=staff("eranova3"), model=FunctionRule, pk=rule.pk, values=fixed)
    with pytest.raises(Refused, match="widens_nothing"):
        propose(actor=staff("eranova3"), model=Domain, pk=Domain.objects.get(code="justice").pk, values={"position": 4})
    assert not Proposal.objects.exists()


# --- How many it touches --------------------------------------------------------------------------------------------------


def touched(thing: Model) -> tuple[int, int]:
    found = touched_by(thing)
    return found.people, found.enterprises


def test_T10_a_rule_touches_who_holds_the_function_today_in_such_enterprises() -> None:
    def of(**scope: str) -> tuple[int, int]:
        return touched(FunctionRule(counts=True, **scope))

    assert of(code="10002") == (5, 3), "An, Marie, Luc, Piotr and Ingrid; Drukkerij Stil has stopped"
    assert of(code="10002", legal_form="610") == (3, 2)
    assert of(code="10002", situation="050") == of(code="99999") == (0, 0)
    RegisterEnterprise.objects.filter(number=BRASSERIE).update(situation="050")
    assert of(code="10002", situation="050") == (2, 1)
    assert of(code="10002") == (3, 2), "a rule for any situation says nothing about bankruptcy"
    LegalFunction.objects.filter(insz=AN).update(ends_on=timezone.localdate() - DAY)
    assert of(code="10002") == (2, 1)


def test_T10_the_rest_touches_accounts_and_enterprises_in_csam() -> None:
    kind = CapacityKind.objects.get(code="employer-rsz")
    accounts = Account.objects.filter(ended_at=None, capacity__kind=kind, capacity__retired_at=None)
    people, enterprises = accounts.values("person").distinct().count(), Capacity.objects.filter(kind=kind).count()
    assert people > 200 and enterprises == 3
    for thing in (kind, kind.domain, kind.applications.all()[0], Application(kind=kind)):
        assert touched(thing) == (people, enterprises), thing
    everybody = touched(CapacityKind.objects.get(code="finance-enterprise"))
    assert everybody == touched(CapacityKind(identified_by="rsz")) == (4, 3), "chiefs and co-chief of three enterprises"
    assert touched(CapacityKind(identified_by="enterprise")) == touched(Domain()) == (0, 0)
    carried = Carried.objects.filter(ended_at=None)[0]
    sending = carried.sender.capacity
    users = Account.objects.filter(ended_at=None, capacity=sending).values("person").distinct().count()
    assert touched(MessageCode(application=carried.application)) == (users, 1)
    assert touched(MessageCode()) == (0, 0)
    assert touched(RefusalTemplate()) == (1, 1), "the demo world's open request"


@pytest.mark.parametrize("label", KEPT)
def test_T10_counting_takes_two_statements_whatever_there_is(label: str, django_assert_max_num_queries: Any) -> None:
    model = apps.get_model(label)
    thing = model._default_manager.first() or model()
    with django_assert_max_num_queries(2):
        touched_by(thing)


def test_T10_counting_stops_where_it_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (embedded, counts):
        monkeypatch.setattr(module, "MOST_LOOKED_AT", 1)
    kind = CapacityKind.objects.get(code="employer-rsz")
    for thing in (kind, FunctionRule(code="10002"), Application(kind=kind), CapacityKind(open_to_all=True)):
        assert touched(thing) == (1, 1)
    with translation.override("en"):
        assert (touched_in_words(0), touched_in_words(99_999)) == ("0", "99999")
        assert touched_in_words(100_000) == touched_in_words(2**31) == "100,000 or more"


def test_T10_a_register_that_is_away_keeps_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any, **_named: Any) -> None:
        raise RegisterDown

    keeper = desk("eranova3")
    rule = FunctionRule.objects.get(code="10021")
    keeping.propose(keeper, FunctionRule, rule.pk, counts="on")
    monkeypatch.setattr(embedded.EmbeddedRegister, "holders", away)
    response = keeping.save(keeper, FunctionRule, FunctionRule.objects.get(code="20090").pk, counts="on")
    assert response.status_code == 200
    assert "does not answer" in response.content.decode()
    assert keeping.fields_of(response)["counts"] == "on"
    proposal = Proposal.objects.get()
    assert keeper.get(f"/admin/identity/proposal/{proposal.pk}/change/").status_code == 200, "and can be stopped"
