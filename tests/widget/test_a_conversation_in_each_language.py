"""A person opens the page, asks, and reads: in French, in Arabic, and from one to the other."""

import re

import pytest
from playwright.sync_api import expect

from tests.widget.chat import words
from tests.widget.conftest import Open

HTTPS = re.compile(r"^https://")


@pytest.mark.parametrize(
    "language, direction, question, first, follow_up, second",
    [
        ("fr", "ltr", "comment renouveler ma carte de séjour ?", "renouvellement", "et c gratui ?", "dirhams"),
        ("ar", "rtl", "كيفاش نجدد لاكارط ديالي", "التجديد", "شنو الوثائق؟", "عقد"),
    ],
)
def test_a_question_and_its_follow_up(
    open_chat: Open, language: str, direction: str, question: str, first: str, follow_up: str, second: str
) -> None:
    chat = open_chat(language)
    for element in (chat.page.locator("html"), chat.panel, chat.replies.first.locator(".part")):
        expect(element).to_have_attribute("lang", language)
        expect(element).to_have_attribute("dir", direction)
    answer = chat.ask(question)
    expect(answer.locator(".part")).to_have_count(1)
    expect(answer.locator(".part")).to_have_attribute("dir", direction)
    expect(answer.locator(".text")).to_contain_text(first)
    expect(answer.locator(".source a").first).to_have_attribute("href", HTTPS)
    expect(chat.ask(follow_up)).to_contain_text(second)
    expect(chat.said.locator(".text")).to_have_text([question, follow_up])
    expect(chat.status).to_be_empty()
    assert [message["language"] for message in chat.sent] == [language, language]


def test_before_anything_was_said_another_language_begins_anew(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.button("العربية").click()
    expect(chat.replies.locator(".part")).to_have_attribute("lang", "ar")
    expect(chat.replies).to_have_count(1)
    expect(chat.composer).to_have_attribute("placeholder", words("ar")["hint"])
    expect(chat.page.locator("html")).to_have_attribute("dir", "rtl")
    assert chat.page.url.endswith("?lang=ar")
    assert not chat.sent


def test_later_the_assistant_is_told_of_another_language(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.ask("bonjour")
    reply = chat.press(chat.button("العربية"))
    expect(reply.locator(".part")).to_have_attribute("lang", "ar")
    expect(chat.said.last.locator(".text")).to_have_text("العربية")
    expect(chat.button(words("ar")["send"])).to_be_visible()
    assert chat.sent[-1]["text"] == "/language/ar"
    back = chat.press(chat.button("Français"))
    expect(back.locator(".part")).to_have_attribute("lang", "fr")
    expect(chat.button(words("fr")["send"])).to_be_visible()


@pytest.mark.long
def test_a_reply_in_both_languages_is_two_blocks(open_chat: Open) -> None:
    """The assistant speaks both to somebody who writes in a third language."""
    chat = open_chat("fr")
    parts = chat.ask("hello, can you help me please? I need information").locator(".part")
    expect(parts).to_have_count(2)
    expect(parts.nth(0)).to_have_attribute("lang", "ar")
    expect(parts.nth(1)).to_have_attribute("lang", "fr")
    rule = parts.nth(1).evaluate("part => parseFloat(getComputedStyle(part).borderBlockStartWidth)")
    assert rule > 0


@pytest.mark.long
def test_enter_sends_shift_enter_and_an_unfinished_word_do_not(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.composer.fill("bonjour")
    chat.composer.press("Shift+Enter")
    chat.composer.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(chat.composer).to_have_value("bonjour\n")
    expect(chat.said).to_have_count(0)
    chat.composer.press("Enter")
    chat.wait_for_replies(2)
    expect(chat.said).to_have_count(1)


@pytest.mark.long
def test_the_composer_grows_and_counts_near_the_end(open_chat: Open) -> None:
    chat = open_chat("fr")
    one_line = chat.composer.bounding_box()
    chat.composer.fill("a\nb\nc")
    three_lines = chat.composer.bounding_box()
    chat.composer.fill("\n" * 30)
    many_lines = chat.composer.bounding_box()
    assert one_line and three_lines and many_lines
    assert one_line["height"] < three_lines["height"] < many_lines["height"] < 4 * one_line["height"]
    count = chat.page.locator("#count")
    chat.composer.fill("a" * 800)
    expect(count).to_be_empty()
    chat.composer.fill("a" * 950)
    expect(count).to_contain_text("50")
    expect(chat.composer).to_have_attribute("maxlength", "1000")


@pytest.mark.long
def test_messages_written_while_one_is_awaited_are_answered_in_their_order(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.write("mon mari me frappe")
    chat.write("comment renouveler ma carte de séjour ?")
    chat.wait_for_replies(3)
    expect(chat.replies.nth(1)).to_contain_text("19")
    expect(chat.replies.nth(2)).to_contain_text("renouvellement")
    expect(chat.said).to_have_count(2)
