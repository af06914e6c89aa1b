"""One tokenizer for both languages: spaCy's blank French and Arabic pipelines, chosen by the script of the message."""

from functools import cache, lru_cache
from typing import Any

import spacy
from spacy.tokens import Doc

from assistant.nlu import french
from assistant.nlu.normalise import AT_ONCE, arabic_share, fold

LONGEST_SUFFIX = 32  # characters of a word's end among which spaCy finds what is no part of it ("…", "km²", "€")


@cache
def pipeline(language: str) -> spacy.Language:
    """Blank spaCy pipeline, "fr" or "ar". Each has a vocabulary of its own: a matcher belongs to one of them."""
    made = french.blank() if language == "fr" else spacy.blank(language)
    tokenizer: Any = made.tokenizer
    search = tokenizer.suffix_search
    # spaCy looks through all that is left of a word for each sign that it takes off its end: 4,096 emoji without a
    # space took 2.6 s, in which nobody was answered, and take 0.1 s.
    tokenizer.suffix_search = lambda left: search(left[-LONGEST_SUFFIX:])
    return made


def script_pipeline(folded: str) -> str:
    """Which pipeline reads a folded text: "ar" when most letters are Arabic, else "fr"."""
    return "ar" if arabic_share(folded) > 0.5 else "fr"


@lru_cache(AT_ONCE)
def tokenize(folded: str) -> Doc:
    """Tokens of one folded message (`assistant.nlu.normalise.fold`), punctuation included; nobody changes them."""
    return pipeline(script_pipeline(folded)).make_doc(folded)


def doc_of_phrase(language: spacy.Language, phrase: str) -> Doc:
    """Tokens of a folded phrase of the lexicon, as `tokenize` makes them.

    Words of letters alone are one token each, which spares the tokenizer ten thousand phrases at every start.
    """
    parts = phrase.split(" ")
    plain = all(part.isalpha() for part in parts)
    return Doc(language.vocab, words=parts) if plain else language.make_doc(phrase)


def words(doc: Doc) -> list[str]:
    """Words of a message in order: no punctuation, no apostrophes, no slash before a word."""
    return [word for token in doc if (word := token.text.strip("'-./")) and any(c.isalnum() for c in word)]


def words_of(text: str) -> list[str]:
    """Words of a message as it was typed, folded."""
    return words(tokenize(fold(text)))
