"""The CSV of a users list as somebody handles it: exported, changed in a spreadsheet, uploaded, confirmed, undone."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from enterprises.models import Capacity
from formats import insz as insz_format
from tests.appointing import plan_on
from tests.bulk import address, capacity_of

HEADS = [
    "Naam", "Voornaam", "Gebruikersnaam", "Type", "INSZ", "Status", "E-mailadres", "Lokaal e-mailadres",
    "Beveiligde toepassingen",
]  # fmt: skip
Lines = list[dict[str, str]]


def export(client: Client, query: str = "", capacity: Capacity | None = None) -> bytes:
    """Return the file of a list."""
    response: Any = client.post(address(capacity or capacity_of(), "users-export") + query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def lines_of(content: bytes) -> Lines:
    """Return the lines of a file as a spreadsheet shows them, by head."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def file_of(lines: Sequence[Mapping[str, str]], delimiter: str = ";", heads: Sequence[str] = HEADS) -> bytes:
    """Return lines as a spreadsheet saves them."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, heads, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def changed(lines: Lines, insz: str, **cells: str) -> Lines:
    """Return lines with some cells of one person's changed: status, email, local_email, applications, name."""
    heads = {
        "status": "Status", "email": "E-mailadres", "local_email": "Lokaal e-mailadres", "name": "Naam", "type": "Type",
        "applications": "Beveiligde toepassingen", "user_name": "Gebruikersnaam",
    }  # fmt: skip
    shown = insz_format.show(insz)
    assert any(line["INSZ"] == shown for line in lines)
    news = {heads[name]: text for name, text in cells.items()}
    return [{**line, **news} if line["INSZ"] == shown else line for line in lines]


def upload(client: Client, content: bytes, capacity: Capacity | None = None) -> Any:
    """Upload a file; return the answer."""
    file = SimpleUploadedFile("gebruikers.csv", content, "text/csv")
    return client.post(address(capacity or capacity_of(), "users-import"), {"file": file})


def begin(client: Client, content: bytes, capacity: Capacity | None = None) -> str:
    """Upload a file that is right; return the address of its check page."""
    response = upload(client, content, capacity)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def confirm(client: Client, check: str) -> HttpResponse:
    """Confirm what the check page shows; return the page that follows."""
    response: HttpResponse = client.post(check, {"plan": plan_on(client, check)}, follow=True)  # type: ignore[assignment]
    return response


def carry_out(client: Client, content: bytes, capacity: Capacity | None = None) -> str:
    """Walk an import to its end; return the address of its page."""
    check = begin(client, content, capacity)
    response = confirm(client, check)
    assert response.status_code == 200, response.content.decode()
    return check


def undo(client: Client, page: str) -> HttpResponse:
    """Undo an import from its page."""
    response: HttpResponse = client.post(f"{page}/undo", follow=True)  # type: ignore[assignment]
    return response
