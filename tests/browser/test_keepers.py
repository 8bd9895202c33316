"""Two keepers at work, as they see it in a browser without JavaScript (BEHAVIOUR T10)."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from enterprises.models import CapacityKind, FunctionRule
from identity.models import Proposal
from tests.browser.fixtures import Check, how_many
from tests.browser.test_desk import is_well_made
from tests.logging_in import PASSWORD, code_of
from tests.staffing import key_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_T10_from_a_tick_to_the_second_keeper(
    live_server: LiveServer, browser: Browser, axe: Check, language: str
) -> None:
    """One looks at what a tick would touch, mends a typo there, proposes; another confirms. Every page is clean for axe."""
    settings = {"java_script_enabled": False, "locale": f"{language}-BE", "viewport": {"width": 1280, "height": 900}}
    first, second = (browser.new_context(**settings).new_page() for _person in range(2))  # type: ignore[arg-type]  # a TypedDict
    for page, user_name in ((first, "eranova3"), (second, "eranova4")):
        page.goto(f"{live_server.url}/admin/enterprises/functionrule/")
        page.locator("[name=username]").fill(user_name)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=code]").fill(code_of(key_of(user_name)))
        page.locator("#login-form [type=submit]").click()

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
