"""Groups of near-duplicate messages: what a cross-validation must keep together to tell the truth."""

from collections import defaultdict
from collections.abc import Sequence

SAME_FROM = 0.6  # share of common words (Jaccard) from which two messages are near-duplicates


def groups(messages: Sequence[Sequence[str]]) -> list[int]:
    """A group number for each message; messages that share most of their words get the same one.

    Args:
        messages: words of each message, folded.
    """
    sets = [frozenset(message) for message in messages]
    parent = list(range(len(sets)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    by_word: dict[str, list[int]] = defaultdict(list)
    for i, found in enumerate(sets):
        for word in found:
            by_word[word].append(i)
    for i, found in enumerate(sets):
        # Two sets that share most words share one of the rarest words of either.
        rare = sorted(found, key=lambda w: len(by_word[w]))[: len(found) // 2 + 1]
        for other in {j for word in rare if len(by_word[word]) < 200 for j in by_word[word] if j < i}:
            if len(found & sets[other]) >= SAME_FROM * len(found | sets[other]):
                parent[root(i)] = root(other)
    return [root(i) for i in range(len(sets))]
