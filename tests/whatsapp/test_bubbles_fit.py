"""Whatever the assistant says fits into messages that Meta takes, and nothing of it is lost."""

import json
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.actions.action import create_bot_utterance

from assistant.channels.bubbles import (
    LONGEST_BODY,
    LONGEST_BUTTON,
    LONGEST_ROW,
    LONGEST_TEXT,
    MOST_BUTTONS,
    MOST_ROWS,
    Bubble,
    bubbles,
    in_words,
    split,
)
from assistant.channels.replies import message_of
from assistant.channels.sentences import turn_failed, whatsapp_words

WORDS = st.sampled_from(["carte", "séjour", "الإقامة", "هاتف", "1.", "http://x.ma/a.b", "😀", "x" * 50])
SPACES = st.sampled_from([" ", "  ", "\n", "\n\n", ". ", "؟ ", "! ", "\u00a0", "\n\u00a0\n", ""])
TEXTS = st.text() | st.lists(WORDS | SPACES, max_size=80).map("".join)


def letters(text: str) -> str:
    """A text without its white space."""
    return "".join(text.split())


@given(TEXTS, st.integers(1, 120))
def test_pieces_fit_and_nothing_but_space_is_lost(text: str, longest: int) -> None:
    pieces = split(text, longest)
    assert all(len(piece) <= longest for piece in pieces)
    assert all(letters(piece) for piece in pieces)
    assert letters("".join(pieces)) == letters(text)


@given(TEXTS)
def test_what_fits_is_one_piece(text: str) -> None:
    assert split(text) == ([text.strip()] if text.strip() else [])


@given(st.lists(st.text(string.ascii_letters, min_size=1, max_size=30), max_size=60), st.integers(30, 120))
def test_no_word_is_broken_that_fits(words: list[str], longest: int) -> None:
    assert [word for piece in split(" ".join(words), longest) for word in piece.split()] == words


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Un mot. Deux mots !\n\nTrois mots.", ["Un mot. Deux mots !", "Trois mots."]),
        ("Une ligne de mots\nune autre ligne", ["Une ligne de mots", "une autre ligne"]),
        ("Une phrase. Une autre.", ["Une phrase.", "Une autre."]),
        ("ما هو السؤال؟ هذا جواب", ["ما هو السؤال؟", "هذا جواب"]),
        ("des mots sans aucune fin", ["des mots sans aucune", "fin"]),
        ("x" * 25, ["x" * 20, "x" * 5]),
    ],
)
def test_a_cut_is_where_a_reader_pauses(text: str, pieces: list[str]) -> None:
    assert split(text, 20) == pieces


def message(text: str, number: int = 0, *languages: str) -> dict[str, Any]:
    """A bot message with so many buttons, in one language or both."""
    buttons = [{"title": f"Choix {n}", "payload": f"/place/{n}"} for n in range(1, number + 1)]
    return {"text": text, "buttons": buttons, "parts": [{"language": language} for language in languages or ("fr",)]}


def fits(bubble: Bubble) -> bool:
    """Whether Meta takes a message."""
    if bubble.kind == "text":
        return 0 < len(bubble.text) <= LONGEST_TEXT and not bubble.buttons
    most = {"buttons": MOST_BUTTONS, "list": MOST_ROWS}[bubble.kind]
    return 0 < len(bubble.text) <= LONGEST_BODY and 0 < len(bubble.buttons) <= most


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 10_000).map(lambda n: ("Des mots. " * n)[:n]) | TEXTS, min_size=1, max_size=3),
    st.integers(0, 14),
    st.sampled_from([("fr",), ("ar",), ("ar", "fr"), ()]),
)
def test_every_reply_fits_and_is_whole(texts: list[str], number: int, languages: tuple[str, ...]) -> None:
    said = [*(message(text, 0, *languages) for text in texts[:-1]), message(texts[-1], number, *languages)]
    going = bubbles(said)
    assert all(fits(bubble) for bubble in going)
    assert letters("".join(texts)) in letters("".join(bubble.text for bubble in going))
    offered = [title for bubble in going for title, _ in bubble.buttons]
    if number <= MOST_ROWS:
        assert offered == [f"Choix {n}" for n in range(1, number + 1)]
    else:
        assert all(f"{n}. Choix {n}" in going[-1].text for n in range(1, number + 1))
    assert not any(bubble.buttons for bubble in going[:-1]), "choices stand at the end"


