"""Somebody who must not be seen here leaves at once, and nothing of it stays in the tab."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.widget.chat import Chat, words
from tests.widget.conftest import Open

FR, AR = words("fr"), words("ar")
HTML = "text/html; charset=utf-8"
NEUTRAL = re.compile(r"^https://www\.google\.com/")  # what the page's settings say by default


@pytest.fixture
def open_watched(open_chat: Open) -> Callable[..., Chat]:
    """A chat from which the way out leads to a stand-in for the neutral page: tests send nothing to the internet."""

    def opened(language: str = "fr") -> Chat:
        chat = open_chat(language)
        chat.page.route(NEUTRAL, lambda route: route.fulfill(content_type=HTML, body="<h1>Météo</h1>"))
        return chat

    return opened


def assert_away(page: Page) -> None:
    expect(page).to_have_url(NEUTRAL)
    expect(page.get_by_role("heading", name="Météo")).to_be_visible()


@pytest.mark.parametrize("language, label", [("fr", FR["exit"]), ("ar", AR["exit"])])
def test_the_button_leaves(open_watched: Callable[..., Chat], language: str, label: str) -> None:
    chat = open_watched(language)
    chat.write("mon mari me frappe")
    chat.button(label).click()  # also while an answer is on its way
    assert_away(chat.page)


def test_back_does_not_lead_to_the_conversation(open_watched: Callable[..., Chat], site: str) -> None:
    chat = open_watched()
    chat.ask("mon mari me frappe")
    chat.button(FR["exit"]).click()
    assert_away(chat.page)
    chat.page.go_back()
    assert not chat.page.url.startswith(site)


def test_escape_twice_leaves(open_watched: Callable[..., Chat]) -> None:
    chat = open_watched()
    chat.composer.press("Escape")
    chat.page.keyboard.press("Escape")
    assert_away(chat.page)


@pytest.mark.long
def test_a_slow_second_escape_stays(open_watched: Callable[..., Chat]) -> None:
    chat = open_watched()
    chat.composer.press("Escape")
    chat.page.evaluate("new Promise(done => setTimeout(done, 1600))")  # the pause is what is tested
    chat.page.keyboard.press("Escape")
    expect(chat.ask("bonjour")).to_be_visible()


@pytest.mark.long
def test_a_key_that_is_held_down_stays(open_watched: Callable[..., Chat]) -> None:
    chat = open_watched()
    chat.page.keyboard.down("Escape")
    chat.page.keyboard.down("Escape")  # without a release between: a repeat
    expect(chat.ask("bonjour")).to_be_visible()


def test_what_was_remembered_is_forgotten(open_watched: Callable[..., Chat], site: str) -> None:
    chat = open_watched()
    chat.button(FR["menu"]).click()
    chat.page.get_by_role("switch").check()
    assert chat.page.evaluate("sessionStorage.length") == 1
    chat.button(FR["exit"]).click()
    assert_away(chat.page)
    chat.page.goto(f"{site}/?lang=fr")
    chat.wait_for_replies(1)
    assert chat.page.evaluate("sessionStorage.length") == 0


def test_nothing_is_seen_while_the_neutral_page_is_on_its_way(open_watched: Callable[..., Chat], site: str) -> None:
    """On a slow network the way out takes long, or never ends: what is seen at the very moment of the tap."""
    chat = open_watched()
    chat.ask("mon mari me frappe")
    seen = chat.page.evaluate(
        """() => {
            document.querySelector('dalil-chat').shadowRoot.querySelector('.exit').click();
            return {
                display: getComputedStyle(document.documentElement).display,
                title: document.title,
                address: location.href,
                text: document.body.textContent.trim(),
            };
        }"""
    )
    assert seen == {"display": "none", "title": "", "address": f"{site}/", "text": ""}
    assert_away(chat.page)


@pytest.mark.long
def test_the_panel_says_that_there_is_a_way_out(open_chat: Open) -> None:
    chat = open_chat("fr")
    expect(chat.notes.first).to_have_text(FR["safety"])
    assert FR["exit"] in FR["safety"] and AR["exit"] in AR["safety"]
