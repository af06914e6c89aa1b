"""Places of strings in a table, by their hashes alone.

The classifier knows 165,000 features, and its vectors 327,000 words. As a dict of strings the features took 30 MB more
than as sorted hashes of 64 bits. That two strings of a table share a hash has a chance below one in a hundred million.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence

import numpy as np
from spacy.strings import get_string_id

UNKNOWN = -1  # in the place of a string that is not in the table


class Hashed:
    """A table of strings."""

    def __init__(self, hashes: np.ndarray, places: np.ndarray | None = None) -> None:
        """A table.

        Args:
            hashes: of its strings (spaCy's MurmurHash), uint64, sorted.
            places: of each of them in the table; in the order of their hashes without any.
        """
        self.hashes, self._places = hashes, places

    @classmethod
    def of(cls, strings: Sequence[str]) -> "Hashed":
        """A table of different strings in their order."""
        hashes = _hashes(strings)
        order = np.argsort(hashes)
        return cls(hashes[order], order.astype(np.int32))

    @property
    def places(self) -> np.ndarray:
        """Place of each string, in the order of `hashes`."""
        return np.arange(len(self), dtype=np.int32) if self._places is None else self._places

    def __len__(self) -> int:
        return len(self.hashes)

    def __contains__(self, string: str) -> bool:
        """Whether the table has a string; of many ask `find`."""
        return self.place(string) != UNKNOWN

    def place(self, string: str) -> int:
        """Place of a string, `UNKNOWN` if it is not in the table; of many ask `find`."""
        key, hashes = get_string_id(string), self.hashes.data  # much quicker to look at than an array
        at = bisect_left(hashes, key)
        if at == len(hashes) or hashes[at] != key:
            return UNKNOWN
        return at if self._places is None else int(self._places[at])

    def find(self, strings: Collection[str]) -> np.ndarray:
        """Place of each string, `UNKNOWN` for one that is not in the table; int64."""
        hashes = _hashes(strings)
        found = np.full(len(hashes), UNKNOWN, np.int64)
        if not len(self):
            return found
        # In order they are found along the table, and not all over it.
        order = np.argsort(hashes)
        at = np.searchsorted(self.hashes, hashes[order])
        at[at == len(self)] = 0
        known = self.hashes[at] == hashes[order]
        at = at[known]
        found[order[known]] = at if self._places is None else self._places[at]
        return found


def _hashes(strings: Collection[str]) -> np.ndarray:
    return np.fromiter(map(get_string_id, strings), np.uint64, len(strings))
