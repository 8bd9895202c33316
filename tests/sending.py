"""Walking the trail of a sender as its access administrator does, for tests (BEHAVIOUR M2-M7)."""

from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enterprises.models import Application, Capacity
from tests import cast
from tests.certificates import certificate, pem, signing_key, ssh_line

CONTACT = {
    "last_name": "Claes", "first_name": "Emma", "title": "ms", "function": "Payroll", "language": "nl",
    "telephone": "02 511 51 51", "fax": "", "mobile": "0470 12 34 56",
    "email_1": "payroll@example.be", "email_2": "", "email_3": "it@example.be",
}  # fmt: skip
_NAMES = count(20_000)
PASSWORD = "brouwen-in-Luik-1998"


def capacity_of(number: str = cast.GROOT) -> Capacity:
    """The capacity Werkgever RSZ of an enterprise; Groot Personeel has no sender in the demo world."""
    return Capacity.objects.select_related("enterprise").get(enterprise__number=number, kind__code="employer-rsz")


def address(route: str, capacity: Capacity | None = None, **arguments: Any) -> str:
    """A page of a capacity."""
    capacity = capacity or capacity_of()
    place = {"enterprise_id": capacity.enterprise.public_id, "capacity_id": capacity.public_id}
    return reverse(route, kwargs={**place, **arguments})


def application(code: str, capacity: Capacity | None = None) -> Application:
    """An application of the capacity's kind."""
    return Application.objects.get(kind=(capacity or capacity_of()).kind, code=code)


def ids(*codes: str) -> list[str]:
    """What is ticked for these applications."""
    return [str(application(code).pk) for code in codes]


def post(client: Client, where: str, **data: Any) -> str:
    """Post a step that holds; return where it leads."""
    answer = client.post(where, data)
    assert answer.status_code == 302, shown(answer)
    return str(answer["Location"])


def shown(answer: Any) -> str:
    """The text of a page."""
    return str(answer.content.decode())


def new_name() -> str:
    """An own part that nobody has or had."""
    return f"T{next(_NAMES)}"


def without_sender(client: Client) -> None:
    """Delete the sender of Groot Personeel, if there is one."""
    if client.get(address("sender-delete")).status_code == 200:
        post(client, address("sender-delete"), plan=plan(client, address("sender-delete")))


def contact(client: Client, **changes: str) -> str:
    """Walk to the choice of a channel; return its address."""
    return post(client, address("sender-register-begin"), **{**CONTACT, **changes})


def channel_data(kind: str, *codes: str, **further: Any) -> dict[str, Any]:
    """What the page of a channel asks: certificate as a file, key as text, applications."""
    data: dict[str, Any] = {"certificate_file": SimpleUploadedFile("mine.cer", pem(certificate()))}
    if kind == "sftp":
        data["ssh_key_text"] = ssh_line(signing_key("ed25519"))
    if codes:
        data["applications"] = ids(*codes)
    return data | further


def user_data(kind: str, name: str) -> dict[str, str]:
    """What the page of the technical user asks."""
    user = {"user_name": name, "user_name_again": name}
    return {**user, "password": PASSWORD, "password_again": PASSWORD} if kind == "ftp" else user


def to_check(client: Client, where: str, kind: str, *codes: str, name: str = "TEST012", **further: Any) -> str:
    """Walk from the choice of a channel to the check page; return its address."""
    following = post(client, where, kind=kind)
    following = post(client, following, **channel_data(kind, *codes, **further))
    return following if kind == "wbs" else post(client, following, **user_data(kind, name))


def confirm(client: Client, where: str) -> str:
    """Confirm a check page as it stands; return where it leads."""
    return post(client, where, plan=plan(client, where))


def plan(client: Client, where: str) -> str:
    """The digest on a check page."""
    return shown(client.get(where)).split('name="plan" value="')[1].split('"')[0]


def register(client: Client, kind: str, *codes: str, name: str = "TEST012") -> str:
    """Register a sender; return the address of the page that says so."""
    return confirm(client, to_check(client, contact(client), kind, *codes, name=name))


def begin_add(client: Client, kind: str) -> str:
    """Set out for a further channel; return the address of the channel's page."""
    return post(client, address("channel-add-begin"), kind=kind)


def add(client: Client, kind: str, *codes: str, name: str = "ADDED34", **further: Any) -> str:
    """Add a channel; return the address of the page that says so."""
    following = post(client, begin_add(client, kind), **channel_data(kind, *codes, **further))
    if kind != "wbs":
        following = post(client, following, **user_data(kind, name))
    return confirm(client, following)
