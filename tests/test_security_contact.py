"""T29: whoever finds a weakness in the security finds whom to tell."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from csam_portal.security import is_contact
from csam_portal.starting import production

ADDRESS = "/.well-known/security.txt"


def fields() -> dict[str, str]:
    """What the file says, by name (RFC 9116, section 2.2: one a line)."""
    answer = Client().get(ADDRESS)
    assert answer.status_code == 200 and answer["Content-Type"] == "text/plain; charset=utf-8"
    assert not answer.cookies
    lines = answer.content.decode().splitlines()
    found = dict(line.split(": ", 1) for line in lines)
    assert len(found) == len(lines)
    return found


def test_T29_the_file_says_whom_to_tell_and_where_it_stands(settings: Any) -> None:
    said = fields()
    assert said["Contact"] == "mailto:security@csam.example"
    assert said["Canonical"] == f"{settings.SITE_URL}{ADDRESS}"
    assert said["Preferred-Languages"] == "nl, fr, de, en"
    settings.SECURITY_CONTACT = "https://csam.fgov.be/security"
    assert fields()["Contact"] == "https://csam.fgov.be/security"
    settings.SECURITY_CONTACT = "security+portal@csam.fgov.be"
    assert fields()["Contact"] == "mailto:security%2Bportal@csam.fgov.be"


@pytest.mark.parametrize("years", [0, 1, 30])
def test_T29_its_end_is_always_ahead_and_within_a_year(years: int) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=365 * years), tick=False):
        end = datetime.fromisoformat(fields()["Expires"])
        assert timedelta(days=150) < end - datetime.now(UTC) < timedelta(days=365)


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_T29_the_contact_page_names_the_address_and_the_file(language: str) -> None:
    page = Client().get(f"/{language}/contact").content.decode()
    assert 'href="mailto:security@csam.example"' in page
    assert f'href="{ADDRESS}"' in page


@pytest.mark.parametrize(
    "contact",
    ["", "nobody", "http://csam.fgov.be/", "a@b.be\nExpires: 1", "https://", "security@csam.example", "tel:+3221"],
)
def test_T29_production_does_not_start_without_the_address(settings: Any, contact: str) -> None:
    settings.SECURITY_CONTACT = contact
    refused = [sentence for refusal in production.REFUSALS for sentence in refusal.sentences()]
    assert any(sentence.startswith("SECURITY_CONTACT") for sentence in refused)
    assert is_contact("security@csam.fgov.be") and is_contact("https://csam.fgov.be/security")
