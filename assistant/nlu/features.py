"""What a linear classifier sees of a message: words, word pairs, character n-grams, sound skeletons and concepts.

One pass over the words; every feature is a string whose first letter says its kind:
`w` word, `p` pair of neighbouring words, `c` character n-gram inside a padded word, `k` skeleton, `q` pair of
skeletons, `@` concept of the lexicon.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from assistant.nlu.skeleton import skeleton

SHORTEST_NGRAM, LONGEST_NGRAM = 2, 5
# A phone number tells nothing about the topic: with one, "jcherche un avoka" was out of scope.
_TELLS_NOTHING = re.compile(r"\d{8,}")


@dataclass(frozen=True)
class Features:
    """Features of one message.

    Attributes:
        words: each brings features of its own wherever it stands (`of_word`), three quarters of all; whoever reads
            many messages looks them up once a word.
        others: all other features, each as often as it occurs.
    """

    words: Sequence[str]
    others: Sequence[str] = ()

    def counts(self) -> Counter[str]:
        """How often each feature occurs."""
        return Counter(chain(self.others, *map(of_word, self.words)))


def features(
    typed: Sequence[str], standard: Sequence[str], concepts: Iterable[str], twins: Iterable[str] = ()
) -> Features:
    """All features of one message.

    Args:
        typed: folded words in order, as the person spelt them.
        standard: the same message with SMS spellings and Arabizi replaced by their usual words (`Lexicon.standard`).
        concepts: names of the lexicon's concepts found in the message.
        twins: words in Arabic script that sound like the message's unknown Arabizi (`Twins.of`).
    """
    typed, standard = ([word for word in side if not _TELLS_NOTHING.fullmatch(word)] for side in (typed, standard))
    padded = ["^", *standard, "$"]
    keys = [key for key in map(skeleton, typed) if key]
    others = chain(
        ("w" + word for word in twins),
        (f"p{a} {b}" for a, b in pairwise(padded)),
        ("k" + key for key in keys),
        (f"q{a} {b}" for a, b in pairwise(keys)),
        ("@" + concept for concept in concepts),
    )
    return Features(standard, [*others])


def of_word(word: str) -> list[str]:
    """The word itself, first, and its character n-grams."""
    padded = f"<{word}>"
    longest = min(LONGEST_NGRAM, len(padded))
    ngrams = (
        "c" + padded[start : start + size]
        for size in range(SHORTEST_NGRAM, longest + 1)
        for start in range(len(padded) - size + 1)
    )
    return ["w" + word, *ngrams]
