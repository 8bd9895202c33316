"""Two keepers at work, as they see it in a browser without JavaScript (BEHAVIOUR T10)."""

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from enterprises.models import CapacityKind, FunctionRule
from identity.models import Proposal
from tests.browser.fixtures import Check, how_many
from tests.browser.test_desk import is_well_made
from tests.browser.test_two_supervisors import log_in
from tests.security.test_admit_my_own_issuer import OWN, text

pytestmark = pytest.mark.django_db(transaction=True)

HIDDEN = "(tables) => tables.filter((table) => table.scrollWidth > table.clientWidth).length"


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_T10_from_a_tick_to_the_second_keeper(
    live_server: LiveServer, browser: Browser, axe: Check, language: str
) -> None:
    """One looks at what a tick would touch, mends a typo there, proposes; another confirms. Every page is clean for axe."""
    settings = {"java_script_enabled": False, "locale": f"{language}-BE", "viewport": {"width": 1280, "height": 900}}
    first, second = (browser.new_context(**settings).new_page() for _person in range(2))  # type: ignore[arg-type]  # a TypedDict
    for page, user_name in ((first, "eranova3"), (second, "eranova4")):
        log_in(page, live_server, user_name, "/admin/enterprises/functionrule/")

    rule = FunctionRule.objects.get(code="10006")
    FunctionRule.objects.filter(pk=rule.pk).update(counts=False)
    first.goto(f"{live_server.url}/admin/enterprises/functionrule/{rule.pk}/change/")
    is_well_made(first, axe)
    first.locator("[name=counts]").check()
    first.locator("[name=name]").fill("Zaakvoerdr")
    first.locator("[name=_save]").click()
    assert how_many(first.locator("#to-check")) == 1
    is_well_made(first, axe)
    first.locator("[name=name]").fill("Zaakvoerder")
    first.locator("section .submit-row [type=submit]").click()
    assert how_many(first.locator("#to-check")) == 1, "looked at again"
    assert first.locator("[name=counts]").is_checked()
    first.locator("section .submit-row [type=submit]").click()
    is_well_made(first, axe)
    proposal = Proposal.objects.get()
    assert first.url.endswith(f"/admin/identity/proposal/{proposal.pk}/change/")

    second.goto(first.url)
    is_well_made(second, axe)
    second.locator("[name=act][value=confirm]").click()
    second.wait_for_load_state()
    proposal.refresh_from_db()
    assert proposal.confirmed_at is not None and not proposal.outcome
    rule.refresh_from_db()
    assert not rule.counts

    kind = CapacityKind.objects.get(code="finance-enterprise")
    first.goto(f"{live_server.url}/admin/enterprises/capacitykind/{kind.pk}/change/")
    first.locator("[name=open_to_all]").uncheck()
    first.locator("[name=name_nl]").fill("Zaak")
    first.locator("[name=_save]").click()
    is_well_made(first, axe)


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_T10_a_fingerprint_shows_to_its_last_character_on_a_telephone(
    live_server: LiveServer, browser: Browser, axe: Check, language: str
) -> None:
    """One pastes an issuer's certificate, wrongly at first; what both keepers compare hides nothing at 320 px."""
    settings = {"java_script_enabled": False, "locale": f"{language}-BE", "viewport": {"width": 1280, "height": 900}}
    first, second = (browser.new_context(**settings).new_page() for _person in range(2))  # type: ignore[arg-type]  # a TypedDict

    def shows_all(page: Page) -> None:
        is_well_made(page, axe)
        page.set_viewport_size({"width": 320, "height": 900})
        assert how_many(page.locator(".wide")) > 0
        assert page.locator(".wide").evaluate_all(HIDDEN) == 0

    log_in(first, live_server, "eranova3", "/admin/senders/admittedissuer/add/")
    first.locator("[name=name]").fill("Nieuwe CA")
    first.locator("[name=certificate]").fill("onzin")
    first.locator("[name=_save]").click()
    assert how_many(first.locator(".errorlist")) == 1
    assert first.locator("[name=certificate]").input_value() == "onzin"
    is_well_made(first, axe)
    first.locator("[name=certificate]").fill(text(OWN))
    first.locator("[name=_save]").click()
    shows_all(first)
    first.locator("section .submit-row [type=submit]").click()
    shows_all(first)
    proposals = "/admin/identity/proposal/"
    log_in(second, live_server, "eranova4", proposals)
    second.goto(f"{live_server.url}{proposals}{Proposal.objects.get().pk}/change/")
    shows_all(second)
    second.locator("[name=act][value=confirm]").click()
    second.wait_for_load_state()
    assert Proposal.objects.get().confirmed_at is not None
