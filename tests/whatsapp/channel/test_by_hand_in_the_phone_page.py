"""Somebody tries WhatsApp by hand in the sandbox's page, in each language, against the real assistant.

With SCREENSHOTS=1, the pictures of the documentation are taken anew.
"""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from assistant.paths import ROOT
from tests.whatsapp.channel.conftest import Channel
from tools.browser import MEND, find

PICTURES = ROOT / "docs/images"
PATIENCE = 30_000  # ms, on a loaded machine
# What is written, words of the reply, the button that is tapped, words of the reply to that.
TALKS = {
    "fr": ("comment renouveler ma carte de sejour ?", "Demandez le renouvellement", "Prix de la carte", "100 dirhams"),
    "ar": ("كيفاش نجدد لاكارط ديالي", "اطلبوا التجديد", "ثمن البطاقة", "100"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.fail(MEND, pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.mark.parametrize("language", TALKS)
def test_a_question_and_a_button_of_its_answer(channel: Channel, browser: Browser, language: str) -> None:
    written, said, tapped, then = TALKS[language]
    channel.sandbox.forget()
    page = browser.new_context(viewport={"width": 400, "height": 860}, locale=f"{language}-MA").new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{channel.sandbox.url}/?lang={language}")
    # The people of the page are the same in each test.
    page.get_by_role("combobox").select_option(index=list(TALKS).index(language))
    page.get_by_role("textbox").fill(written)
    page.keyboard.press("Enter")
    replies = page.locator(".line:not(.own)")
    expect(replies.last).to_contain_text(said, timeout=PATIENCE)
    if os.environ.get("SCREENSHOTS"):
        page.get_by_role("textbox").blur()
        page.screenshot(path=PICTURES / f"whatsapp-sandbox-{language}.png")
    page.get_by_role("button", name=tapped).click()
    expect(replies.nth(1)).to_contain_text(then, timeout=PATIENCE)
