"""Four languages: where an address says none, the cookie does, then the browser, then Dutch (docs/addresses.md)."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cookie", "browser", "language"),
    [("", "", "nl"), ("", "fr-BE,fr;q=0.9", "fr"), ("de", "fr-BE", "de"), ("xx", "pt-PT", "nl")],
)
def test_an_address_without_language_leads_to_one(cookie: str, browser: str, language: str) -> None:
    client = Client(headers={"accept-language": browser})
    if cookie:
        client.cookies["language"] = cookie
    assert client.get("/")["Location"] == f"/{language}/"


def test_the_language_read_last_is_remembered() -> None:
    client = Client()
    client.get("/fr/")
    assert client.get("/")["Location"] == "/fr/"
