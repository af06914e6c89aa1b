"""spaCy's blank French, ready in a tenth of the time.

spaCy decides with one pattern which words with a hyphen are one token ("sans-papiers", "rendez-vous"): 266 alternatives
that each spell out every letter of every alphabet, twice. To compile them took six of the start's seconds and 30 MB.
What many alternatives share is written once here: the same words, ten letter classes to compile instead of 500.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import spacy

# Patterns and letter classes from this length on are those of the hyphens: spaCy's others stay far below.
_LONG_PATTERN, _LONG_CLASS = 500_000, 1_000
_LETTERS = re.compile(rf"(\[[^\]]{{{_LONG_CLASS},}}\][+*]?)")


def blank() -> spacy.Language:
    """`spacy.blank("fr")`."""
    with _long_patterns_wait():
        language = spacy.blank("fr")
    from spacy.lang.fr.tokenizer_exceptions import _regular_exp as alternatives

    language.tokenizer.token_match = re.compile("(?iu)" + shared(alternatives)).match  # type: ignore[union-attr]
    return language


def shared(alternatives: Iterable[str]) -> str:
    """One pattern for all: alternatives that differ in one place are written together.

    Args:
        alternatives: patterns such as `^sans[-][a-z][-a-z]*$`, with long letter classes.
    """
    together: dict[tuple[str, str], list[str]] = defaultdict(list)
    for alternative in alternatives:
        parts = _LETTERS.split(alternative)
        # "^sans-LETTERS…" differ before the first letters, "^LETTERS-sur-LETTERS" after them.
        place = 0 if parts[0] != "^" else 2
        together["".join(parts[:place]), "".join(parts[place + 1 :])].append(parts[place])
    return "|".join(f"(?:{start}(?:{'|'.join(many)}){end})" for (start, end), many in together.items())


class _Waiting:
    """In the place of a pattern that nobody has compiled."""

    def match(self, _text: str) -> None:
        """Never called: `blank` puts its own pattern there."""


@contextmanager
def _long_patterns_wait() -> Iterator[None]:
    """While spaCy's French is imported, which compiles at once."""
    compiled = re.compile

    def compile_short(pattern: Any, flags: Any = 0) -> Any:  # noqa: ANN401 - re's own
        return _Waiting() if len(pattern) > _LONG_PATTERN else compiled(pattern, flags)

    re.compile = compile_short
    try:
        yield
    finally:
        re.compile = compiled
