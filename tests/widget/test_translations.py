"""Both languages say the same things, and no sentence for people stands anywhere else."""

import re

import pytest

from assistant.channels.assets import WIDGET
from tests.widget.chat import words

ARABIC = re.compile("[\u0600-\u06ff]")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"])//[^\n]*", re.DOTALL)
QUOTED = re.compile(r"'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`|\"((?:[^\"\\\n]|\\.)*)\"")
WORDS = re.compile(r"[a-zà-ÿ]{2,} [a-zà-ÿ]{2,}", re.IGNORECASE)
# Two words that nobody reads: class names, and what is written to the developer's console.
FOR_MACHINES = {"symbol send", "assistant urgent", "noopener noreferrer nofollow"}
SCRIPTS = sorted(path.name for path in WIDGET.glob("*.js"))


def test_the_same_names_in_both_languages() -> None:
    assert list(words("fr")) == list(words("ar"))


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_nothing_is_empty_and_the_language_is_right(language: str) -> None:
    for name, text in words(language).items():
        assert text.strip() == text and text, name
        if name not in ("direction", "other", "other_name"):
            assert bool(ARABIC.search(text)) is (language == "ar"), name


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_sentence_stands_in_a_script(name: str) -> None:
    code = COMMENT.sub("", (WIDGET / name).read_text(encoding="utf-8"))
    assert not ARABIC.search(code)
    texts = {text for quoted in QUOTED.findall(code) for text in quoted if WORDS.search(text)}
    assert texts <= FOR_MACHINES


def test_the_check_sees_a_sentence() -> None:
    found = [text for quoted in QUOTED.findall("tell('Pas de connexion', `Deux ${mots}`)") for text in quoted if text]
    assert [bool(WORDS.search(text)) for text in found] == [True, False]


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_text_is_used(language: str) -> None:
    used = "".join(path.read_text(encoding="utf-8") for path in [*WIDGET.glob("*.js"), *WIDGET.glob("*.html")])
    for name in words(language):
        assert re.search(rf"\b{name}\b", used), f"{name} is used nowhere"
