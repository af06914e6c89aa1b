"""One script tag on somebody else's page: the launcher, the panel, and the way back."""

import re

import pytest
from playwright.sync_api import expect

from tests.widget.chat import words
from tests.widget.conftest import Open

FR = words("fr")
OUTSIDE = "!document.activeElement.matches('dalil-chat, body')"


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_conversation(open_host: Open, language: str) -> None:
    chat = open_host(language)
    strings = words(language)
    expect(chat.launcher).to_have_text(strings["name"])
    expect(chat.launcher).to_have_accessible_name(f"{strings['name']} – {strings['launcher']}")
    chat.open()
    dialog = chat.page.get_by_role("dialog", name=strings["name"])
    expect(dialog).to_have_attribute("aria-modal", "true")
    expect(chat.launcher).to_be_hidden()
    expect(chat.ask("السلام عليكم" if language == "ar" else "bonjour").locator(".part")).to_have_attribute(
        "lang", language
    )


def test_nothing_but_the_launcher_is_loaded_before_the_tap(open_host: Open) -> None:
    chat = open_host("fr")
    loaded = chat.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop())")
    assert sorted(loaded) == ["fr.json", "launcher.css", "widget.js"]


def test_the_tap_starts_everything_at_once(open_host: Open) -> None:
    """Nothing waits for something else: every request leaves before the first answer is there."""
    chat = open_host("fr")
    chat.page.evaluate("performance.clearResourceTimings()")
    chat.open()
    entries = chat.page.evaluate(
        "performance.getEntriesByType('resource').map(({ name, fetchStart, responseStart }) =>"
        " [name.split('/').pop(), fetchStart, responseStart])"
    )
    assert {name for name, *_ in entries} == {"chat.js", "client.js", "content.js", "exit.js", "chat.css", "session"}
    assert max(begun for _, begun, _ in entries) < min(answered for *_, answered in entries)


@pytest.mark.long
@pytest.mark.parametrize("phone", [False, True])
def test_the_focus_goes_to_the_composer_but_not_where_a_keyboard_would_cover_the_panel(
    open_host: Open, phone: bool
) -> None:
    chat = open_host("fr", is_mobile=phone, has_touch=phone)
    chat.open()
    expect(chat.panel if phone else chat.composer).to_be_focused()


def test_escape_closes_and_gives_the_focus_back(open_host: Open) -> None:
    chat = open_host("fr")
    chat.open()
    chat.ask("bonjour")
    chat.composer.press("Escape")
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.said).to_have_count(1)  # the conversation is still there
    expect(chat.panel).to_be_visible()


@pytest.mark.long
def test_the_close_button_closes_and_gives_the_focus_back(open_host: Open) -> None:
    chat = open_host("fr")
    chat.launcher.click()
    chat.button(FR["close"]).click()
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_be_focused()


def test_the_focus_stays_inside_the_open_panel(open_host: Open) -> None:
    chat = open_host("fr")
    chat.open()
    for key in ["Tab"] * 20 + ["Shift+Tab"] * 20:
        chat.page.keyboard.press(key)
        assert not chat.page.evaluate(OUTSIDE)


def test_escape_twice_leaves_also_when_the_first_has_closed_the_panel(open_host: Open) -> None:
    chat = open_host("fr", 'data-exit="/neutral"')
    chat.page.route("**/neutral", lambda route: route.fulfill(content_type="text/html", body="<h1>Meteo</h1>"))
    chat.open()
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("heading", name="Meteo")).to_be_visible()


@pytest.mark.long
def test_escape_means_nothing_before_the_chat_was_open(open_host: Open) -> None:
    chat = open_host("fr", 'data-exit="/neutral"')
    chat.page.keyboard.press("Escape")
    chat.page.keyboard.press("Escape")
    chat.open()


@pytest.mark.long
def test_the_host_keeps_its_looks_and_the_panel_its_own(open_host: Open) -> None:
    """The host page sets 10 pixels, serif and red for all that it can reach."""
    chat = open_host("fr")
    chat.open()
    expect(chat.composer).to_have_css("font-size", "16px")
    expect(chat.composer).to_have_css("font-family", re.compile("system-ui"))
    expect(chat.button(FR["exit"])).to_have_css("color", "rgb(255, 255, 255)")


def test_offline_the_tap_says_so_and_the_network_brings_it(open_host: Open) -> None:
    chat = open_host("fr")
    chat.page.context.set_offline(True)
    chat.launcher.click()
    expect(chat.page.get_by_text(FR["load_failed"])).to_be_visible()
    chat.page.context.set_offline(False)
    chat.wait_for_replies(1)
    expect(chat.page.get_by_text(FR["load_failed"])).to_be_hidden()


@pytest.mark.long
def test_a_name_a_colour_and_a_logo_are_the_deployers(open_host: Open) -> None:
    logo = "/webhooks/web/widget/icon.svg"
    chat = open_host("fr", f'data-name="Amal" data-accent="#ffdd00" data-logo="{logo}" data-theme="dark"')
    expect(chat.launcher).to_have_text("Amal")
    expect(chat.launcher).to_have_css("background-color", "rgb(255, 221, 0)")
    expect(chat.launcher).to_have_css("color", "rgb(0, 0, 0)")
    chat.launcher.click()
    expect(chat.page.get_by_role("dialog", name="Amal")).to_be_visible()
    expect(chat.panel).to_have_css("background-color", "rgb(20, 25, 27)")
    expect(chat.page.locator("dalil-chat header img")).to_have_attribute("src", logo)


@pytest.mark.long
@pytest.mark.parametrize("accent", ["red", "#12", "url(https://example.org)"])
def test_a_wrong_colour_is_told_to_the_deployer(open_host: Open, accent: str) -> None:
    warnings: list[str] = []
    chat = open_host("fr")
    chat.page.on("console", lambda message: warnings.append(message.text))
    chat.page.evaluate("accent => document.querySelector('script').dataset.accent = accent", accent)
    with chat.page.expect_console_message(lambda message: "data-accent" in message.text):
        chat.page.evaluate("document.querySelector('dalil-chat').replaceWith(document.createElement('dalil-chat'))")
    assert accent in warnings[0]


@pytest.mark.long
def test_all_parts_are_of_the_version_that_the_page_asks_for(open_host: Open) -> None:
    chat = open_host("fr", version="?v=abc")
    chat.open()
    loaded = chat.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    parts = [url for url in loaded if "/widget/" in url]
    assert len(parts) == 8
    assert all(url.endswith("?v=abc") for url in parts)


@pytest.mark.long
def test_twice_on_a_page_it_is_there_once(open_host: Open) -> None:
    chat = open_host("fr")
    chat.page.add_script_tag(url="/webhooks/web/widget/widget.js")
    expect(chat.page.locator("dalil-chat")).to_have_count(1)
    chat.page.evaluate("document.body.append(document.createElement('dalil-chat'))")
    expect(chat.page.locator("dalil-chat button")).to_have_count(1)
