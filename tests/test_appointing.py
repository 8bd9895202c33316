"""The standard procedure: S1 to S9, at its pages and in what they leave in the database."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from access_admins.enums import ChiefKind
from access_admins.models import ChiefRole, Review
from acts.errors import RegisterDown
from audit.models import Event, Reading
from enterprises.models import Capacity, LegalFunction, RegisterEnterprise, RegisterPerson
from identity.enums import Means
from identity.login import begin_session
from identity.models import Person, Session
from outbox.models import Mail
from tests import adding, appointing, cast
from users.enums import AccountType
from users.models import Account

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]


def live_htb(number: str) -> ChiefRole:
    return ChiefRole.objects.get(enterprise__number=number, kind=ChiefKind.HTB, ended_at=None)


@pytest.mark.parametrize(
    "typed", ["0999000129", "0999.000.129", "BE 0999 000 129", "be0999.000.129", "999000129", "999.000.129"]
)
def test_S1_takes_the_number_in_any_notation(log_in: LogIn, typed: str) -> None:
    assert log_in(cast.AN).post(appointing.START, {"enterprise_number": typed}).status_code == 302


def test_S1_links_to_the_public_search(log_in: LogIn) -> None:
    assert "kbopub" in log_in(cast.AN).get(appointing.START).content.decode()


REFUSALS_OF_A_NUMBER = {
    "not a number": ("12345", "0999000129"),
    "wrong check digits": ("0999000130", None),
    "an establishment": ("2147812701", None),
    "not in the register": ("0999000723", None),
    "stopped": (cast.DRUKKERIJ, None),
    "no function": (cast.BRASSERIE, None),
}


def refusal(client: Client, number: str) -> str:
    """Return the sentence at the field, and hold the page to keeping what was typed."""
    response = client.post(appointing.START, {"enterprise_number": number})
    assert response.status_code == 422
    page = response.content.decode()
    assert f'value="{number}"' in page
    return str(response.context["form"].errors["enterprise_number"][0])


def test_S2_every_reason_has_its_own_answer(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    RegisterEnterprise.objects.filter(number=cast.GROOT).update(situation="999")
    RegisterEnterprise.objects.filter(number=cast.TRANSPORT).update(situation="050")
    numbers = [number for number, _ in REFUSALS_OF_A_NUMBER.values()] + [cast.GROOT, cast.TRANSPORT]
    sentences = [refusal(client, number) for number in numbers]
    # Two ways of not being a number share one sentence.
    assert len(set(sentences)) == len(sentences) - 1


def test_S2_a_stopped_enterprise_is_refused_with_the_date(log_in: LogIn) -> None:
    RegisterEnterprise.objects.filter(number=cast.DRUKKERIJ).update(stopped_on=date(2025, 3, 31))
    assert "31 maart 2025" in refusal(log_in(cast.AN), cast.DRUKKERIJ)


def test_S2_a_function_that_ended_does_not_count(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    appointing.start(client, cast.ATELIER)
    yesterday = timezone.localdate() - timedelta(days=1)
    LegalFunction.objects.filter(number=cast.ATELIER, insz=cast.AN).update(ends_on=yesterday)
    refusal(client, cast.ATELIER)


def test_S2_in_bankruptcy_only_the_curator_counts(log_in: LogIn) -> None:
    RegisterEnterprise.objects.filter(number=cast.ATELIER).update(situation="050")
    client = log_in(cast.AN)
    refusal(client, cast.ATELIER)
    LegalFunction.objects.create(number=cast.ATELIER, insz=cast.AN, code="90001", starts_on=date(2020, 1, 1))
    appointing.start(client, cast.ATELIER)


def test_S3_names_the_present_htb_once_the_function_is_proved(log_in: LogIn) -> None:
    client = log_in(cast.LUC)
    page = client.get(appointing.start(client, cast.BRASSERIE)).content.decode()
    assert "Deze onderneming is al geregistreerd in CSAM." in page
    assert "Marie Dubois" in page


def test_S3_the_present_htb_cannot_appoint_herself_again(log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    address = appointing.start(client, cast.BRASSERIE)
    page = client.get(address)
    assert "U bent al gekend als Hoofdtoegangsbeheerder voor deze onderneming." in page.content.decode()
    assert client.post(address, {"who": "self", **appointing.OWN}).status_code == 422
    other = {"who": "other", **appointing.CHIEF, **appointing.OWN}
    refused = client.post(address, {**other, "chief_insz": cast.MARIE})
    assert refused.status_code == 422
    assert "chief_insz" in refused.context["form"].errors


def test_S3_another_person_who_is_the_htb_already_is_refused(log_in: LogIn) -> None:
    client = log_in(cast.LUC)
    address = appointing.start(client, cast.BRASSERIE)
    refused = client.post(address, {"who": "other", "chief_insz": cast.MARIE, **appointing.CHIEF, **appointing.OWN})
    assert refused.status_code == 422
    assert "chief_insz" in refused.context["form"].errors


def test_S4_other_person_needs_number_and_contact_data(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    response = client.post(appointing.start(client, cast.ATELIER), {"who": "other", **appointing.OWN})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"chief_insz", "chief_email", "chief_telephone"}


def test_S4_answers_of_the_branch_not_taken_are_blanked(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    check = appointing.choose_self(client, cast.ATELIER, chief_insz="nonsense", chief_email="x", chief_telephone="y")
    assert appointing.confirm(client, check).status_code == 302
    assert live_htb(cast.ATELIER).person.insz == cast.AN


CAUSES_OF_S5 = {
    "no tie": cast.THOMAS,
    "unknown to the register": "85073003328",
    "dead": cast.EMMA,
}


def test_S5_one_answer_whatever_the_cause(log_in: LogIn) -> None:
    RegisterPerson.objects.filter(insz=cast.EMMA).update(died_on=date(2026, 1, 1))
    client = log_in(cast.AN)
    address = appointing.start(client, cast.ATELIER)
    answers = set()
    for insz in CAUSES_OF_S5.values():
        response = client.post(address, {"who": "other", "chief_insz": insz, **appointing.CHIEF, **appointing.OWN})
        assert response.status_code == 422
        answers.add(str(response.context["form"].errors["chief_insz"]))
    assert len(answers) == 1


def test_S5_the_tries_are_counted_and_a_right_answer_waits_too(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    address = appointing.start(client, cast.ATELIER)
    other = {"who": "other", **appointing.CHIEF, **appointing.OWN}
    for _ in range(10):
        assert client.post(address, {**other, "chief_insz": cast.THOMAS}).status_code == 422
    blocked = client.post(address, {**other, "chief_insz": cast.KARIM})
    assert blocked.status_code == 429
    assert "chief_insz" in blocked.content.decode()


def test_S6_shows_every_answer_and_leaves_a_reading(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    check = appointing.choose_other(client, cast.ATELIER, cast.KARIM)
    page = client.get(check).content.decode()
    for text in ("0999.000.129", "Atelier Noord", "Karim El Amrani", "90.01.30-997.97", "toegang@example.be",
                 "An Peeters", "70.03.14-998.73", "directie@example.be", "2016/679"):  # fmt: skip
        assert text in page, text
    assert Reading.objects.filter(page="appoint.check").count() == 1


def test_S6_the_box_is_required_and_nothing_is_lost_on_the_way_back(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    check = appointing.choose_self(client, cast.ATELIER)
    unticked = appointing.confirm(client, check, confirmed="")
    assert unticked.status_code == 422
    assert not ChiefRole.objects.filter(enterprise__number=cast.ATELIER).exists()
    back = client.get(check.replace("/check", "/chief")).content.decode()
    assert "directie@example.be" in back


def test_S7_a_first_appointment_opens_the_capacities(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    done = appointing.confirm(client, appointing.choose_self(client, cast.ATELIER))
    assert done.status_code == 302
    assert done["Location"].endswith("/done")
    role = live_htb(cast.ATELIER)
    assert role.person.insz == cast.AN
    capacities = Capacity.objects.filter(enterprise=role.enterprise)
    assert capacities.filter(identification="199930482", kind__identified_by="rsz").exists()
    assert capacities.filter(identification=cast.ATELIER).exists()
    accounts = Account.objects.filter(capacity__in=capacities, ended_at=None)
    assert accounts.count() == capacities.count()
    assert set(accounts.values_list("person__insz", "type", "as_htb")) == {(cast.AN, AccountType.LB, True)}
    assert not capacities.filter(kind__open_to_all=False, kind__identified_by="enterprise").exists()


def test_S7_a_change_of_htb_passes_accounts_on_and_lists_the_others_for_review(log_in: LogIn) -> None:
    former = live_htb(cast.BRASSERIE)
    held_as_htb = set(
        Account.objects.filter(person=former.person, as_htb=True, ended_at=None).values_list("capacity_id", flat=True)
    )
    appointed = set(
        Account.objects.filter(
            capacity__enterprise=former.enterprise,
            as_htb=False,
            ended_at=None,
            type__in=[AccountType.LB, AccountType.CO_LB],
        ).values_list("pk", flat=True)
    )
    client = log_in(cast.LUC)
    assert appointing.confirm(client, appointing.choose_self(client, cast.BRASSERIE)).status_code == 302
    former.refresh_from_db()
    assert former.ended_at is not None
    assert former.ended_by is not None and former.ended_by.insz == cast.LUC
    assert not Account.objects.filter(person=former.person, as_htb=True, ended_at=None).exists()
    passed_on = Account.objects.filter(person__insz=cast.LUC, as_htb=True, ended_at=None)
    assert set(passed_on.values_list("capacity_id", flat=True)) == held_as_htb
    assert held_as_htb
    reviews = Review.objects.filter(enterprise=former.enterprise, decided_at=None)
    assert set(reviews.exclude(account=None).values_list("account_id", flat=True)) == appointed
    assert set(reviews.exclude(chief_role=None).values_list("chief_role__person__insz", flat=True)) == {cast.BART}


def test_S7_who_has_an_account_already_keeps_it_with_another_type(log_in: LogIn) -> None:
    """Noor is a user of Werkgever RSZ; without an appointed TB there, her account becomes LB as HTB."""
    tb = Account.objects.get(person__insz=cast.THOMAS, ended_at=None)
    now = timezone.now()
    Account.objects.filter(pk=tb.pk).update(ended_at=now, ended_by=tb.person)
    noor = Account.objects.get(person__insz=cast.NOOR, ended_at=None)
    client = log_in(cast.MARIE)
    assert appointing.confirm(client, appointing.choose_other(client, cast.BRASSERIE, cast.NOOR)).status_code == 302
    noor.refresh_from_db()
    assert (noor.type, noor.as_htb, noor.ended_at) == (AccountType.LB, True, None)


def test_S7_a_co_htb_who_becomes_htb_leaves_the_first_role(log_in: LogIn) -> None:
    client = log_in(cast.MARIE)
    assert appointing.confirm(client, appointing.choose_other(client, cast.BRASSERIE, cast.BART)).status_code == 302
    roles = ChiefRole.objects.filter(enterprise__number=cast.BRASSERIE, person__insz=cast.BART, ended_at=None)
    assert [role.kind for role in roles] == [ChiefKind.HTB]


def test_S7_mails_go_to_the_new_htb_the_representative_and_the_former_htb(log_in: LogIn) -> None:
    client = log_in(cast.LUC)
    Mail.objects.all().delete()
    appointing.confirm(client, appointing.choose_other(client, cast.BRASSERIE, cast.THOMAS))
    mails = {mail.to: mail for mail in Mail.objects.all()}
    former = (
        ChiefRole.objects.filter(enterprise__number=cast.BRASSERIE, kind=ChiefKind.HTB).exclude(ended_at=None).get()
    )
    assert set(mails) == {"toegang@example.be", "directie@example.be", former.email}
    assert mails["toegang@example.be"].language == "nl"
    assert mails[former.email].language == "fr"
    assert "Brasserie du Canal" in mails["toegang@example.be"].text


def test_S7_is_recorded_in_the_chain_of_the_enterprise(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    appointing.confirm(client, appointing.choose_self(client, cast.ATELIER))
    role = live_htb(cast.ATELIER)
    events = Event.objects.filter(enterprise=str(role.enterprise.public_id))
    assert set(events.values_list("act", flat=True)) == {
        "enterprise.activate", "capacity.activate", "chief.appoint", "account.open",
    }  # fmt: skip
    appointed = events.get(act="chief.appoint")
    assert (appointed.actor, appointed.role, appointed.level) == (str(role.person.public_id), "WV", 500)
    assert not any(cast.AN in f"{event.details}{event.about}" for event in events)


def test_S8_the_same_confirmation_twice_appoints_once(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    check = appointing.choose_self(client, cast.ATELIER)
    plan = appointing.plan_on(client, check)
    first = appointing.confirm_shown(client, check, plan)
    second = appointing.confirm_shown(client, check, plan)
    assert first["Location"] == second["Location"]
    assert ChiefRole.objects.filter(enterprise__number=cast.ATELIER).count() == 1
    assert client.get(check).status_code == 302


def test_S8_of_two_tabs_the_second_is_told_what_happened(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    one, other = appointing.choose_self(client, cast.ATELIER), appointing.choose_other(client, cast.ATELIER, cast.KARIM)
    plan = appointing.plan_on(client, other)
    assert appointing.confirm(client, one).status_code == 302
    late = appointing.confirm_shown(client, other, plan)
    assert late.status_code == 409
    assert "An Peeters" in late.content.decode()
    assert ChiefRole.objects.filter(enterprise__number=cast.ATELIER).count() == 1


def test_S8_a_function_that_ends_between_form_and_confirmation_stops_it(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    check = appointing.choose_self(client, cast.ATELIER)
    plan = appointing.plan_on(client, check)
    LegalFunction.objects.filter(number=cast.ATELIER, insz=cast.AN).delete()
    refused = appointing.confirm_shown(client, check, plan)
    assert refused.status_code == 422
    assert not ChiefRole.objects.filter(enterprise__number=cast.ATELIER).exists()


def test_S9_says_who_where_the_mail_went_and_what_is_next(log_in: LogIn) -> None:
    client = log_in(cast.AN)
    done = appointing.confirm(client, appointing.choose_other(client, cast.ATELIER, cast.KARIM))["Location"]
    page = client.get(done).content.decode()
    for text in (
        "Hoofdtoegangsbeheerder aangesteld!",
        "Karim El Amrani",
        "toegang@example.be",
        "Mijn eGov-rollenbeheer",
    ):
        assert text in page, text


def test_L4_a_weaker_login_is_sent_to_step_up(log_in: LogIn) -> None:
    response = log_in(cast.AN, Means.ITSME).get(appointing.START)
    assert response.status_code == 302
    assert "level=500" in response["Location"]


def test_E2_the_run_of_somebody_else_does_not_exist(log_in: LogIn) -> None:
    address = appointing.start(log_in(cast.AN), cast.ATELIER)
    assert log_in(cast.LUC).get(address).status_code == 404


class DeadRegister:
    """A register that never answers."""

    def __getattr__(self, question: str) -> Callable[..., None]:
        def no_answer(*_numbers: str) -> None:
            raise RegisterDown

        return no_answer


def test_S2_a_silent_register_means_try_again_and_nothing_typed_is_lost(log_in: LogIn, settings: Any) -> None:
    client = log_in(cast.AN)
    address = appointing.start(client, cast.ATELIER)
    settings.REGISTER_GATEWAY = "tests.test_appointing.DeadRegister"
    first = client.post(appointing.START, {"enterprise_number": "0999.000.129"})
    assert first.status_code == 503
    assert 'value="0999.000.129"' in first.content.decode()
    second = client.post(address, {"who": "self", **appointing.OWN})
    assert second.status_code == 503
    assert 'name="own_email" value="directie@example.be"' in second.content.decode()


def test_S8_a_session_that_ends_between_steps_goes_on_where_it_was(log_in: LogIn) -> None:
    """Log in again, continue where you were: the run is there, and so is what was typed when the session had ended."""
    client = log_in(cast.AN)
    address = appointing.start(client, cast.ATELIER)
    Session.objects.all().delete()
    late = client.post(address, {"who": "self", **appointing.OWN, "own_email": "typed@example.be"})
    assert late.status_code == 302
    client.cookies["session"] = logged_in_again(client.session, cast.AN)
    assert "typed@example.be" in client.get(address).content.decode()


@pytest.mark.parametrize(("insz", "is_shown"), [(cast.THOMAS, True), (cast.MARIE, False)])
def test_L4_what_was_typed_when_a_session_lapsed_waits_for_its_owner_alone(
    log_in: LogIn, insz: str, is_shown: bool
) -> None:
    client = log_in(cast.THOMAS)
    address = adding.address("person-add")
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert client.post(address, {"insz": cast.EMMA, "kind": "USER"}).status_code == 302
        client.cookies["session"] = logged_in_again(client.session, insz)
        shown = client.get(address)
    assert shown.status_code == 200
    assert (cast.EMMA in shown.content.decode()) is is_shown


def logged_in_again(session: Any, insz: str) -> str:
    """Log in within a browser's present session, as the call-back does; return the session's new key."""
    request = HttpRequest()
    request.session = session
    begin_session(request, Person.objects.get(insz=insz), Means.EID)
    session.save()
    return str(session.session_key)


def test_L7_a_chief_who_cannot_log_in_yet_gets_a_link_and_the_representative_a_code_once(log_in: LogIn) -> None:
    RegisterPerson.objects.filter(insz=cast.KARIM).update(has_eid=False)
    Person.objects.filter(insz=cast.KARIM).update(user_name=None, user_name_key=None, email="")
    Mail.objects.all().delete()
    client = log_in(cast.AN)
    done = appointing.confirm(client, appointing.choose_other(client, cast.ATELIER, cast.KARIM))["Location"]
    first, second = client.get(done), client.get(done)
    assert first.context["code"]
    assert first.context["code"] in first.content.decode()
    assert not second.context["code"]
    texts = [mail.text for mail in Mail.objects.filter(to="toegang@example.be")]
    assert sum("/link/" in text for text in texts) == 1
    assert not any(first.context["code"] in text for text in texts)


@pytest.mark.parametrize("name", ["Zoë Ødegård-Strauß", "D'Hondt d’Août <b>", "Ł" * 200, "Παπαδόπουλος"])
def test_S6_S7_any_name_comes_through_whole(log_in: LogIn, name: str) -> None:
    """Letters of any kind, apostrophes, 200 characters: on the check page, in the role, in the mail."""
    RegisterPerson.objects.filter(insz=cast.KARIM).update(last_name=name)
    client = log_in(cast.AN)
    check = appointing.choose_other(client, cast.ATELIER, cast.KARIM)
    assert escape(name) in client.get(check).content.decode()
    assert appointing.confirm(client, check).status_code == 302
    assert live_htb(cast.ATELIER).person.last_name == name
    assert (
        name
        in Mail.objects.get(to="toegang@example.be", key__contains=str(live_htb(cast.ATELIER).person.public_id)).text
    )
