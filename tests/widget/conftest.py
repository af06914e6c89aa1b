"""A real browser, and people who talk to the real assistant with it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.conftest import Assistant
from tests.widget.chat import Chat
from tools.browser import MEND, find

PHONE = {"width": 360, "height": 740}
PATIENCE = 30_000  # ms, on a loaded machine
Open = Callable[..., Chat]


# These two end with this folder: other tests need the event loop that Playwright holds on to.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.fail(MEND, pytrace=False)
    # Chromium's own sandbox needs a kernel feature that containers lack; the pages are ours.
    started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    yield started
    started.close()


@pytest.fixture(scope="session")
def site(assistant: Assistant) -> str:
    """Origin of the assistant."""
    return assistant.site


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open an empty page of a phone, in a browser without a past; an error in one of its scripts fails the test.

    `script` runs before the page's own; the other arguments are settings of Playwright's context.
    """
    errors: list[str] = []
    contexts = []

    def opened(script: str = "", **settings: Any) -> Page:
        context = browser.new_context(**{"viewport": PHONE, "locale": "fr-FR", **settings})
        context.set_default_timeout(PATIENCE)
        context.add_init_script(script)
        contexts.append(context)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def open_chat(site: str, new_page: Callable[..., Page]) -> Open:
    """Open the full page in a language and wait for the greeting."""

    def opened(language: str, script: str = "", **settings: Any) -> Chat:
        page = new_page(script, **settings)
        chat = Chat(page)
        page.goto(f"{site}/?lang={language}")
        chat.wait_for_replies(1)
        return chat

    return opened


@pytest.fixture
def open_host(site: str, new_page: Callable[..., Page]) -> Open:
    """Open a page that somebody else wrote, with the widget on it; its panel is closed.

    The page is at the assistant's own origin: what another origin needs is tested in test_csp.py.
    """

    def opened(language: str, attributes: str = "", script: str = "", version: str = "", **settings: Any) -> Chat:
        page = new_page(script, **settings)
        html = (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>Association</title>'
            '<link rel="icon" href="data:,">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<style>html { font-size: 62.5% } button, p { font-family: serif; color: red; all: unset }</style>"
            '<main><h1>Association</h1><a href="#more">Page</a></main>'
            f'<script src="/webhooks/web/widget/widget.js{version}" data-lang="{language}" {attributes} defer></script>'
        )
        page.route(f"{site}/host", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=html))
        chat = Chat(page)
        page.goto(f"{site}/host")
        expect(chat.launcher).to_be_visible()
        return chat

    return opened
