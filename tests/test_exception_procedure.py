"""The exception procedure as the applicant meets it: X1 to X6, X8."""

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_admins.models import ChiefRole
from enterprises.models import LegalFunction, RegisterEnterprise, RegisterPerson
from formats import ticket
from htb.enums import RequestState
from htb.models import Request
from htb.requests import expire_and_remind
from identity.models import Attempt, Person
from outbox.models import Mail
from tests import cast

pytestmark = pytest.mark.django_db

START = "/nl/appoint/exception"
INGRID = {
    "insz": "59.02.28-998.94",
    "first_name": "Ingrid",
    "last_name": "de smet",
    "enterprise_number": "0999.000.624",
    "nobody_has_eid": "on",
}
OTHER = {
    "who": "other",
    "chief_insz": cast.EMMA,
    "chief_email": "emma@example.be",
    "chief_telephone": "0470 12 34 56",
    "own_email": "bestuur@example.be",
    "own_telephone": "015 20 00 00",
}


@pytest.fixture(autouse=True)
def _no_request_yet() -> None:
    """The demo world's own open ticket is no part of these tests."""
    for made in Request.objects.filter(enterprise_number=cast.BUURTHUIS):
        made.steps.all().delete()
        made.links.all().delete()
        made.words.all().delete()
        made.document.delete()
        made.delete()


def begin(client: Client, **changes: str) -> str:
    """Answer X1 and return the address of the next step."""
    response = client.post(START, {**INGRID, **changes})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def make_request(client: Client, **answers: str) -> Request:
    """Walk the whole procedure and return the request."""
    check = client.post(begin(client), {**OTHER, **answers})["Location"]
    plan = client.get(check).context["plan_digest"]
    done = client.post(check, {"confirmed": "on", "plan": plan})
    assert done.status_code == 302, done.content.decode()
    page = client.get(done["Location"])
    assert page.status_code == 200
    made: Request = page.context["request_made"]
    return made


@pytest.mark.parametrize(
    "changes",
    [
        {"last_name": "DE SMET"},
        {"last_name": "De Smét"},
        {"first_name": "ingrid"},
        {"insz": "59022899894"},
        {"enterprise_number": "BE0999000624"},
        {"enterprise_number": "999000624"},
    ],
)
def test_X1_any_notation_and_names_without_accents_and_capitals(client: Client, changes: dict[str, str]) -> None:
    begin(client, **changes)


def test_X1_any_one_of_several_given_names_will_do(client: Client) -> None:
    RegisterPerson.objects.filter(insz=cast.INGRID).update(first_names="Maria Ingrid Paula")
    begin(client, first_name="Paula")


def _function_ended() -> None:
    LegalFunction.objects.filter(insz=cast.INGRID).update(ends_on=timezone.localdate() - timedelta(days=1))


def _enterprise_stopped() -> None:
    RegisterEnterprise.objects.filter(number=cast.BUURTHUIS).update(stopped_on=timezone.localdate())


def _died() -> None:
    RegisterPerson.objects.filter(insz=cast.INGRID).update(died_on=timezone.localdate())


def _nothing() -> None:
    """The answers alone are wrong."""


MISMATCHES: dict[str, tuple[dict[str, str], Callable[[], None]]] = {
    "another name": ({"last_name": "Peeters"}, _nothing),
    "another first name": ({"first_name": "An"}, _nothing),
    "another person's number": ({"insz": cast.EMMA}, _nothing),
    "a number nobody has": ({"insz": "85073003328"}, _nothing),
    "another enterprise": ({"enterprise_number": cast.ATELIER}, _nothing),
    "an unknown enterprise": ({"enterprise_number": "0999000723"}, _nothing),
    "a function that ended": ({}, _function_ended),
    "a stopped enterprise": ({}, _enterprise_stopped),
    "a person who died": ({}, _died),
}


