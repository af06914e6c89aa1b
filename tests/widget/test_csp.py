"""On a site of somebody else, under a strict Content-Security-Policy: it works, and asks nobody but the assistant."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import free_port
from tests.widget.chat import Chat, words
from tests.widget.site import host_site

FR = words("fr")
QUESTION = "comment renouveler ma carte de séjour ?"
NOTE_VIOLATIONS = """
    window.violations = [];
    addEventListener('securitypolicyviolation', ({ blockedURI }) => violations.push(blockedURI));
"""


@pytest.fixture
def elsewhere(other_site: str, site: str) -> Iterator[str]:
    """A site that the assistant lets in."""
    with host_site(other_site, site):
        yield other_site


@pytest.fixture
def chat(elsewhere: str, new_page: Callable[..., Page]) -> Chat:
    """The widget on that site, opened."""
    opened = Chat(new_page(NOTE_VIOLATIONS))
    opened.page.goto(elsewhere)
    opened.open()
    return opened


def test_a_conversation_with_all_parts_violates_nothing(chat: Chat) -> None:
    answer = chat.ask(QUESTION)
    answer.get_by_role("button", name=FR["up"]).click()
    expect(answer.locator(".told")).to_have_text(FR["thanks"])
    chat.button(FR["menu"]).click()
    chat.page.get_by_role("switch").check()
    chat.button("العربية").click()
    chat.wait_for_replies(3)
    expect(chat.panel).to_have_css("position", "fixed")  # the look has arrived
    assert chat.page.evaluate("violations") == []


def test_nobody_but_the_site_and_the_assistant_is_asked(chat: Chat, elsewhere: str, site: str) -> None:
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    chat.page.reload()
    chat.open()
    chat.ask(QUESTION)
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(origin).netloc for origin in (elsewhere, site)}
    assert not any(chat.sent[0]["session"] in url or "renouveler" in url for url in asked)


@pytest.mark.long
def test_nothing_is_kept_on_the_device(chat: Chat) -> None:
    chat.ask(QUESTION)
    assert chat.page.context.cookies() == []
    assert chat.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


@pytest.mark.long
def test_no_request_costs_a_preflight(chat: Chat) -> None:
    """A preflight (OPTIONS) would be one more round trip on a slow network."""
    methods: set[str] = set()
    session = chat.page.context.new_cdp_session(chat.page)
    session.send("Network.enable")
    session.on("Network.requestWillBeSent", lambda event: methods.add(event["request"]["method"]))
    chat.ask(QUESTION)
    assert methods == {"POST", "GET"}


def test_a_site_that_is_not_listed_is_told_so(site: str, new_page: Callable[..., Page]) -> None:
    stranger = f"http://127.0.0.1:{free_port()}"
    with host_site(stranger, site):
        chat = Chat(new_page())
        chat.page.goto(stranger)
        chat.launcher.click()
        expect(chat.notes.last).to_contain_text("site")
        expect(chat.replies).to_have_count(0)
