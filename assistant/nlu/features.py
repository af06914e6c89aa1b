"""What the topic classifier sees of a message: words, word pairs, character n-grams, sound skeletons and concepts.

One pass over the tokens; every feature is a string whose first letter says its kind:
`w` word, `p` pair of neighbouring words, `c` character n-gram inside a padded word, `k` skeleton, `q` pair of
skeletons, `@` concept of the lexicon.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from assistant.nlu.skeleton import skeleton

KINDS = "wpckq@"
SHORTEST_NGRAM, LONGEST_NGRAM = 2, 5


def features(words: Sequence[str], concepts: Iterable[str]) -> Counter[str]:
    """Counts of all features of one message.

    Args:
        words: folded words in order, without punctuation.
        concepts: names of the lexicon's concepts found in the message.
    """
    counts: Counter[str] = Counter()
    padded = ["^", *words, "$"]
    keys = [k for k in map(skeleton, words) if k]
    counts.update("w" + word for word in words)
    counts.update(f"p{a} {b}" for a, b in zip(padded, padded[1:], strict=False))
    counts.update("k" + key for key in keys)
    counts.update(f"q{a} {b}" for a, b in zip(keys, keys[1:], strict=False))
    counts.update("@" + concept for concept in concepts)
    for word in words:
        counts.update(_ngrams(f"<{word}>"))
    return counts


def _ngrams(padded: str) -> list[str]:
    longest = min(LONGEST_NGRAM, len(padded))
    return [
        "c" + padded[start : start + size]
        for size in range(SHORTEST_NGRAM, longest + 1)
        for start in range(len(padded) - size + 1)
    ]