def mismatch(client: Client, name: str, hashed: list[str]) -> tuple[str, list[str]]:
    """Return the answer to a mismatch, and the statements and hashes that it took. hashed: where hash calls are noted."""
    changes, change = MISMATCHES[name]
    change()
    hashed.clear()
    with CaptureQueriesContext(connection) as statements:
        response = client.post(START, {**INGRID, **changes})
    assert response.status_code == 422, name
    sentence = str(response.context["form"].non_field_errors()[0])
    return sentence, [*(_shape(one["sql"]) for one in statements), *hashed]


def _shape(sql: str) -> str:
    """A statement without its values: its verb and its table."""
    words = sql.replace('"', " ").replace("(", " ").split()
    return f"{words[0]} {next((word for word in words if word.startswith(('enterprises_', 'identity_'))), '')}"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the hashes that were made, in order."""
    made: list[str] = []

    def noted(label: str, make: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        made.append(label)
        return make(*args, **kwargs)

    monkeypatch.setattr(hmac, "new", partial(noted, "hmac", hmac.new))
    monkeypatch.setattr(hashlib, "sha256", partial(noted, "sha256", hashlib.sha256))
    return made


def test_X1_every_mismatch_gets_the_same_answer_and_the_same_work(hashed: list[str]) -> None:
    answers = {}
    for number, name in enumerate(MISMATCHES):
        client = Client(REMOTE_ADDR=f"127.0.0.{number + 10}")
        client.get(START)
        answers[name] = mismatch(client, name, hashed)
        assert hashed.count("hmac") >= 3, "a try is counted in three places"
        RegisterEnterprise.objects.filter(number=cast.BUURTHUIS).update(stopped_on=None)
        Attempt.objects.all().delete()
    assert len({sentence for sentence, _statements in answers.values()}) == 1
    work = {tuple(statements) for _sentence, statements in answers.values()}
    assert len(work) == 1, work


def test_X1_the_limits_of_a_number_and_of_an_enterprise_hold_from_whatever_address() -> None:
    for number in range(5):
        guess = Client(REMOTE_ADDR=f"127.0.1.{number}").post(START, {**INGRID, "first_name": "An"})
        assert guess.status_code == 422
    assert Client(REMOTE_ADDR="127.0.2.1").post(START, INGRID).status_code == 429, "that number, from a new address"
    others = (cast.AN, cast.LUC, cast.SOPHIE, cast.KARIM, cast.MARIE)
    for number, person in enumerate(others):
        guess = Client(REMOTE_ADDR=f"127.0.3.{number}").post(START, {**INGRID, "insz": person})
        assert guess.status_code == 422
    piotr = {**INGRID, "insz": cast.PIOTR, "first_name": "Piotr", "last_name": "Nowak"}
    assert Client(REMOTE_ADDR="127.0.4.1").post(START, piotr).status_code == 429, "that enterprise, by another number"


def test_X1_the_10001st_guess_costs_what_the_sixth_does(client: Client) -> None:
    """And is refused, though it is right."""
    for _ in range(5):
        client.post(START, {**INGRID, "last_name": "Peeters"})

    def refusal() -> list[str]:
        with CaptureQueriesContext(connection) as statements:
            assert client.post(START, INGRID).status_code == 429
        return [_shape(one["sql"]) for one in statements]

    sixth = refusal()
    one = Attempt.objects.filter(scope="exception.address").latest("pk")
    Attempt.objects.bulk_create(Attempt(scope=one.scope, key=one.key, at=one.at) for _number in range(10_000))
    assert refusal() == sixth


def test_X1_past_the_limit_it_says_when_to_try_again_and_a_right_answer_waits(client: Client) -> None:
    for _ in range(5):
        assert client.post(START, {**INGRID, "last_name": "Peeters"}).status_code == 422
    assert client.post(START, INGRID).status_code == 429


def test_X1_the_chief_is_never_named(client: Client) -> None:
    chief = ChiefRole.objects.get(enterprise__number=cast.TRANSPORT, kind="HTB", ended_at=None)
    RegisterPerson.objects.filter(insz=cast.JONAS).update(has_eid=False)
    own = {"insz": cast.JONAS, "first_name": "Jonas", "last_name": "Müller", "enterprise_number": cast.TRANSPORT}
    address = begin(client, **own)
    page = client.get(address).content.decode()
    assert "Deze onderneming is al geregistreerd in CSAM." in page
    assert chief.person.last_name not in page
    check = client.post(address, {**OTHER, "who": "self"})["Location"]
    assert chief.person.last_name not in client.get(check).content.decode()


def test_X2_where_somebody_has_an_eid_the_page_points_to_the_standard_procedure(client: Client) -> None:
    RegisterPerson.objects.filter(insz=cast.PIOTR).update(has_eid=True)
    response = client.post("/en/appoint/exception", INGRID)
    assert response.status_code == 422
    assert "standard procedure" in str(response.context["form"].non_field_errors()[0])
    assert "/en/appoint/standard" in response.content.decode()


def test_X2_the_declaration_is_required(client: Client) -> None:
    response = client.post(START, {**INGRID, "nobody_has_eid": ""})
    assert set(response.context["form"].errors) == {"nobody_has_eid"}


def test_X3_tries_at_another_persons_number_count_as_tries_at_ones_own(client: Client) -> None:
    address = begin(client)
    for _ in range(5):
        assert client.post(address, {**OTHER, "chief_insz": cast.THOMAS}).status_code == 422
    assert client.post(address, OTHER).status_code == 429


def test_X4_the_ticket_number_is_of_the_agreed_shape(client: Client) -> None:
    assert ticket.parse(make_request(client).ticket)


def test_L6_the_ticket_and_its_document_are_shown_no_longer_than_a_session_lies_idle(client: Client) -> None:
    """Others sit down at the same computer; the mailed link still leads to the document."""
    made = make_request(client)
    ticket_page, file = f"{START}/{made.run}/done", f"{START}/{made.run}/document"
    with time_machine.travel(timezone.now() + timedelta(minutes=29)):
        assert [client.get(address).status_code for address in (ticket_page, file)] == [200, 200]
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert client.get(ticket_page)["Location"] == START
        assert client.get(file).status_code == 404
        assert client.post(ticket_page)["Location"] == START
        begin(client)


def test_X6_the_session_that_made_it_and_the_mailed_link_give_the_same_document(client: Client) -> None:
    made = make_request(client)
    mine = client.get(f"{START}/{made.run}/document")
    assert mine["Content-Type"] == "application/pdf"
    mail = Mail.objects.get(to="bestuur@example.be", key__contains=str(made.public_id))
    address = next(word for word in mail.text.split() if "/tickets/link/" in word).split("/nl/")[1]
    stranger = Client()
    assert stranger.get(f"/nl/{address}")["Content-Type"].startswith("text/html")
    assert stranger.post(f"/nl/{address}").content == mine.content == bytes(made.document.content)
    assert Client().get(f"{START}/{made.run}/document").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert stranger.post(f"/nl/{address}").status_code == 404


def test_X6_the_applicant_follows_with_ticket_and_number(client: Client) -> None:
    made = make_request(client)
    spaced = f"{made.ticket[:4]} {made.ticket[4:8]} {made.ticket[8:]}".lower()
    page = Client().post("/nl/tickets/follow", {"ticket": spaced, "insz": "59.02.28-998.94"})
    assert page.status_code == 200
    assert "Buurthuis De Brug" in page.content.decode()
    wrong = Client(REMOTE_ADDR="127.0.0.9")
    for number in (cast.EMMA, cast.EMMA, cast.EMMA, cast.EMMA, cast.EMMA):
        assert wrong.post("/nl/tickets/follow", {"ticket": made.ticket, "insz": number}).status_code == 422
    assert wrong.post("/nl/tickets/follow", {"ticket": made.ticket, "insz": cast.INGRID}).status_code == 429


@pytest.mark.parametrize(
    ("state", "is_received", "expected"),
    [
        ("registered", False, ["!Geregistreerd", "Document ontvangen", "Beslissing"]),
        ("received", True, ["+Geregistreerd", "!Document ontvangen", "Beslissing"]),
        ("approved", True, ["+Geregistreerd", "+Document ontvangen", "!Goedgekeurd"]),
        ("refused", True, ["+Geregistreerd", "+Document ontvangen", "!Geweigerd"]),
        ("expired", False, ["+Geregistreerd", "!Vervallen"]),
        ("replaced", False, ["+Geregistreerd", "!Vervangen"]),
    ],
)
def test_X6_the_life_of_a_request_is_drawn(client: Client, state: str, is_received: bool, expected: list[str]) -> None:
    """+ stands for a stage that is over, ! for where the request is."""
    made = make_request(client)
    received = timezone.localdate() if is_received else None
    is_decided = state in {RequestState.APPROVED, RequestState.REFUSED}
    decision = {"decided_at": timezone.now(), "decided_by": Person.objects.portal()} if is_decided else {}
    Request.objects.filter(pk=made.pk).update(state=state, received_on=received, **decision)
    page = Client().post("/nl/tickets/follow", {"ticket": made.ticket, "insz": cast.INGRID}).content.decode()
    drawn = page[page.index('class="trail trail--life"') :].split("</ol>")[0]
    stages = [
        {"": "", ' class="trail__done"': "+", ' aria-current="step"': "!"}[mark] + words
        for mark, words in re.findall(r"<li([^>]*)>([^<]*)", drawn)
    ]
    assert len(stages) == len(expected)
    assert all(stage.startswith(words) for stage, words in zip(stages, expected, strict=True)), stages


def test_X6_an_unknown_ticket_and_another_persons_number_get_the_same_answer_and_work(
    client: Client, hashed: list[str]
) -> None:
    made = make_request(client)
    answers = set()
    tries = ((made.ticket, cast.EMMA), ("ABCDEFGHJKMN3", cast.INGRID), ("ABCDEFGHJKMN3", cast.EMMA))
    for place, (number, person) in enumerate(tries):
        browser = Client(REMOTE_ADDR=f"127.0.0.{place + 50}")
        browser.get("/en/tickets/follow")
        hashed.clear()
        with CaptureQueriesContext(connection) as statements:
            page = browser.post("/en/tickets/follow", {"ticket": number, "insz": person})
        assert page.status_code == 422
        sentence = str(page.context["form"].non_field_errors()[0])
        answers.add((sentence, *(_shape(one["sql"]) for one in statements), *hashed))
    assert len(answers) == 1, answers


def test_X8_a_newer_request_replaces_the_older_and_only_while_none_is_received(client: Client) -> None:
    older = make_request(client)
    newer = make_request(client)
    older.refresh_from_db()
    assert (older.state, newer.state) == (RequestState.REPLACED, RequestState.REGISTERED)
    Request.objects.filter(pk=newer.pk).update(state=RequestState.RECEIVED)
    check = client.post(begin(client), OTHER)["Location"]
    refused = client.post(check, {"confirmed": "on", "plan": client.get(check).context["plan_digest"]})
    assert refused.status_code == 422
    assert Request.objects.filter(enterprise_number=cast.BUURTHUIS).count() == 2


def test_X8_a_fortnight_before_the_end_a_mail_and_then_the_end_once_each(client: Client) -> None:
    made = make_request(client)
    Mail.objects.all().delete()
    for day, state, mails in ((75, "registered", 0), (76, "registered", 1), (77, "registered", 1), (90, "expired", 2)):
        with time_machine.travel(made.registered_at + timedelta(days=day, minutes=1)):
            expire_and_remind()
            expire_and_remind()
        made.refresh_from_db()
        assert (made.state, Mail.objects.count()) == (state, mails), day


def test_S8_the_same_confirmation_twice_is_one_request(client: Client) -> None:
    check = client.post(begin(client), OTHER)["Location"]
    plan = client.get(check).context["plan_digest"]
    answers: dict[str, Any] = {"confirmed": "on", "plan": plan}
    assert client.post(check, answers)["Location"] == client.post(check, answers)["Location"]
    assert Request.objects.filter(enterprise_number=cast.BUURTHUIS).count() == 1
