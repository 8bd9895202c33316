"""M5, M11: the web service: who gets a token, and what a token opens."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from identity.models import Person
from senders.api import assertions
from senders.enums import ChannelKind, TransferKind
from senders.messages.faults import Fault, LoginFault
from senders.models import Certificate, Channel, Delivery, DeliveryPart, Receipt, Sender, Transfer
from senders.views.api import SUBMISSION
from tests import cast
from tests.asserting import ask_token, assertion, token_of
from tests.messages import Signer, new_signer, sign
from tests.pages_table import routes
from tests.senders import Registered, add_certificate, register

pytestmark = pytest.mark.django_db
DECLARATION = b"<DmfAOriginal/>\n"
DESCRIPTION = json.loads((Path(assertions.__file__).parent / "openapi.json").read_text())


@pytest.fixture(scope="module")
def signer() -> Signer:
    return new_signer()


@pytest.fixture
def sender(signer: Signer) -> Registered:
    return register(ChannelKind.WEB_SERVICE, signer=signer)


def submit(token: str, name: str, content: bytes = DECLARATION, *, signature: bytes) -> Any:
    files = [SimpleUploadedFile(f"FI.{name}.1", content), SimpleUploadedFile(f"FS.{name}.1", signature)]
    return Client().post(reverse("api-submit"), {"files": files}, headers={"Authorization": f"Bearer {token}"})


def name_of(sender: Registered, sequence: int = 1, *, environment: str = "R", code: str = "DMFA") -> str:
    return f"{code}.{sender.number}.20240131.{sequence:05}.{environment}.1"


# --- Tokens


def test_M11_a_registered_certificates_key_gets_a_token_of_ten_minutes(sender: Registered) -> None:
    given = ask_token(assertion(sender))
    assert given.status_code == 200 and "no-store" in given["Cache-Control"]
    assert given.json() | {"access_token": ""} == {"access_token": "", "token_type": "Bearer", "expires_in": 600}
    assert Transfer.objects.get().kind == TransferKind.LOGIN


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_M11_an_assertion_may_be_signed_as_its_key_can(algorithm: str) -> None:
    sender = register(ChannelKind.WEB_SERVICE, signer=new_signer(kind="ec" if algorithm == "ES256" else "rsa"))
    assert ask_token(assertion(sender, algorithm=algorithm)).status_code == 200


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"aud": "https://elsewhere.example/token"}, LoginFault.WRONG_AUDIENCE),
        ({"aud": ["https://elsewhere.example/token"]}, LoginFault.WRONG_AUDIENCE),
        ({"aud": {"a": 1}}, LoginFault.WRONG_AUDIENCE),
        ({"sub": "999999"}, LoginFault.WRONG_SUBJECT),
        ({"exp": 1}, LoginFault.EXPIRED),
        ({"exp": "soon"}, LoginFault.EXPIRED),
        ({"exp": 10**12}, LoginFault.LASTS_TOO_LONG),
        ({"nbf": 10**12}, LoginFault.EXPIRED),
        ({"iat": 10**12}, LoginFault.EXPIRED),
        ({"jti": ""}, LoginFault.UNREADABLE),
        ({"jti": 5}, LoginFault.UNREADABLE),
        ({"jti": "x" * 300}, LoginFault.UNREADABLE),
        ({"aud": None}, LoginFault.UNREADABLE),
        ({"exp": None}, LoginFault.UNREADABLE),
        ({"jti": None}, LoginFault.UNREADABLE),
        ({"sub": None}, LoginFault.UNREADABLE),
    ],
)
def test_M11_a_bad_assertion_gets_no_token(sender: Registered, claims: dict[str, Any], fault: LoginFault) -> None:
    refused = ask_token(assertion(sender, **claims))
    assert refused.status_code == 401 and refused.json()["error"] == "invalid_client"
    assert refused.json()["error_description"].startswith(fault.value)
    assert Transfer.objects.get().fault == fault


def test_M11_an_assertion_counts_once(sender: Registered) -> None:
    text = assertion(sender)
    assert [ask_token(text).status_code for _ in range(2)] == [200, 401]
    assert Transfer.objects.get(kind=TransferKind.REFUSED).fault == LoginFault.REPLAYED


def test_M11_anothers_key_gets_no_token(sender: Registered) -> None:
    assert LoginFault.WRONG_SIGNATURE in ask_token(assertion(sender, new_signer())).json()["error_description"]


def unsigned(sender: Registered) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return f"{header}.{assertion(sender).split('.')[1]}."


def with_the_public_key_as_secret(sender: Registered) -> str:
    public = x509.load_der_x509_certificate(sender.signer.der).public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = base64.urlsafe_b64encode(b'{"alg":"HS256"}').decode().rstrip("=")
    signed = f"{header}.{assertion(sender).split('.')[1]}"
    mac = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@pytest.mark.parametrize("forge", [unsigned, with_the_public_key_as_secret])
def test_M11_a_forged_assertion_gets_no_token(sender: Registered, forge: Callable[[Registered], str]) -> None:
    assert ask_token(forge(sender)).status_code == 401


def claiming(payload: bytes) -> str:
    """An assertion with this payload and any signature."""
    return f"eyJhbGciOiJSUzI1NiJ9.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.AAAA"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a.b.c",
        "{}",
        "é.é.é",
        "." * 5000,
        "A" * 9000,
        "eyJhbGciOiJSUzI1NiJ9.W10.AAAA",
        *(claiming(payload) for payload in (b"[" * 5900, rb'{"iss":"\ud800"}', rb'{"iss":"\u0000"}')),
    ],
    ids=range(11),
)
def test_E7_whatever_is_sent_as_an_assertion_gets_an_answer(sender: Registered, text: str) -> None:
    assert ask_token(text).status_code == 401


def test_M11_a_form_without_its_grant_is_told_what_to_send(sender: Registered) -> None:
    assert ask_token("x", grant_type="password").json()["error"] == "unsupported_grant_type"
    assert ask_token("x", client_assertion_type="x").json()["error"] == "invalid_request"


def test_section_11_wrong_assertions_are_limited_per_address(sender: Registered, settings: Any) -> None:
    settings.LIMITS = settings.LIMITS | {"assertion.address": (2, 3600)}
    assert [ask_token("wrong").status_code for _ in range(3)] == [401, 401, 429]
    limited = ask_token(assertion(sender))
    assert limited.status_code == 429 and limited.json()["error"] == "too_many"


def block(sender: Registered) -> None:
    Sender.objects.filter(pk=sender.sender.pk).update(blocked_at=timezone.now(), blocked_by=Person.objects.portal())


def retire(sender: Registered) -> None:
    Certificate.objects.update(retired_at=timezone.now(), retired_by=Person.objects.portal())


def revoke(sender: Registered) -> None:
    Certificate.objects.update(revoked_at=timezone.now())


def expire(sender: Registered) -> None:
    Certificate.objects.update(valid_to=timezone.now())


def end_channel(sender: Registered) -> None:
    Channel.objects.update(ended_at=timezone.now(), ended_by=Person.objects.portal())


@pytest.mark.parametrize("change", [block, retire, revoke, expire, end_channel])
def test_M9_what_is_blocked_or_retired_gets_no_token_and_its_tokens_end_at_once(
    sender: Registered, change: Callable[[Registered], None]
) -> None:
    given = token_of(sender)
    change(sender)
    assert ask_token(assertion(sender)).status_code == 401
    assert submit(given, name_of(sender), signature=b"").status_code == 401


def test_M11_a_token_ends_after_ten_minutes(sender: Registered) -> None:
    given = token_of(sender)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert submit(given, name_of(sender), signature=b"").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic x", "Bearer \x00", "bearer " + "x" * 4000])
def test_M11_without_a_token_nothing_opens(header: str) -> None:
    refused = Client().post(reverse("api-submit"), headers={"Authorization": header})
    assert refused.status_code == 401 and refused["WWW-Authenticate"].startswith("Bearer")


# --- Submissions


def test_M11_a_submission_is_kept_and_answered_with_a_receipt(sender: Registered) -> None:
    signature = sign(DECLARATION, sender.signer)
    answer = submit(token_of(sender), name_of(sender), signature=signature)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["result_code"] == 1
    delivery = Delivery.objects.get()
    part = DeliveryPart.objects.get(delivery=delivery)
    assert (bytes(part.declaration), bytes(part.signature)) == (DECLARATION, signature)
    assert answer.json()["receipt"]["content"] == Receipt.objects.get().content
    assert Certificate.objects.get(channel__sender=sender.sender).last_used_at == delivery.taken_at


def test_M11_a_sequence_number_counts_once_and_another_environment_has_its_own(sender: Registered) -> None:
    given, signature = token_of(sender), sign(DECLARATION, sender.signer)
    answers = [submit(given, name_of(sender, environment=each), signature=signature) for each in ("R", "R", "T")]
    assert [answer.status_code for answer in answers] == [201, 422, 201]
    assert answers[1].json()["error_id"] == Fault.SEQUENCE_USED


def test_M11_what_was_refused_may_be_mended_under_the_same_name(sender: Registered) -> None:
    given = token_of(sender)
    refused = submit(given, name_of(sender), signature=sign(b"another file", sender.signer))
    assert (refused.status_code, refused.json()["error_id"]) == (422, Fault.OTHER_FILE)
    assert not DeliveryPart.objects.exists(), "nothing of it is kept"
    mended = submit(given, name_of(sender), signature=sign(DECLARATION, sender.signer))
    assert mended.status_code == 201
    assert mended.json()["receipt"]["name"] == refused.json()["receipt"]["name"].replace("00001", "00002")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("DMFA.999999.20240131.00001.R.1", Fault.OTHER_SENDER),
        ("DIMN.654321.20240131.00001.R.1", Fault.NOT_CARRIED),
        ("XXXX.654321.20240131.00001.R.1", Fault.UNKNOWN_CODE),
        ("DMFA.654321.20240131.00001.R.2", Fault.NO_DECLARATION),
        ("DMFA.654321.29991231.00001.R.1", Fault.NAME_DATE),
        ("whatever", Fault.NAME_SHAPE),
    ],
)
def test_M11_each_fault_of_a_name_has_its_own_answer(sender: Registered, name: str, fault: Fault) -> None:
    answer = submit(token_of(sender), name, signature=sign(DECLARATION, sender.signer))
    assert (answer.status_code, answer.json()["error_id"]) == (422, fault)


def test_M11_another_senders_certificate_signs_nothing_of_ours(sender: Registered) -> None:
    other = register(ChannelKind.WEB_SERVICE, enterprise=cast.GROOT, number="654322", signer=new_signer())
    answer = submit(token_of(sender), name_of(sender), signature=sign(DECLARATION, other.signer))
    assert answer.json()["error_id"] == Fault.UNKNOWN_CERTIFICATE


def test_M11_a_certificate_of_any_channel_of_the_sender_signs(sender: Registered) -> None:
    another = new_signer()
    add_certificate(sender.channels[ChannelKind.WEB_SERVICE], another)
    assert submit(token_of(sender), name_of(sender), signature=sign(DECLARATION, another)).status_code == 201


def test_M11_a_file_past_the_limit_is_refused(sender: Registered, settings: Any) -> None:
    settings.MESSAGE_MAX_BYTES = 10
    answer = submit(token_of(sender), name_of(sender), signature=b"")
    assert (answer.status_code, answer.json()["error_id"]) == (422, Fault.TOO_LARGE)


def test_T16_a_submission_past_every_limit_is_refused_before_it_is_read(sender: Registered) -> None:
    answer = Client().post(
        reverse("api-submit"),
        {"files": SimpleUploadedFile(f"FI.{name_of(sender)}.1", DECLARATION)},
        headers={"Authorization": f"Bearer {token_of(sender)}"},
        CONTENT_LENGTH=SUBMISSION.most_bytes + 1,
    )
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_M11_a_lost_answer_can_be_asked_again_by_the_sender_alone(sender: Registered) -> None:
    given = token_of(sender)
    answer = submit(given, name_of(sender), signature=sign(DECLARATION, sender.signer))
    address = reverse("api-receipt", args=[f"FI.{name_of(sender)}.1"])
    again = Client().get(address, headers={"Authorization": f"Bearer {given}"})
    assert again.json() == answer.json()

    other = register(ChannelKind.WEB_SERVICE, enterprise=cast.GROOT, number="654322")
    strangers = Client().get(address, headers={"Authorization": f"Bearer {token_of(other)}"})
    assert strangers.status_code == 404 and strangers.json()["error"] == "Missing"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("POST", "/api/v2/token", 404, "not_found"),
        ("GET", "/api/v1/receipts/%00", 400, "bad_request"),
        ("DELETE", "/api/v1/token", 405, "bad_request"),
    ],
)
def test_E7_programs_are_refused_in_json_at_any_address(method: str, path: str, status: int, code: str) -> None:
    answer = Client().generic(method, path)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["error_description"]


def test_E1_a_submission_is_recorded(sender: Registered) -> None:
    given = token_of(sender)
    submit(given, name_of(sender), signature=b"")
    submit(given, name_of(sender), signature=sign(DECLARATION, sender.signer))
    acts = Event.objects.filter(act__startswith="submission.").order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["submission.refused", "submission.accepted"]


# --- The description


def test_M11_the_description_names_every_address_and_every_answer(sender: Registered) -> None:
    described = {path.removeprefix("/api/v1/").partition("{")[0] for path in DESCRIPTION["paths"]}
    served = {str(route.pattern).partition("<")[0] for name, route in routes() if name.startswith("api-")}
    assert described | {"openapi.json"} == served
    assert Client().get(reverse("api-description")).json() == DESCRIPTION


def test_M11_answers_are_as_described(sender: Registered) -> None:
    given = ask_token(assertion(sender)).json()
    assert given.keys() == DESCRIPTION["components"]["schemas"]["Token"]["properties"].keys()
    answer = submit(given["access_token"], name_of(sender), signature=b"").json()
    schema = DESCRIPTION["components"]["schemas"]["Receipt"]["properties"]
    assert answer.keys() == schema.keys()
    assert answer["receipt"].keys() == schema["receipt"]["properties"].keys()
    assert ask_token("x").json().keys() == DESCRIPTION["components"]["schemas"]["Error"]["properties"].keys()


@pytest.fixture(autouse=True)
def _no_forgeries() -> Iterator[None]:
    """No cookie and no form token is needed or set: nobody's browser can be made to send."""
    yield
    assert not Client().post(reverse("api-token")).cookies
