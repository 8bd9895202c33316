"""Means of login as a person sets them up and uses them, in Chromium without JavaScript (BEHAVIOUR L3, L7, U8, E9)."""

import base64
import re
import uuid
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from acts.act import perform
from identity.actions.activation import open_activation
from identity.actor import portal_actor
from identity.enums import Means
from identity.people import person_of
from tests import cast
from tests.browser.fixtures import Check, check_page, how_many
from tests.browser.qr import read_qr
from tests.logging_in import NEW_PASSWORD, PASSWORD, code_of, link_in, mails_to, person_called, set_up_app

pytestmark = pytest.mark.django_db(transaction=True)

LogInBrowser = Callable[..., None]
ENTERPRISE = uuid.UUID("5b8b1f0e-0f7b-4f6a-9a3e-000000000002")


def submit(page: Page) -> None:
    page.locator("main form button[type=submit]").first.click()


def choose_means(page: Page, base: str, language: str, means: str) -> None:
    page.goto(f"{base}/{language}/login")
    page.locator(f"[name=means][value={means}]").check()
    submit(page)


def type_password(page: Page, user_name: str, password: str = PASSWORD) -> None:
    page.locator("[name=user_name]").fill(user_name)
    page.locator("[name=password]").fill(password)
    submit(page)


def fill_new_password(page: Page) -> None:
    page.locator("[name=password]").fill(NEW_PASSWORD)
    page.locator("[name=password_again]").fill(NEW_PASSWORD)


def expect_path(page: Page, path: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(path) + r"([?#].*)?$"))


def expect_enterprise(page: Page, language: str) -> None:
    """Who has a role in one enterprise alone is led from home straight to it (H1)."""
    expect(page).to_have_url(re.compile(rf"/{language}/e/[0-9a-f-]+/$"))


def key_on(page: Page) -> str:
    """Read the QR code of the page, hold it to the secret in text, return the secret in hex."""
    address = urlsplit(read_qr(page.locator("main svg")))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    secret = parse_qs(address.query)["secret"][0]
    assert page.locator("#secret").inner_text().replace(" ", "") == secret
    assert unquote(address.path).startswith("/CSAM:")
    return base64.b32decode(secret).hex()


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_L3_U8_from_no_user_name_to_a_login_by_app(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: LogInBrowser, language: str
) -> None:
    """U8, L3: user name and password, then the app by its QR code, log out, log in with the code."""
    log_in_browser(cast.AN)
    page.goto(f"{live_server.url}/{language}/me/means")
    page.locator("main a[href$='/me/means/user-name']").click()
    submit(page)
    assert how_many(page.locator(".govuk-error-summary a")) == 3
    check_page(page)
    axe(page)
    page.locator("[name=user_name]").fill("an.peeters")
    fill_new_password(page)
    submit(page)
    expect_path(page, f"/{language}/me/means")
    page.locator("main a[href$='/me/means/app']").click()
    axe(page)
    submit(page)
    key = key_on(page)
    check_page(page)
    axe(page)
    page.locator("[name=code]").fill("000000")
    submit(page)
    check_page(page)
    axe(page)
    assert key_on(page) == key, "the same secret after a wrong code"
    page.locator("[name=code]").fill(code_of(key))
    submit(page)
    expect_path(page, f"/{language}/me/means")
    axe(page)
    page.locator("header form button").click()
    choose_means(page, live_server.url, language, "totp")
    check_page(page)
    axe(page)
    type_password(page, "an.peeters", NEW_PASSWORD)
    check_page(page)
    axe(page)
    page.locator("[name=code]").fill(code_of(key, 1))  # the first one is used up
    submit(page)
    expect_path(page, f"/{language}/home")
    assert "400" in page.locator(".who__level").inner_text()


def press_on(page: Page, selector: str) -> None:
    """Go by Tab to an element, and press Enter there."""
    for _step in range(60):
        if page.locator(selector).first.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} cannot be reached by Tab")


def test_L3_token_codes_with_the_keyboard_alone(
    live_server: LiveServer, page: Page, axe: Check, log_in_browser: LogInBrowser
) -> None:
    """L3, E3: a list of codes made and used without a mouse."""
    log_in_browser(cast.KARIM, Means.ITSME)
    page.goto(f"{live_server.url}/de/me/means")
    press_on(page, "main a[href$='/me/means/codes']")
    expect_path(page, "/de/me/means/codes")
    press_on(page, "main button[type=submit]")
    expect_path(page, "/de/me/means/codes/confirm")
    assert how_many(page.locator("#codes li")) == 24
    listed = page.locator("#codes li").all_inner_texts()
    check_page(page)
    axe(page)
    press_on(page, "main button[type=submit]")
    press_on(page, ".govuk-error-summary a")
    assert page.locator("[name=kept]").evaluate("element => element === document.activeElement"), (
        "E3: the link focuses it"
    )
    page.keyboard.press("Space")
    press_on(page, "main button[type=submit]")
    expect_path(page, "/de/me/means")
    axe(page)
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/de/login/password?means=token")
    page.locator("[name=user_name]").focus()
    page.keyboard.type("kelamrani")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect_path(page, "/de/login/code")
    page.locator("[name=code]").focus()
    page.keyboard.type(listed[5])
    page.keyboard.press("Enter")
    expect_enterprise(page, "de")