@pytest.mark.parametrize(
    ("number", "kind"),
    [(0, "text"), (1, "buttons"), (3, "buttons"), (4, "list"), (10, "list"), (11, "text"), (25, "text")],
)
def test_choices_take_the_form_that_holds_them(number: int, kind: str) -> None:
    (bubble,) = bubbles([message("Que voulez-vous savoir ?", number)])
    assert bubble.kind == kind


def test_many_choices_stand_numbered_below_the_text() -> None:
    (bubble,) = bubbles([message("Laquelle ?", 11)])
    assert bubble.text == "Laquelle ?\n\n" + "\n".join(f"{n}. Choix {n}" for n in range(1, 12))


@pytest.mark.parametrize(
    ("languages", "opens", "below"),
    [
        (("fr",), "Choisir", "Et ensuite ?"),
        (("ar",), "اختاروا", "ماذا بعد؟"),
        (("ar", "fr"), "اختاروا · Choisir", "ماذا بعد؟ · Et ensuite ?"),
    ],
)
def test_words_around_choices_are_in_the_language_of_the_reply(
    languages: tuple[str, ...], opens: str, below: str
) -> None:
    answer, choices = bubbles([message("x" * (LONGEST_BODY + 1), 4, *languages)])
    assert (answer.kind, answer.text) == ("text", "x" * (LONGEST_BODY + 1))
    assert (choices.text, choices.opens) == (below, opens)
    (whole,) = bubbles([message("x" * LONGEST_BODY, 4, *languages)])
    assert whole.text == "x" * LONGEST_BODY


def test_words_of_the_channel_fit() -> None:
    for language in ("fr", "ar", "both"):
        assert len(whatsapp_words("list", language)) <= min(LONGEST_BUTTON, LONGEST_ROW)
        assert len(whatsapp_words("below", language)) <= LONGEST_BODY
    assert len(turn_failed()) <= LONGEST_TEXT


def test_the_failure_is_said_in_both_languages_with_the_numbers_for_danger() -> None:
    arabic, _, french = (line.strip() for line in turn_failed().split("\n"))
    assert "لم أستطع الجواب" in arabic and "Je n'ai pas pu répondre" in french
    for part in (arabic, french):
        assert "19" in part and "15" in part


def test_choices_that_meta_refuses_are_said_in_words() -> None:
    refused = Bubble("buttons", "Laquelle ?", (("Carte", "/regul/card"), ("Menu", "/menu/main")))
    assert in_words(refused) == [Bubble("text", "Laquelle ?\n\n1. Carte\n2. Menu")]
    assert all(fits(bubble) for bubble in in_words(Bubble("list", "x" * LONGEST_BODY, (("é" * 500, "/a"),) * 10)))


POINT = {"latitude": 34.02, "longitude": -6.84, "name": "GADEM", "address": "Rabat"}


def test_a_map_and_a_recording_come_between_the_answer_and_its_choices() -> None:
    said = {**message("x" * 2_000, 2), "points": [POINT], "spoken": ["contact.iom.fr"]}
    going = bubbles([said])
    assert [bubble.kind for bubble in going] == ["text", "location", "speech", "buttons"]
    assert (going[1].place, going[2].text) == ((34.02, -6.84, "GADEM", "Rabat"), "contact.iom.fr")


@given(TEXTS, st.integers(0, 12))
def test_a_reply_read_back_from_disk_has_the_same_parts(text: str, number: int) -> None:
    """What is out is known by its place among the parts: after a restart they must be the same."""
    said = {**message(text, number, "ar", "fr"), "points": [POINT], "spoken": ["contact.iom.fr"]}
    stored = json.loads(json.dumps(create_bot_utterance(dict(said)).as_dict()))
    assert bubbles([message_of(stored)]) == bubbles([said])
