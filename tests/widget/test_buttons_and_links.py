"""What can be tapped in a reply: its buttons, its links, its tools."""

from urllib.parse import unquote

import pytest
from playwright.sync_api import Route, expect

from tests.widget.chat import words
from tests.widget.conftest import Open

FR = words("fr")


def test_a_set_of_buttons_is_used_once(open_chat: Open) -> None:
    chat = open_chat("fr")
    chips = chat.replies.first.locator(".choice")
    chosen = chips.nth(1)
    title = chosen.inner_text()
    chat.press(chosen)
    expect(chat.said.locator(".text")).to_have_text(title)
    assert [message["text"] for message in chat.sent] == ["/menu/services"]
    for chip in chips.all():
        expect(chip).to_have_attribute("aria-disabled", "true")
    expect(chat.replies.first.locator("[aria-pressed=true]")).to_have_text(title)
    expect(chosen.locator("svg")).to_be_visible()  # the mark, for those who see no colours
    expect(chosen).to_be_focused()
    chips.first.click(force=True)
    chat.ask("bonjour")
    expect(chat.said).to_have_count(2)


@pytest.mark.long
def test_a_double_tap_is_one_choice(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.replies.first.locator(".choice").first.dblclick()
    chat.ask("bonjour")
    expect(chat.said).to_have_count(2)


def test_a_contact_can_be_called_and_found(open_chat: Open) -> None:
    answer = open_chat("fr").ask("le numéro du GADEM svp")
    phone = answer.locator('a[href="tel:0537770332"]')
    expect(phone).to_have_text("05 37 77 03 32")
    expect(phone.locator("xpath=..")).to_have_attribute("dir", "ltr")
    assert phone.evaluate("link => link.parentElement.tagName") == "BDI"
    assert phone.get_attribute("target") is None
    place = answer.locator('a[href^="https://www.openstreetmap.org/"]')
    assert place.inner_text() in unquote(place.get_attribute("href") or "")


@pytest.mark.long
def test_links_tell_other_sites_nothing(open_chat: Open) -> None:
    for link in open_chat("fr").ask("comment renouveler ma carte de séjour ?").locator('a[href^="http"]').all():
        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


@pytest.mark.parametrize("language, danger", [("fr", "mon mari me frappe"), ("ar", "راجلي كيضربني")])
def test_in_danger_the_numbers_are_large_buttons(open_chat: Open, language: str, danger: str) -> None:
    answer = open_chat(language).ask(danger)
    expect(answer.locator(".alarm")).to_have_text(words(language)["urgent"])
    calls = answer.locator("a.call")
    assert calls.count() >= 3
    for call in calls.all():
        box = call.bounding_box()
        assert box and box["height"] >= 44 and box["width"] >= 44
    expect(calls.first).to_have_attribute("href", "tel:19")
    assert calls.first.evaluate("link => parseFloat(getComputedStyle(link).fontSize)") > 16


def test_a_thumb_is_given_changed_and_taken_back(open_chat: Open) -> None:
    chat = open_chat("fr")
    answer = chat.ask("comment renouveler ma carte de séjour ?")
    up, down = answer.get_by_role("button", name=FR["up"]), answer.get_by_role("button", name=FR["down"])
    told = answer.locator(".told")

    def verdict_of(thumb_label: str) -> object:
        with chat.page.expect_response("**/webhooks/web/feedback") as waited:
            answer.get_by_role("button", name=thumb_label).click()
        return waited.value.json()["verdict"]

    assert verdict_of(FR["up"]) == "up"
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(told).to_have_text(FR["thanks"])
    assert verdict_of(FR["down"]) == "down"
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(down).to_have_attribute("aria-pressed", "true")
    assert verdict_of(FR["down"]) is None
    expect(down).to_have_attribute("aria-pressed", "false")
    expect(told).to_have_text(FR["taken_back"])
    expect(chat.said).to_have_count(1)


@pytest.mark.long
def test_a_thumb_that_got_lost_can_be_given_again(open_chat: Open) -> None:
    chat = open_chat("fr")
    answer = chat.ask("comment renouveler ma carte de séjour ?")
    up = answer.get_by_role("button", name=FR["up"])
    chat.page.route("**/webhooks/web/feedback", lambda route: route.abort())
    up.click()
    expect(answer.locator(".told")).to_have_text(FR["rating_failed"])
    expect(up).to_have_attribute("aria-pressed", "false")
    chat.page.unroute("**/webhooks/web/feedback")
    up.click()
    expect(answer.locator(".told")).to_have_text(FR["thanks"])
    expect(up).to_have_attribute("aria-pressed", "true")


@pytest.mark.long
def test_an_answer_is_copied_whole(open_chat: Open) -> None:
    chat = open_chat("fr", permissions=["clipboard-read", "clipboard-write"])
    answer = chat.ask("comment renouveler ma carte de séjour ?")
    answer.get_by_role("button", name=FR["copy"]).click()
    expect(answer.locator(".told")).to_have_text(FR["copied"])
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert copied == answer.locator(".text").inner_text()


@pytest.mark.long
def test_a_copy_that_fails_is_told(open_chat: Open) -> None:
    chat = open_chat("fr")
    answer = chat.ask("comment renouveler ma carte de séjour ?")
    chat.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    answer.get_by_role("button", name=FR["copy"]).click()
    expect(answer.locator(".told")).to_have_text(FR["copy_failed"])


@pytest.mark.long
def test_without_the_tools_an_answer_is_still_an_answer(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.page.route("**/tools.js*", lambda route: route.abort())
    chat.write("comment renouveler ma carte de séjour ?")
    chat.wait_for_replies(2)
    expect(chat.replies.last).to_contain_text("renouvellement")
    chat.page.unroute("**/tools.js*")
    expect(chat.ask("bonjour").get_by_role("button", name=FR["copy"])).to_be_visible()


def test_a_new_conversation_is_begun_and_said(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.ask("bonjour")
    chat.button(FR["menu"]).click()
    chat.button(FR["restart"]).click()
    expect(chat.notes.filter(has_text=FR["began"])).to_be_visible()
    expect(chat.said).to_have_count(0)
    chat.wait_for_replies(1)
    expect(chat.button(FR["menu"])).to_be_focused()
    chat.ask("bonjour")
    before, after = chat.sent
    assert before["session"] != after["session"]


@pytest.mark.long
def test_old_bubbles_leave_a_long_conversation(open_chat: Open) -> None:
    """Replies come from the browser's side here: a hundred real ones would only be slower."""
    chat = open_chat("fr")
    part = {"language": "fr", "direction": "ltr", "content": ["oui"], "text": "oui", "source": None}
    reply = {"id": None, "urgent": False, "erased": False, "buttons": [], "parts": [part]}

    def answer(route: Route) -> None:
        route.fulfill(json={"reply": reply})

    chat.page.route("**/webhooks/web/message", answer)
    for number in range(105):
        chat.write(f"message {number}")
    expect(chat.said.last.locator(".text")).to_have_text("message 104")
    expect(chat.status).to_be_empty()
    expect(chat.page.locator("dalil-chat .turn")).to_have_count(200)
    expect(chat.replies.last).to_be_attached()
