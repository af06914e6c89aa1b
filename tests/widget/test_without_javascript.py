"""Without JavaScript the page says so, and gives what helps all the same.

Playwright's searches by role and text pass over `<noscript>`, so its elements are named by CSS.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assistant.channels.sentences import page_words
from tests.widget.chat import words


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_page_says_so_and_gives_the_numbers(new_page: Callable[..., Page], site: str, language: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{site}/?lang={language}")
    expect(page.locator("noscript p").first).to_have_text(page_words(language)["no_script"])
    expect(page.locator("noscript p").first).to_be_visible()
    for number in ("19", "177", "15"):
        link = page.locator(f'noscript a[href="tel:{number}"]')
        expect(link).to_have_text(number)
        expect(link).to_be_visible()
    whatsapp = page.locator('noscript a[href="https://wa.me/212500000000"]')
    expect(whatsapp).to_have_text(page_words(language)["whatsapp"])
    expect(page.get_by_role("link", name=words(language)["exit"])).to_have_attribute("href", re.compile("^https://"))
    expect(page.get_by_text(page_words(language)["loading"])).to_be_hidden()


def test_a_link_leads_to_the_other_language(new_page: Callable[..., Page], site: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{site}/?lang=fr")
    page.get_by_role("link", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("noscript p").first).to_have_text(page_words("ar")["no_script"])
