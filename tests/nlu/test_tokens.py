"""Tokens are spaCy's own, and a word of thousands of signs is no work of seconds."""

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.nlu import french
from assistant.nlu.normalise import MAX_CHARACTERS
from assistant.nlu.tokens import LONGEST_SUFFIX, pipeline

LANGUAGES = ("fr", "ar")
OWN = {"fr": french.blank(), "ar": spacy.blank("ar")}
PIECES = st.sampled_from([*"ab1 '-./?!…»)(+€$%°@", "😀", "km", "km²", "...", "اه", "،", "؟", "l'", "c++", "10:30"])


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=80))
def test_tokens_are_spacys_own(language: str, text: str) -> None:
    assert [t.text for t in pipeline(language).make_doc(text)] == [t.text for t in OWN[language].make_doc(text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_end_of_a_word_is_looked_through(language: str) -> None:
    """For each of its signs: with all of it that would be the square of its length."""
    found = pipeline(language).tokenizer.suffix_search("a" * MAX_CHARACTERS + ")")
    assert found is not None and len(found.string) <= LONGEST_SUFFIX
