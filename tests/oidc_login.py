"""Logging in at the mock provider in tests, by the steps that a browser takes."""

from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse
from django.test import Client


def path_of(address: str) -> str:
    """Return an address without its origin, as Django's test client takes it."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def query_of(address: str) -> dict[str, str]:
    """Return the parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def start(client: Client, *, means: str = "eid", next_address: str = "", level: int = 0, language: str = "nl") -> str:
    """Choose a means on the login page and return the provider's address that it leads to."""
    response = client.post(f"/{language}/login", {"means": means, "next": next_address, "level": level})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def show_card(client: Client, address: str, insz: str, pin: str = "1234") -> HttpResponse:
    """Type a card's number and its PIN on the provider's page."""
    response: HttpResponse = client.post(path_of(address), {"insz": insz, "pin": pin})  # type: ignore[assignment]
    return response


def come_back(client: Client, address: str, insz: str) -> HttpResponse:
    """Show the card and follow the provider's way back; return the portal's answer to it."""
    at_provider = show_card(client, address, insz)
    assert at_provider.status_code == 302, at_provider.content.decode()
    response: HttpResponse = client.get(path_of(at_provider["Location"]))  # type: ignore[assignment]
    return response


def log_in_by_card(client: Client, insz: str, **choice: str | int) -> HttpResponse:
    """Take all steps; return the answer of the callback page."""
    return come_back(client, start(client, **choice), insz)  # type: ignore[arg-type]  # as start takes them
