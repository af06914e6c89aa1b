"""Groups of near-duplicate messages: what a cross-validation must keep together to tell the truth."""

from collections import Counter, defaultdict
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

    often = Counter(word for found in sets for word in found)
    before: dict[str, list[int]] = defaultdict(list)
    for i, found in enumerate(sets):
        # Two sets that share most words share one of the rarest words of either.
        rare = sorted(found, key=often.__getitem__)[: len(found) // 2 + 1]
        for other in {j for word in rare if often[word] < 200 for j in before[word]}:
            common = len(found & sets[other])
            if common >= SAME_FROM * (len(found) + len(sets[other]) - common):
                parent[root(i)] = root(other)
        for word in found:
            before[word].append(i)
    return [root(i) for i in range(len(sets))]
