"""One tokenizer for both languages: spaCy's blank French and Arabic pipelines, chosen by the script of the message."""

from functools import cache, lru_cache

import spacy
from spacy.tokens import Doc

from assistant.nlu import french
from assistant.nlu.normalise import AT_ONCE, arabic_share, fold


@cache
def pipeline(language: str) -> spacy.Language:
    """Blank spaCy pipeline, "fr" or "ar". Each has a vocabulary of its own: a matcher belongs to one of them."""
    return french.blank() if language == "fr" else spacy.blank(language)


def script_pipeline(folded: str) -> str:
    """Which pipeline reads a folded text: "ar" when most letters are Arabic, else "fr"."""
    return "ar" if arabic_share(folded) > 0.5 else "fr"


@lru_cache(AT_ONCE)
def tokenize(folded: str) -> Doc:
    """Tokens of one folded message (`assistant.nlu.normalise.fold`), punctuation included; nobody changes them."""
    return pipeline(script_pipeline(folded)).make_doc(folded)


def words(doc: Doc) -> list[str]:
    """Words of a message in order: no punctuation, no apostrophes, no slash before a word."""
    return [word for token in doc if (word := token.text.strip("'-./")) and any(c.isalnum() for c in word)]


def words_of(text: str) -> list[str]:
    """Words of a message as it was typed, folded."""
    return words(tokenize(fold(text)))
