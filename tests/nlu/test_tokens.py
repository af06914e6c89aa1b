"""Tokens are spaCy's own, and a word of thousands of signs is no work of seconds."""

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.nlu import french, tokens
from assistant.nlu.normalise import LONGEST_WORD, MAX_CHARACTERS
from assistant.nlu.tokens import LONGEST_SUFFIX, pipeline, tokenize, words_of

LANGUAGES = ("fr", "ar")
OWN = {"fr": french.blank(), "ar": spacy.blank("ar")}
PIECES = st.sampled_from([*"ab1 '-./?!…»)(+€$%°@", "😀", "km", "km²", "...", "اه", "،", "؟", "l'", "c++", "10:30"])


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=200)
@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=80))
def test_tokens_are_spacys_own(language: str, text: str) -> None:
    assert [t.text for t in pipeline(language).make_doc(text)] == [t.text for t in OWN[language].make_doc(text)]


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=80))
def test_what_people_write_is_read_with_spacys_own_rules(text: str) -> None:
    own = OWN[tokens.script_pipeline(text)]
    assert [t.text for t in tokenize(text)] == [t.text for t in own.make_doc(text)]


@pytest.mark.parametrize("letters", ["abcdefghij", "ابتثجحخدذر"])
def test_words_are_not_kept_for_ever(letters: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what people write: spaCy would keep every word that it has ever seen."""
    monkeypatch.setattr(tokens, "MOST_WORDS", 1_000)
    sizes = {
        len(tokenize(" ".join("".join(letters[int(digit)] for digit in str(n * 1_000 + k)) for k in range(50))).vocab)
        for n in range(100, 200)
    }
    assert max(sizes) <= 1_000 + 50


def test_a_word_that_is_none_is_read_as_its_first_letters() -> None:
    assert [len(word) for word in words_of("a1" * 900 + " carte " + "كت" * 900)] == [LONGEST_WORD, 5, LONGEST_WORD]


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_end_of_a_word_is_looked_through(language: str) -> None:
    """For each of its signs: with all of it that would be the square of its length."""
    found = pipeline(language).tokenizer.suffix_search("a" * MAX_CHARACTERS + ")")
    assert found is not None and len(found.string) <= LONGEST_SUFFIX
