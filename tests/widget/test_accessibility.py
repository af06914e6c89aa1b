"""WCAG 2.2 AA: what axe finds, and what it cannot: keyboard, sizes, zoom, motion, forced colours."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from tests.widget.chat import Chat, words
from tests.widget.conftest import Open

QUESTIONS = {
    "fr": ["comment renouveler ma carte de séjour ?", "le numéro du GADEM svp", "mon mari me frappe"],
    "ar": ["كيفاش نجدد لاكارط ديالي", "رقم هاتف GADEM", "راجلي كيضربني"],
}
TARGET = 44  # CSS pixels


def assert_no_violations(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


def talk(chat: Chat, language: str) -> None:
    """A conversation with all that can be seen in one."""
    chat.press(chat.replies.first.locator(".choice").nth(2))
    for question in QUESTIONS[language]:
        answer = chat.ask(question)
    answer.get_by_role("button", name=words(language)["up"]).click()
    expect(answer.locator(".told")).to_have_text(words(language)["thanks"])
    chat.button(words(language)["menu"]).click()
    expect(chat.page.get_by_role("switch")).to_be_visible()


def controls(chat: Chat) -> Locator:
    return chat.page.locator("dalil-chat").locator("button:visible, textarea, .call, .menu label")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_axe_finds_nothing(open_chat: Open, language: str) -> None:
    chat = open_chat(language)
    assert_no_violations(chat.page)
    talk(chat, language)
    assert_no_violations(chat.page)


@pytest.mark.long
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_axe_finds_nothing_in_the_dark(open_chat: Open, language: str) -> None:
    chat = open_chat(language, color_scheme="dark")
    talk(chat, language)
    assert_no_violations(chat.page)


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["", "#ffdd00", "#777777", "#000080"])
def test_axe_finds_nothing_in_the_widget_whatever_the_accent(open_host: Open, accent: str, scheme: str) -> None:
    chat = open_host("fr", f'data-accent="{accent}"', color_scheme=scheme, viewport={"width": 1100, "height": 800})
    assert_no_violations(chat.page)
    chat.open()
    talk(chat, "fr")
    assert_no_violations(chat.page)


@pytest.mark.long
def test_axe_finds_nothing_while_things_go_wrong(open_chat: Open) -> None:
    strings = words("fr")
    chat = open_chat("fr")
    chat.page.context.set_offline(True)
    chat.write("bonjour")
    expect(chat.button(strings["retry"])).to_be_visible()
    chat.composer.fill("a" * 990)
    assert_no_violations(chat.page)


@pytest.mark.long
def test_it_is_a_page_with_a_log(open_chat: Open) -> None:
    chat = open_chat("fr")
    expect(chat.page.get_by_role("main")).to_have_count(1)
    expect(chat.page.get_by_role("heading", level=1, name="Dalil")).to_have_count(1)
    log = chat.page.get_by_role("log", name=words("fr")["log"])
    expect(log).to_have_attribute("aria-live", "polite")
    chat.ask("bonjour")
    expect(log.locator(".person .unseen")).to_have_text(words("fr")["you"])
    expect(log.locator(".tools")).to_have_attribute("aria-live", "off")


@pytest.mark.long
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_control_is_named_in_the_language(open_chat: Open, language: str) -> None:
    chat = open_chat(language)
    talk(chat, language)
    chat.button(words(language)["other_name"]).click()  # also after a change of the language
    now = words(language)["other"]
    expect(chat.button(words(now)["other_name"])).to_be_visible()
    own = chat.page.locator("dalil-chat").locator("header button, .tool, form button, textarea, .menu button")
    names = own.evaluate_all("all => all.map((one) => one.getAttribute('aria-label') || one.textContent)")
    assert len(names) > 10
    assert set(names) <= set(words(now).values())


def test_a_conversation_with_the_keyboard_alone(open_chat: Open) -> None:
    chat = open_chat("fr")
    keyboard = chat.page.keyboard
    first_chip = chat.replies.first.locator(".choice").first
    tab_to(chat, first_chip)
    keyboard.press("Enter")
    chat.wait_for_replies(2)
    expect(first_chip).to_be_focused()  # a button that was used does not lose the focus
    tab_to(chat, chat.composer)
    keyboard.type("comment renouveler ma carte de séjour ?")
    keyboard.press("Enter")
    chat.wait_for_replies(3)
    expect(chat.composer).to_be_focused()
    up = chat.replies.last.get_by_role("button", name=words("fr")["up"])
    expect(up).to_be_visible()
    tab_to(chat, up, "Shift+Tab")
    keyboard.press("Space")
    expect(up).to_have_attribute("aria-pressed", "true")
    tab_to(chat, chat.button(words("fr")["menu"]), "Shift+Tab")
    keyboard.press("Enter")
    expect(chat.page.get_by_role("switch")).to_be_visible()
    tab_to(chat, chat.page.get_by_role("switch"))
    keyboard.press("Space")
    expect(chat.button(words("fr")["menu"])).to_be_focused()


def tab_to(chat: Chat, wanted: Locator, key: str = "Tab") -> None:
    """Tab until an element has the focus, which must be visible on every way there."""
    for _ in range(60):
        chat.page.keyboard.press(key)
        outline = chat.page.evaluate(
            """() => {
                const element = document.activeElement.shadowRoot && document.activeElement.shadowRoot.activeElement;
                return element ? getComputedStyle(element).outlineStyle : 'outside';
            }"""
        )
        assert outline in ("solid", "outside")
        if wanted.evaluate("element => element.getRootNode().activeElement === element"):
            return
    raise AssertionError(f"{key} does not lead to {wanted}")


@pytest.mark.long
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_targets_are_large_enough_for_thumbs(open_chat: Open, language: str) -> None:
    chat = open_chat(language)
    talk(chat, language)
    found = controls(chat)
    assert found.count() > 20
    for control in found.all():
        box: Any = control.bounding_box()
        assert box["width"] >= TARGET and box["height"] >= TARGET, control.evaluate("element => element.outerHTML")


@pytest.mark.parametrize("language", [pytest.param("fr", marks=pytest.mark.long), "ar"])
def test_nothing_scrolls_sideways_on_the_narrowest_screen(open_chat: Open, language: str) -> None:
    chat = open_chat(language, viewport={"width": 320, "height": 568})
    talk(chat, language)
    assert_fits(chat, 320)


@pytest.mark.long
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_text_of_twice_the_size_fits(open_chat: Open, language: str) -> None:
    chat = open_chat(language)
    before = font_size(chat)
    chat.page.context.new_cdp_session(chat.page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    assert font_size(chat) == 2 * before
    talk(chat, language)
    chat.button(words(language)["menu"]).click()
    assert_fits(chat, 360)
    log: Any = chat.page.get_by_role("log").bounding_box()
    assert log["height"] > 740 / 3


def font_size(chat: Chat) -> float:
    return float(chat.composer.evaluate("element => parseFloat(getComputedStyle(element).fontSize)"))


def assert_fits(chat: Chat, width: int) -> None:
    sizes = chat.page.locator("dalil-chat").evaluate(
        "host => [document.documentElement, ...host.shadowRoot.querySelectorAll('*')]"
        ".filter((one) => !one.closest('.unseen, svg')).map((one) => [one.className, one.scrollWidth - one.clientWidth,"
        " one.getBoundingClientRect().left, one.getBoundingClientRect().right, getComputedStyle(one).display])"
    )
    for name, too_wide, left, right, display in sizes:
        assert left >= 0 and right <= width, name
        assert display in ("inline", "none") or too_wide <= 0, name


@pytest.mark.long
@pytest.mark.parametrize("motion, moving", [("no-preference", 1), ("reduce", 0)])
def test_nothing_moves_for_those_who_ask_for_that(open_chat: Open, motion: str, moving: int) -> None:
    chat = open_chat("fr", reduced_motion=motion)
    held: list[Route] = []
    chat.page.route("**/webhooks/web/message", lambda route: held.append(route))
    chat.write("bonjour")
    expect(chat.status).to_have_class("typing")
    assert chat.status.evaluate("element => element.getAnimations({ subtree: true }).length") == moving


@pytest.mark.long
def test_in_forced_colours_bubbles_and_choices_have_borders(open_chat: Open) -> None:
    chat = open_chat("fr", forced_colors="active")
    chosen = chat.replies.first.locator(".choice").first
    chat.press(chosen)
    for bubble in (chat.said.locator(".bubble"), chat.replies.first.locator(".bubble")):
        expect(bubble).to_have_css("border-top-width", "1px")
    expect(chosen).to_have_css("border-top-width", "3px")
