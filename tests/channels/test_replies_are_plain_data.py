"""What a page gets: text, language, direction, links, source, date and buttons, and never HTML."""

from typing import Any

import pytest

from assistant.dialogue.topics import families, payload
from tests.channels.web import Client, links_of, text_of
from tests.conftest import Assistant


def only_part(reply: dict[str, Any]) -> dict[str, Any]:
    (part,) = reply["parts"]
    assert isinstance(part, dict)
    return part


def test_the_greeting_offers_the_menu_and_is_no_turn(assistant: Assistant) -> None:
    page = Client(assistant.site, "ar").begin()
    part = only_part(page.greeting)
    assert (part["language"], part["direction"], page.greeting["id"]) == ("ar", "rtl", None)
    assert [button["payload"] for button in page.greeting["buttons"]] == [payload(t) for t in families()["main"].menu]
    assert page.history() == []


@pytest.mark.parametrize(
    ("question", "language", "direction"),
    [("comment renouveler ma carte de séjour ?", "fr", "ltr"), ("كيفاش نجدد بطاقة الإقامة ديالي؟", "ar", "rtl")],
)
def test_an_answer_says_its_language_direction_source_and_date(
    page: Client, question: str, language: str, direction: str
) -> None:
    part = only_part(page.say(question))
    assert (part["language"], part["direction"]) == (language, direction)
    assert part["source"]["urls"] and all(url.startswith("https://") for url in part["source"]["urls"])
    assert part["source"]["date"][:4] in "".join(
        p if isinstance(p, str) else p["text"] for p in part["source"]["content"]
    )
    assert not set(part["source"]["urls"]) & set(part["text"].split()), "the source stands beside the text"


def test_the_pieces_of_a_text_are_the_text(page: Client) -> None:
    for question in ("qui peut m'aider pour un avocat à Tanger ?", "mon mari me frappe", "/menu/main"):
        for part in page.say(question)["parts"]:
            joined = "".join(piece if isinstance(piece, str) else piece["text"] for piece in part["content"])
            assert part["text"] == joined


def test_phone_numbers_and_addresses_of_contacts_can_be_tapped(page: Client) -> None:
    links = links_of(page.say("qui peut m'aider pour un avocat à Tanger ?"))
    assert links["05 37 77 03 32"] == "tel:0537770332"
    assert any(href.startswith("https://www.openstreetmap.org/search?query=") for href in links.values())


def test_numbers_inside_arabic_can_be_tapped_and_stay_whole(page: Client) -> None:
    reply = page.say("راجلي كيضربني")
    assert reply["urgent"] is True
    assert links_of(reply)["19"] == "tel:19"


def test_the_address_of_2014_is_no_link(page: Client) -> None:
    """The press contact of 2014 is history: nobody should write there."""
    reply = page.say("qui était le contact presse de la conférence de 2014 ?")
    assert "@" in text_of(reply)
    assert not [href for href in links_of(reply).values() if "@" in href]


def test_a_message_in_an_unknown_language_is_answered_in_that_of_the_page(assistant: Assistant) -> None:
    for language in ("fr", "ar"):
        assert only_part(Client(assistant.site, language).begin().say("ok"))["language"] == language


def test_what_the_message_says_beats_the_page(assistant: Assistant) -> None:
    page = Client(assistant.site, "fr").begin()
    assert only_part(page.say("كيفاش نجدد بطاقة الإقامة ديالي؟"))["language"] == "ar"
    assert only_part(page.say("et c'est combien le prix de la carte ?"))["language"] == "fr"


def test_a_button_is_answered_and_history_shows_its_title(page: Client) -> None:
    shown = page.say("qui peut m'aider pour un avocat à Tanger ?")["buttons"]
    page.say(shown[1]["payload"])
    page.say("/language/ar")
    assert [b["text"] for b in page.history() if b["from"] == "person"] == [
        "qui peut m'aider pour un avocat à Tanger ?",
        shown[1]["title"],
        "العربية",
    ]


def test_history_gives_the_replies_as_they_were(page: Client) -> None:
    given = [page.say("comment renouveler ma carte de séjour ?"), page.say("mon mari me frappe")]
    assert [bubble["reply"] for bubble in page.history() if bubble["from"] == "assistant"] == given


def test_history_holds_no_number_of_a_person(page: Client) -> None:
    page.say("mon numéro est le 06 12 34 56 78, comment renouveler ma carte ?")
    assert "06 12" not in str(page.history()) and "<phone>" in str(page.history())


def test_a_repeated_answer_is_the_same_data(page: Client) -> None:
    first = page.say("comment renouveler ma carte de séjour ?")
    again = page.say("répète s'il te plaît")
    assert [part["content"] for part in again["parts"]] == [part["content"] for part in first["parts"]]
    assert again["id"] != first["id"]


def test_markup_comes_back_in_no_reply(page: Client) -> None:
    for text in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))"):
        assert "<" not in text_of(page.say(text)).replace("<phone>", "")
