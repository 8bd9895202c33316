"""The provider and its client in one process with one worker, and in two processes at two origins (issue 2)."""

import re

import pytest
import requests
from playwright.sync_api import Page

from tests import cast
from tests.ports import free_address
from tests.servers import serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.waits]

APPOINT = "/nl/appoint/standard"


def token_in(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found is not None, page
    return found[1]


def test_L2_one_synchronous_worker_is_provider_and_client_without_waiting_for_itself() -> None:
    """Twice, because the first login also fetches what the second finds kept."""
    address = free_address()
    with serving(address, "--workers", "1", "--worker-class", "sync", "--timeout", "10"):
        for insz in (cast.AN, cast.MARIE):
            browser = requests.Session()
            login = browser.get(address + APPOINT, timeout=9)
            form = {"csrfmiddlewaretoken": token_in(login.text), "means": "eid", "next": APPOINT, "level": "500"}
            card = browser.post(f"{address}/nl/login", form, timeout=9)
            assert card.url.startswith(f"{address}/mock-idp/authorise?")
            shown = {"csrfmiddlewaretoken": token_in(card.text), "insz": insz, "pin": "1234"}
            page = browser.post(card.url, shown, timeout=9)
            assert (page.status_code, page.url) == (200, address + APPOINT)


def test_L2_a_provider_at_another_origin_in_a_real_browser(page: Page) -> None:
    """The portal runs without the mock, pointed by settings at a provider elsewhere; the CSP lets the login's form through."""
    portal, elsewhere = free_address(), free_address("localhost")
    settings = {"MOCK_IDP": "false", "OIDC_ISSUER": f"{elsewhere}/mock-idp"}
    way_back = {"MOCK_IDP_REDIRECT_URIS": f"{portal}/oidc/callback"}
    with serving(portal, "--threads", "4", **settings), serving(elsewhere, "--threads", "4", **way_back):
        page.goto(portal + APPOINT)
        page.check("#id_means_0")
        page.click("main button[type=submit]")
        assert page.url.startswith(f"{elsewhere}/mock-idp/authorise?")
        page.get_by_label("An Peeters").check()
        page.fill("#id_pin", "1234")
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url(portal + APPOINT)
        assert page.locator("h1").inner_text()
        assert page.locator(".who__level").inner_text().endswith("500")
