"""Arabic from the right, numbers from the left, and bubbles on their sides: seen in the geometry of the page.

With SCREENSHOTS=1, the pictures of the documentation are taken anew.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from assistant.paths import ROOT
from tests.widget.chat import Chat
from tests.widget.conftest import PHONE, Open

PICTURES = ROOT / "docs" / "images"
MIDDLE = PHONE["width"] / 2
# Where the first and the last character that matches a text stand, in pixels from the left.
PLACES = """(element, wanted) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(wanted);
        if (at < 0) continue;
        return [at, at + wanted.length - 1].map((index) => {
            const range = document.createRange();
            range.setStart(walker.currentNode, index);
            range.setEnd(walker.currentNode, index + 1);
            return range.getBoundingClientRect().left;
        });
    }
}"""


def box(locator: Locator) -> dict[str, float]:
    found: Any = locator.bounding_box()
    assert found
    return {"left": found["x"], "right": found["x"] + found["width"]}


def reads_from_the_left(element: Locator, text: str) -> bool:
    first, last = element.evaluate(PLACES, text)
    return bool(first < last)


@pytest.mark.parametrize("language, question", [("fr", "bonjour"), ("ar", "السلام عليكم")])
def test_bubbles_keep_their_sides(open_chat: Open, language: str, question: str) -> None:
    chat = open_chat(language)
    answer = chat.ask(question)
    person, assistant = box(chat.said.locator(".bubble")), box(answer.locator(".bubble"))
    assert PHONE["width"] - person["right"] < 20 < person["left"]
    assert assistant["left"] < 20 < PHONE["width"] - assistant["right"]


@pytest.mark.parametrize("language, mirrored", [("fr", False), ("ar", True)])
def test_the_rest_is_mirrored(open_chat: Open, language: str, mirrored: bool) -> None:
    chat = open_chat(language)
    title, send = box(chat.page.locator("dalil-chat h1")), box(chat.page.locator("dalil-chat .send"))
    first_chip, menu = box(chat.page.locator(".choice").first), box(chat.page.locator("dalil-chat header button").last)
    assert (title["left"] > menu["left"]) is mirrored
    assert (send["left"] < MIDDLE) is mirrored
    assert (first_chip["right"] > MIDDLE + 100) is mirrored
    arrow = chat.page.locator(".send svg").evaluate("svg => getComputedStyle(svg).transform")
    assert (arrow == "matrix(-1, 0, 0, 1, 0, 0)") is mirrored


def test_numbers_in_arabic_read_from_the_left(open_chat: Open) -> None:
    answer = open_chat("ar").ask("رقم هاتف GADEM")
    phone = answer.locator('a[href="tel:0537770332"]')
    expect(phone).to_have_text("05 37 77 03 32")
    assert reads_from_the_left(phone, "05 37 77 03 32")
    assert not reads_from_the_left(answer.locator(".text"), "الهاتف")


@pytest.mark.long
def test_times_in_arabic_read_from_the_left(open_chat: Open) -> None:
    answer = open_chat("ar").ask("راجلي كيضربني")
    text = answer.locator(".text")
    for time in ("8:30", "18:00"):
        assert reads_from_the_left(text, time)
    earlier, later = text.evaluate(PLACES, "8:30"), text.evaluate(PLACES, "18:00")
    assert earlier[0] > later[0], "from … to … runs from the right, as the sentence does"


@pytest.mark.long
def test_latin_words_stay_whole_inside_an_arabic_sentence(open_chat: Open) -> None:
    chat = open_chat("ar")
    chat.write("كيفاش نجدد Carte de séjour ديالي")
    bubble = chat.said.locator(".text")
    assert reads_from_the_left(bubble, "Carte de séjour")
    first_word, last_word = bubble.evaluate(PLACES, "كيفاش"), bubble.evaluate(PLACES, "ديالي")
    latin = bubble.evaluate(PLACES, "Carte de séjour")
    assert first_word[0] > latin[0] > last_word[0]


@pytest.mark.long
def test_each_text_takes_its_own_direction(open_chat: Open) -> None:
    """French typed into the Arabic page, and the other way round."""
    chat = open_chat("ar")
    assert direction(chat.composer) == "rtl"
    chat.composer.fill("Bonjour, j'ai")
    assert direction(chat.composer) == "ltr"
    chat.ask("comment renouveler ma carte de séjour ?")
    assert direction(chat.said.locator(".text")) == "ltr"
    french = open_chat("fr")
    french.write("كيفاش نجدد")
    assert direction(french.said.locator(".text")) == "rtl"


def direction(element: Locator) -> str:
    return str(element.evaluate("element => getComputedStyle(element).direction"))


@pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="SCREENSHOTS=1 takes the documentation's pictures anew")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "language, questions",
    [
        ("fr", {"answer": "comment renouveler ma carte de séjour ?", "danger": "mon mari me frappe"}),
        ("ar", {"answer": "كيفاش نجدد لاكارط ديالي", "danger": "راجلي كيضربني"}),
    ],
)
def test_pictures_of_the_documentation(open_chat: Open, language: str, questions: dict[str, str], scheme: str) -> None:
    chat = open_chat(language, color_scheme=scheme)
    PICTURES.mkdir(exist_ok=True)
    take(chat, f"{language}-{scheme}-greeting.png")
    for name, question in questions.items():
        chat.ask(question)
        take(chat, f"{language}-{scheme}-{name}.png")
    contact = {"fr": "le numéro du GADEM svp", "ar": "رقم هاتف GADEM"}[language]
    chat.ask(contact)
    take(chat, f"{language}-{scheme}-contact.png")


def take(chat: Chat, name: str) -> None:
    chat.composer.blur()
    path = Path(PICTURES, name)
    chat.page.screenshot(path=path)
    assert path.stat().st_size > 0
