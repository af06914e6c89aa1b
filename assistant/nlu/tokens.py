"""One tokenizer for both languages: spaCy's blank French and Arabic, chosen by the script of the message.

spaCy never forgets a word that it has seen, and keeps 600 bytes of each: what people write is therefore read with a
vocabulary of its own, which is left behind when it has become large.
"""

from functools import cache, lru_cache
from typing import Any

import spacy
from spacy.attrs import LANG
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.vocab import Vocab

from assistant.nlu import french
from assistant.nlu.normalise import AT_ONCE, LONGEST_WORD, arabic_share, fold

MOST_WORDS = 5_000  # of a vocabulary of what people write: 3 MB; the next one is made in 14 ms
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
    return _reader(script_pipeline(folded))(folded)


_readers: dict[str, Tokenizer] = {}


def _reader(language: str) -> Tokenizer:
    """The tokenizer of a pipeline, with a vocabulary that is not yet large."""
    reader = _readers.get(language)
    if reader is None or len(reader.vocab) > MOST_WORDS:
        reader = _readers[language] = _with_new_vocabulary(pipeline(language).tokenizer, language)
    return reader


def _with_new_vocabulary(tokenizer: Any, language: str) -> Tokenizer:  # noqa: ANN401 - spaCy types it too widely
    """The same tokenizer, which has seen no word yet, and looks no word up but for its language."""
    return Tokenizer(
        Vocab(lex_attr_getters={LANG: lambda _: language}),
        rules=tokenizer.rules,
        prefix_search=tokenizer.prefix_search,
        suffix_search=tokenizer.suffix_search,
        infix_finditer=tokenizer.infix_finditer,
        token_match=tokenizer.token_match,
        url_match=tokenizer.url_match,
    )


def docs_of_phrase(phrase: str) -> list[Doc]:
    """Tokens of a folded phrase of the lexicon, as `tokenize` makes them in a text of either script.

    Words of letters alone are one token each, which spares the tokenizer ten thousand phrases at every start.
    """
    parts = phrase.split(" ")
    if all(part.isalpha() for part in parts):
        return [Doc(pipeline("fr").vocab, words=parts)]
    return [pipeline(script).make_doc(phrase) for script in ("fr", "ar")]


def words(doc: Doc) -> list[str]:
    """Words of a message in order: no punctuation, no apostrophes, no slash before a word."""
    stripped = (token.text.strip("'-./")[:LONGEST_WORD] for token in doc)
    return [word for word in stripped if any(c.isalnum() for c in word)]


def words_of(text: str) -> list[str]:
    """Words of a message as it was typed, folded."""
    return words(tokenize(fold(text)))
