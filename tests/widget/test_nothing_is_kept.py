"""Nothing stays on the device, unless the person asks for it, and then only until the tab is closed."""

import pytest
from playwright.sync_api import Playwright, expect

from tests.widget.chat import Chat, words
from tests.widget.conftest import Open
from tools.browser import find

FR = words("fr")
QUESTION = "comment renouveler ma carte de séjour ?"
EVERYTHING_KEPT = """async () => ({
    session: Object.entries(sessionStorage),
    local: Object.entries(localStorage),
    cookies: document.cookie,
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"session": [], "local": [], "cookies": "", "databases": [], "caches": [], "workers": 0}


def kept(chat: Chat) -> object:
    assert chat.page.context.cookies() == []
    return chat.page.evaluate(EVERYTHING_KEPT)


def remember(chat: Chat, on: bool = True) -> None:
    chat.button(FR["menu"]).click()
    chat.page.get_by_role("switch", name=FR["remember"]).set_checked(on)


def test_a_conversation_leaves_nothing(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.ask(QUESTION)
    assert kept(chat) == NOTHING


def test_a_reload_begins_anew_and_says_so(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.ask(QUESTION)
    expect(chat.notes.filter(has_text=FR["reloaded"])).to_have_count(0)
    chat.page.reload()
    expect(chat.notes.filter(has_text=FR["reloaded"])).to_be_visible()
    chat.wait_for_replies(1)
    expect(chat.said).to_have_count(0)
    chat.ask(QUESTION)
    before, after = chat.sent
    assert before["session"] != after["session"]


def test_remembered_it_is_there_after_a_reload(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.press(chat.replies.first.locator(".choice").first)
    remember(chat)
    expect(chat.notes.filter(has_text=FR["remembered"])).to_be_visible()
    chat.ask(QUESTION)
    chosen = chat.said.locator(".text").first.inner_text()
    assert kept(chat) == {**NOTHING, "session": [["dalil-session", chat.sent[0]["session"]]]}
    chat.page.reload()
    chat.wait_for_replies(2)
    expect(chat.said.locator(".text")).to_have_text([chosen, QUESTION])
    expect(chat.replies.last).to_contain_text("renouvellement")
    expect(chat.notes.filter(has_text=FR["reloaded"])).to_have_count(0)
    expect(chat.ask("et c gratui ?")).to_contain_text("dirhams")
    assert len({message["session"] for message in chat.sent}) == 1


@pytest.mark.long
def test_buttons_that_were_used_are_so_after_a_reload(open_chat: Open) -> None:
    chat = open_chat("fr")
    answer = chat.ask(QUESTION)
    chat.press(answer.locator(".choice").first)
    remember(chat)
    chat.page.reload()
    chat.wait_for_replies(2)
    expect(chat.replies.first.locator("[aria-pressed=true].choice")).to_have_count(1)
    expect(chat.replies.last.locator("[aria-disabled]")).to_have_count(0)


@pytest.mark.long
def test_remembered_before_anything_was_said_it_greets(open_chat: Open) -> None:
    chat = open_chat("fr")
    remember(chat)
    chat.page.reload()
    chat.wait_for_replies(1)
    expect(chat.replies.first.locator(".choice").first).to_be_visible()


@pytest.mark.long
def test_what_is_no_longer_remembered_is_gone(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.ask(QUESTION)
    remember(chat)
    remember(chat, on=False)
    expect(chat.notes.filter(has_text=FR["forgotten"])).to_be_visible()
    assert kept(chat) == NOTHING
    chat.page.reload()
    chat.wait_for_replies(1)
    expect(chat.said).to_have_count(0)


@pytest.mark.long
def test_a_new_conversation_is_remembered_in_place_of_the_old(open_chat: Open) -> None:
    chat = open_chat("fr")
    remember(chat)
    chat.ask(QUESTION)
    chat.page.route("**/webhooks/web/session", lambda route: route.abort())
    chat.button(FR["menu"]).click()
    chat.button(FR["restart"]).click()
    expect(chat.status).to_have_text(FR["offline"])
    assert kept(chat) == NOTHING, "the old one is forgotten also while there is no new one"
    chat.page.unroute("**/webhooks/web/session")
    chat.button(FR["retry"]).click()
    chat.wait_for_replies(1)
    chat.ask("bonjour")
    assert kept(chat) == {**NOTHING, "session": [["dalil-session", chat.sent[-1]["session"]]]}
    assert chat.sent[-1]["session"] != chat.sent[0]["session"]


@pytest.mark.long
def test_a_remembered_session_that_is_over_is_replaced_and_that_is_said(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.page.evaluate("sessionStorage.setItem('dalil-session', 'of-another-time')")
    chat.page.reload()
    expect(chat.notes.filter(has_text=FR["expired"])).to_be_visible()
    chat.wait_for_replies(1)
    expect(chat.ask("bonjour")).to_be_visible()


@pytest.mark.long
def test_another_tab_knows_nothing(open_chat: Open, site: str) -> None:
    chat = open_chat("fr")
    chat.ask(QUESTION)
    remember(chat)
    other = Chat(chat.page.context.new_page())
    other.page.goto(f"{site}/?lang=fr")
    other.wait_for_replies(1)
    expect(other.said).to_have_count(0)


@pytest.mark.long
def test_where_the_browser_forbids_it_that_is_said(open_chat: Open) -> None:
    chat = open_chat("fr", "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no'); } })")
    chat.button(FR["menu"]).click()
    chat.page.get_by_role("switch").click()
    expect(chat.notes.filter(has_text=FR["remember_failed"])).to_be_visible()
    chat.button(FR["menu"]).click()
    expect(chat.page.get_by_role("switch")).not_to_be_checked()


def test_back_shows_nothing_of_the_conversation(playwright: Playwright, site: str) -> None:
    """Browsers keep a page that was left, to show it again at once; Playwright turns that off by default."""
    browser = playwright.chromium.launch(
        executable_path=find(), args=["--no-sandbox"], ignore_default_args=["--disable-back-forward-cache"]
    )
    try:
        page = browser.new_page()
        chat = Chat(page)
        page.goto(f"{site}/?lang=fr")
        chat.wait_for_replies(1)
        chat.ask(QUESTION)
        chat.composer.fill("encore un secret")
        page.evaluate("addEventListener('pageshow', ({ persisted }) => (window.cameBack = persisted))")
        page.goto(f"{site}/webhooks/web/health")
        page.go_back(wait_until="commit")
        expect(chat.notes.filter(has_text=FR["reloaded"])).to_be_visible()
        assert page.evaluate("window.cameBack") is True
        expect(chat.said).to_have_count(0)
        expect(chat.composer).to_have_value("")
        chat.wait_for_replies(1)
        chat.ask(QUESTION)
    finally:
        browser.close()


def test_who_is_erased_is_erased_from_the_screen_too(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.ask(QUESTION)
    chat.ask("supprimez mes données")
    chat.composer.fill("oui, effacer")
    chat.composer.press("Enter")
    expect(chat.said).to_have_count(0)
    expect(chat.replies).to_have_count(1)
    expect(chat.replies).to_contain_text("effacés")
