"""An offer is chosen by its number, an ordinal or a misspelt title, and by nothing else."""

import pytest

from assistant.dialogue.choice import chosen, signed
from assistant.nlu.normalise import clean
from assistant.nlu.tokens import words_of

OFFERED = ("regul.card", "regul.cost", "services.school", "menu.main")


def choice(text: str) -> str | None:
    return chosen(words_of(text), OFFERED)


@pytest.mark.parametrize(
    "text", ["1", "١", "۱", "le premier", "la premiere", "الأول", "1er", "numero 1", "lowla", "رقم 1"]
)
def test_the_first(text: str) -> None:
    assert choice(text) == "regul.card"


@pytest.mark.parametrize("text", ["2", "٢", "le deuxième", "الثاني", "جوج", "jouj", "le 2"])
def test_the_second(text: str) -> None:
    assert choice(text) == "regul.cost"


@pytest.mark.parametrize(
    "text", ["carte de séjour", "cart de sejour", "Carte de sejou", "بطاقة الاقامة", "بطاقه الإقامه"]
)
def test_a_misspelt_title(text: str) -> None:
    assert choice(text) == "regul.card"


@pytest.mark.parametrize(
    "text", ["5", "99", "carte perdue", "j'ai deux enfants", "je veux renouveler ma carte de séjour", "merci", "?"]
)
def test_anything_else_chooses_nothing(text: str) -> None:
    assert choice(text) is None


@pytest.mark.parametrize(
    ("text", "target"), [("نعم، امحوا", "chat.erased"), ("نعم لا تمحوا", None), ("oui efface", None)]
)
def test_erasing_is_chosen_by_its_very_words(text: str, target: str | None) -> None:
    assert chosen(words_of(text), ("chat.erased", "chat.deny")) == target


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("👍", "chat.affirm"),
        ("👍🏿👍🏿", "chat.affirm"),
        ("🙏 ❤️", "chat.thanks"),
        ("👋🏾", "chat.greet"),
        ("👎", "chat.deny"),
    ],
)
def test_emoji_that_say_the_same_to_everybody(text: str, topic: str) -> None:
    assert signed(clean(text)) == topic


@pytest.mark.parametrize("text", ["😭🙏", "👍👎", "😭", "👍 ok", "", "..."])
def test_other_emoji_and_words_are_not_guessed_at(text: str) -> None:
    assert signed(clean(text)) is None


def test_without_an_offer_there_is_no_choice() -> None:
    assert chosen(["1"], ()) is None