@pytest.mark.parametrize("source", ["totp", "token"])
def test_L7_an_activation_from_the_mail_to_the_login(
    live_server: LiveServer, page: Page, axe: Check, source: str
) -> None:
    """L7: Ingrid De Smet, who has no eID, by the link in her mail and the code that she was told."""
    ingrid = person_of(insz=cast.INGRID, last_name="De Smet", first_names="Ingrid", language="nl")
    with perform("test", actor=portal_actor(), chain="portal") as act:
        act.event()
        told = open_activation(
            act, person=ingrid, enterprise_public_id=ENTERPRISE, address="ingrid@example.be", language="nl"
        )
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.headers.get("referer", "")))
    link = link_in(mails_to("ingrid@example.be")[0])
    page.goto(live_server.url + link)
    check_page(page)
    axe(page)
    submit(page)
    expect_path(page, "/nl/activate")
    assert not [referer for referer in sent if "/link/" in referer], "the secret goes nowhere"
    check_page(page)
    axe(page)
    page.locator("[name=code]").fill(told)
    submit(page)
    check_page(page)
    axe(page)
    page.locator("[name=user_name]").fill("ingrid.desmet")
    fill_new_password(page)
    submit(page)
    check_page(page)
    axe(page)
    page.locator(f"[name=means][value={source}]").check()
    submit(page)
    if source == "totp":
        key = key_on(page)
        page.locator("[name=code]").fill(code_of(key))
        code = code_of(key, 1)  # the first one is used up
    else:
        code = page.locator("#codes li").first.inner_text()
        page.locator("[name=kept]").check()
    submit(page)
    expect_path(page, "/nl/login")
    check_page(page)
    choose_means(page, live_server.url, "nl", source)
    type_password(page, "ingrid.desmet", NEW_PASSWORD)
    page.locator("[name=code]").fill(code)
    submit(page)
    expect_path(page, "/nl/home")
    page.goto(f"{live_server.url}/nl/me/means")
    assert how_many(page.locator(".govuk-inset-text")) == 1, "L3: these means open one enterprise alone"
    axe(page)
    page.context.clear_cookies()
    page.goto(live_server.url + link)
    submit(page)
    expect_path(page, "/nl/link-gone")
    check_page(page)
    axe(page)


def test_L7_a_forgotten_password(live_server: LiveServer, page: Page, axe: Check) -> None:
    key = set_up_app(person_called("mdubois"))
    page.goto(f"{live_server.url}/fr/login/password")
    page.locator("main a[href$='/login/forgotten']").click()
    check_page(page)
    axe(page)
    page.locator("[name=user_name]").fill("mdubois")
    submit(page)
    expect_path(page, "/fr/login")
    assert how_many(page.locator(".notice--success")) == 1
    link = link_in(mails_to("mdubois@example.be")[0])
    assert link.startswith("/fr/link/"), "in her language"
    page.goto(live_server.url + link)
    submit(page)
    expect_path(page, "/fr/login/new-password")
    check_page(page)
    axe(page)
    fill_new_password(page)
    page.locator("[name=code]").fill(code_of(key))
    submit(page)
    expect_path(page, "/fr/login")
    page.goto(f"{live_server.url}/fr/login/password")
    type_password(page, "mdubois", NEW_PASSWORD)
    expect_enterprise(page, "fr")


def test_L6_my_sessions(live_server: LiveServer, page: Page, axe: Check, log_in_browser: LogInBrowser) -> None:
    log_in_browser(cast.KARIM, Means.TOTP)
    log_in_browser(cast.KARIM)
    page.goto(f"{live_server.url}/nl/me/sessions")
    check_page(page)
    axe(page)
    assert how_many(page.locator("main .govuk-tag")) == 1, "this one is marked"
    page.locator("button[value=others]").click()
    assert how_many(page.locator("main dl")) == 1
    page.locator("button[value=all]").click()
    expect_path(page, "/nl/logged-off")


def test_E9_the_admin_works_under_our_content_security_policy(live_server: LiveServer, browser: Browser) -> None:
    """E9: log in with password and code, see a page of one's own, log out; the browser blocks nothing."""
    context = browser.new_context()
    page = context.new_page()
    blocked: list[str] = []
    page.on(
        "console", lambda message: blocked.append(message.text) if "Content Security Policy" in message.text else None
    )
    page.goto(f"{live_server.url}/admin/")
    assert (
        "style-src 'self'" in (page.request.get(f"{live_server.url}/admin/login/").headers["content-security-policy"])
    )
    page.locator("[name=username]").fill("eranova5")
    page.locator("[name=password]").fill(PASSWORD)
    key = str(TOTPDevice.objects.get(user=person_called("eranova5")).key)
    page.locator("[name=code]").fill(code_of(key))
    page.locator("input[type=submit]").click()
    expect(page).to_have_url(f"{live_server.url}/admin/")
    for path in ("identity/person/", "identity/person/add/", "password_change/"):
        answer = page.goto(f"{live_server.url}/admin/{path}")
        assert answer is not None
        assert answer.status == 200, path
    page.locator("#logout-form button").click()
    assert not blocked, blocked
    context.close()
