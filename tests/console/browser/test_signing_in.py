"""Somebody comes into the console with a password and a phone, in each language, on a small phone as on a desk.

With SCREENSHOTS=folder, pictures of each page are kept there.
"""

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.console.browser.authenticator import Authenticator
from tests.console.browser.conftest import (
    DESKTOP,
    SMALL_PHONE,
    Account,
    Console,
    NewPage,
    assert_accessible,
    running_console,
)

RECOVERY_CODES = 10
LANGUAGES = {
    "fr": {"wrong": "Ce code est faux", "locked": "Réessayez à", "left": "Il reste {} codes"},
    "ar": {"wrong": "هذا الرمز خاطئ", "locked": "أعيدوا المحاولة", "left": "بقيت {} رموز"},
}


def look_at(page: Page, name: str) -> None:
    """A page of ours is in order: its direction, accessibility, width, no script, nothing from elsewhere."""
    language = page.locator("html").get_attribute("lang")
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"
    assert page.locator("script").count() == 0
    assert_accessible(page)
    keep_picture(page, f"{name}-{language}")


def keep_picture(page: Page, name: str) -> None:
    if os.environ.get("SCREENSHOTS") and page.viewport_size:
        path = Path(os.environ["SCREENSHOTS"]) / f"{name}-{page.viewport_size['width']}.png"
        page.screenshot(path=path, full_page=True)


@pytest.fixture(
    params=[
        pytest.param(("fr", DESKTOP, "light"), id="fr", marks=pytest.mark.long),
        pytest.param(("ar", SMALL_PHONE, "dark"), id="ar-phone-dark"),
    ]
)
def page(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    """A browser without a past, in a language, on a screen, by day or by night."""
    language, viewport, scheme = request.param
    return new_page(viewport=viewport, locale=f"{language}-MA", color_scheme=scheme)


def words(page: Page) -> dict[str, str]:
    return LANGUAGES[page.locator("html").get_attribute("lang") or ""]


def expect_refusal(page: Page) -> None:
    """The code is refused; the next one is read after a second only."""
    expect(page.get_by_role("alert")).to_contain_text(words(page)["wrong"])
    time.sleep(1)


def test_first_password_leads_over_phone_and_codes_to_the_page_that_was_wanted(tmp_path: Path, page: Page) -> None:
    with running_console(tmp_path / "var") as console:
        admin, wanted = console.account("admin"), f"{console.url}/contacts/location/"
        page.goto(wanted)
        look_at(page, "sign-in")
        console.type_password(page, admin.name, admin.password)
        look_at(page, "enrolment")
        expect(page.locator(".qr svg path").first).to_be_visible()
        page.goto(wanted)  # nobody gets past
        secret = page.locator("#secret").inner_text()
        console.type_code(page, "000000")
        expect_refusal(page)
        expect(page.locator("#secret")).to_have_text(secret)
        admin.phone = Authenticator(secret.replace(" ", ""))
        console.type_code(page, admin.phone.code())
        look_at(page, "recovery-codes")
        codes = page.locator(".codes code").all_inner_texts()
        assert len(set(codes)) == RECOVERY_CODES
        page.goto(wanted)  # not before they are written down
        assert page.locator(".codes code").all_inner_texts() == codes
        page.click("main form button")
        expect(page).to_have_url(wanted)
        page.goto(f"{console.url}/second-factor/recovery-codes/")
        expect(page.locator("#content")).to_be_visible()
        expect(page.get_by_text(codes[0])).to_have_count(0)


def test_password_and_phone_and_out_again(console: Console, page: Page) -> None:
    account = sign_out_of(console, page)
    assert account.phone
    used = account.phone.code()
    console.type_password(page, account.name, account.password)
    look_at(page, "code")
    console.type_code(page, "000000")
    expect_refusal(page)
    look_at(page, "code-wrong")
    console.type_code(page, used)
    expect(page.locator("#content")).to_be_visible()
    account = sign_out_of(console, page)
    console.type_password(page, account.name, account.password)
    console.type_code(page, used)
    expect_refusal(page)


@pytest.mark.long
def test_recovery_code_lets_in_once(console: Console, page: Page) -> None:
    account = sign_out_of(console, page)
    left = len(account.codes) - 1
    code = account.codes.pop()
    for works in (True, False):
        console.type_password(page, account.name, account.password)
        page.click("summary")
        look_at(page, "recovery")
        page.fill("#recovery-form [name=code]", code.upper())
        page.click("#recovery-form button")
        if works:
            expect(page.locator("#main")).to_contain_text(words(page)["left"].format(left))
            sign_out_of(console, page)
    expect_refusal(page)


def sign_out_of(console: Console, page: Page) -> Account:
    """An account that has a phone, and a page on which it has signed out."""
    account = console.account("viewer")
    console.signed_in(page, "viewer")
    account.cookies = []
    page.locator("form#logout-form").evaluate("form => form.submit()")
    look_at(page, "signed-out")
    page.click("main a")
    return account


@pytest.mark.long
def test_after_five_failures_the_door_stays_closed_whoever_asks(console: Console, page: Page) -> None:
    page.goto(console.url)
    language = page.locator("html").get_attribute("lang")
    for name in (console.account(f"locked-{language}", "editor").name, f"nobody-{language}"):
        for _ in range(5):
            page.goto(console.url)
            console.type_password(page, name, "wrong")
        expect(page.get_by_role("alert")).to_contain_text(words(page)["locked"])
        look_at(page, "locked")
    page.goto(console.url)
    account = console.account(f"locked-{language}", "editor")
    console.type_password(page, account.name, account.password)
    expect(page.get_by_role("alert")).to_contain_text(words(page)["locked"])


def test_language_is_chosen_before_signing_in(console: Console, new_page: NewPage) -> None:
    page = new_page(viewport=SMALL_PHONE, locale="fr-MA")
    page.goto(f"{console.url}/contacts/location/")
    page.get_by_role("button", name="العربيّة").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    console.type_password(page, console.account("editor").name, console.account("editor").password)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")


def test_console_runs_under_its_policy(console: Console, new_page: NewPage) -> None:
    """The browser reports what the policy forbids; the console's pages must need none of it."""
    page = new_page("addEventListener('securitypolicyviolation', e => { throw Error(e.violatedDirective) })")
    console.signed_in(page, "admin")
    for path in ("/", "/contacts/location/", "/contacts/location/1/change/", "/auth/user/", "/auth/user/add/"):
        page.goto(console.url + path)
        expect(page.locator("#content")).to_be_visible()
        assert page.evaluate("typeof Alpine") == "object", "scripts of the console run"


@pytest.mark.long
def test_admin_takes_away_a_lost_phone(console: Console, new_page: NewPage) -> None:
    theirs = console.signed_in(new_page(viewport=DESKTOP), "reader")
    page = console.signed_in(new_page(viewport=DESKTOP), "admin")
    page.goto(f"{console.url}/auth/user/?q=reader")
    page.locator("tbody input.action-select").check()
    page.locator("select[name=action]").select_option("take_away_phone")
    page.locator("#changelist-actions button, button[name=index]").first.click()
    keep_picture(page, "take-away")
    page.click("button[name=confirmed]")
    expect(page.locator("#main")).to_contain_text("1 téléphone retiré")
    reader = console.account("reader")
    reader.cookies, reader.phone = [], None
    theirs.reload()
    expect(theirs.locator("#login-form")).to_be_visible()
    console.type_password(theirs, reader.name, reader.password)
    expect(theirs.locator("#secret")).to_be_visible()
