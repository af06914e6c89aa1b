"""The language of a message: script, then words, then langdetect; and how sure that is."""

from collections.abc import Callable
from typing import Any

import langdetect
import pytest

from assistant import yaml
from assistant.nlu.features import Features
from assistant.nlu.fitting import Settings, train
from assistant.nlu.language import LanguageIdentifier, detected
from assistant.nlu.lexicon import lexicon
from assistant.nlu.normalise import arabic_share
from assistant.nlu.tokens import words_of
from assistant.paths import DATA
from quality.data import examples


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    latin = [(words_of(e.text), e.language) for e in examples() if arabic_share(e.text) < 0.5]
    rows = [Features(typed).counts() for typed, _ in latin]
    model = train(rows, [language for _, language in latin], range(len(rows)), Settings({"w": 1.0, "c": 1.0}, folds=2))
    return LanguageIdentifier(yaml.read(DATA / "lexicon" / "languages.yml"), model, lexicon().names)


def of(identifier: LanguageIdentifier, text: str) -> tuple[str | None, bool]:
    guess = identifier.guess(words_of(text))
    return guess.language, guess.sure


FRENCH = [
    "comment renouveler ma carte de séjour",
    "jve savoir koman fair pr la kart",
    "bjr c koi les papié",
    "ou ce trouve le bureau",
    "mon mari me frappe",
    "Qui a financé la conférence de Rabat de 2014 ?",
    "c gratui ou pa",
    "je cherche المنظمة الدولية للهجرة à Rabat, quelle est l'adresse",
]
ARABIC = [
    "كيف أجدد بطاقة الإقامة",
    "كيفاش نجدد لاكارط",
    "kifach njedded la carte sejour dyali",
    "wach 3andi l7a9 nkhdem",
    "bghit n3ref chno homa lwra9",
    "كيفاش نجدد la carte de séjour ديالي svp",
    "وين مكتبكم لو سمحت",
    "est-ce que l'OIM katkhdem m3a lmaghariba? bghit n3ref",
    "salam khouya fin kayn chi bureau f casa",
]
OTHER = [
    "how can I renew my residence card please",
    "I want to know the price of the visa",
    "¿Cómo puedo renovar mi tarjeta de residencia?",
    "vorrei sapere come posso rinnovare il permesso",
    "ich möchte wissen wie ich meine karte verlängern kann",
]


@pytest.mark.parametrize("text", FRENCH)
def test_french_is_known(identifier: LanguageIdentifier, text: str) -> None:
    assert of(identifier, text)[0] == "fr"


@pytest.mark.parametrize("text", ARABIC)
def test_arabic_is_known_in_every_script(identifier: LanguageIdentifier, text: str) -> None:
    assert of(identifier, text)[0] == "ar"


@pytest.mark.parametrize("text", OTHER)
def test_other_languages_are_known(identifier: LanguageIdentifier, text: str) -> None:
    assert of(identifier, text) == ("other", True)


@pytest.mark.parametrize(
    "text", ["ok", "Tanger", "123", "?", "😀", "OIM", "slm", "casa", "hcr", "hello", "طنجة", "bonjour"]
)
def test_what_does_not_tell_never_changes_a_conversation(identifier: LanguageIdentifier, text: str) -> None:
    assert not of(identifier, text)[1]


@pytest.mark.parametrize("text", ["شكرا", "passeport", "wakha", "merci", "visa"])
def test_one_foreign_word_never_changes_a_conversation(identifier: LanguageIdentifier, text: str) -> None:
    assert not of(identifier, text)[1]


@pytest.mark.parametrize(
    ("text", "language", "ordered"),
    [
        ("en français", "fr", False),
        ("بالعربية", "ar", False),
        ("parle moi en arabe", "ar", False),
        ("réponds en arabe", "ar", True),
        ("chno lwra9, jawbni b lfransawiya", "fr", True),
        ("شنو هما الوثائق؟ جاوبني بالفرنسية", "fr", True),
        ("speak french", "fr", True),
    ],
)
def test_a_wish_is_heard(identifier: LanguageIdentifier, text: str, language: str, ordered: bool) -> None:
    guess = identifier.guess(words_of(text))
    assert (guess.wish, guess.ordered) == (language, ordered)


@pytest.mark.parametrize(
    "text", [*FRENCH, *OTHER, "ninataka kujua jinsi ya kupata kitambulisho", "waxaan rabaa inaan guriga ku noqdo"]
)
def test_langdetect_answers_as_with_all_its_languages(text: str) -> None:
    """Those in other letters than Latin are left out: 46 MB, and a third of a second of the first foreign message."""
    latin = " ".join(word for word in words_of(text) if arabic_share(word) == 0)
    known, all_known = detected(latin), langdetect.detect_langs(latin)[0]
    assert (known.lang, round(known.prob, 3)) == (all_known.lang, round(all_known.prob, 3))


def test_the_trained_model_knows_the_language_of_the_development_set(parse: Callable[[str], dict[str, Any]]) -> None:
    from evaluation.development import questions

    wrong = [asked.text for asked in questions() if parse(asked.text)["language"] != asked.language]
    assert len(wrong) <= 0.02 * len(questions()), wrong
