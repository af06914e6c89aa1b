"""A linear text classifier over sparse string features: tf-idf by block, one-against-rest, calibrated.

Labels with a dot have a family (`regul.card` is of `regul`). Three classifiers over the same features are then
multiplied: of the label, of its family, and of the label among its family. Dense numbers of a message stand beside the
features: of its words (vectors.py), of an embedding (docs/embeddings.md). Trained by `fitting.py`. Weights are
stored as int8 in safetensors, names in JSON, of features only their hashes: no pickle, so a model file cannot run
code.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors.numpy import save_file

from assistant.nlu.features import Features, of_word
from assistant.nlu.hashed import UNKNOWN, Hashed

# Sharpness of each of the three classifiers before they are multiplied; the product is calibrated.
CONTRAST = 4.0
# As safetensors names them.
DTYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "I32": np.int32, "I8": np.int8, "U8": np.uint8}
LARGEST = 127  # of int8
# Rows of the weights in memory, the most frequent features: of the 180 of a message some 25 are others (4 MB of 32).
FIRST_ROWS = 20_000
# Words of messages of which it is remembered what they bring: 300 bytes each.
WORDS_KEPT = 4_096


class Families(NamedTuple):
    """Which labels belong together: the number of each label's family, and the first label of each family."""

    of_label: np.ndarray
    begins: np.ndarray


class Word(NamedTuple):
    """What a model knows of a word: its own column or `UNKNOWN`, and the columns of all its features that are known."""

    whole: int
    columns: np.ndarray

    @property
    def known(self) -> bool:
        """Whether the word itself is in examples."""
        return self.whole != UNKNOWN


@dataclass
class LinearModel:
    """Trained classifier.

    `weights` times `scale` has one row a feature, `dense` one row a dense number (none without). Their columns, and the
    numbers of `bias`, are the labels; with families also the families, and the labels once more (among their family).
    """

    labels: list[str]
    vocabulary: Hashed
    kinds: np.ndarray  # number of the block of each feature, uint8
    idf: np.ndarray
    weights: np.ndarray  # int8; of a loaded model `_Rows`
    scale: np.ndarray  # of each row of the weights, float32
    bias: np.ndarray
    sharpness: float
    blocks: dict[str, float] = field(default_factory=dict)
    dense: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @classmethod
    def empty(cls) -> "LinearModel":
        """A model that knows nothing yet: what a component holds before it is trained."""
        nothing = np.zeros(0, np.float32)
        return cls([], Hashed.of([]), np.zeros(0, np.uint8), nothing, np.zeros((0, 0), np.int8), nothing, nothing, 1.0)

    def learned(self, weights: np.ndarray) -> None:
        """Keep weights as int8: of 2,593 messages none got another topic than with 16 bits, which took four times as
        long to read."""
        largest = np.abs(weights).max(axis=1, initial=0.0)
        self.scale = np.where(largest > 0, largest / LARGEST, 1).astype(np.float32)
        self.weights = np.round(weights / self.scale[:, np.newaxis]).astype(np.int8)

    @cached_property
    def families(self) -> Families | None:
        """The families of the labels, if they have any."""
        return families_of(self.labels)

    @cached_property
    def _names(self) -> np.ndarray:
        return np.array(self.labels, dtype=object)

    def probabilities(self, features: Features, dense: np.ndarray | None = None) -> np.ndarray:
        """Probability of each label, in the order of `labels`; the shape is (labels,).

        Args:
            features: of the message.
            dense: numbers of the message, as the model was trained with, or only the first of them.
        """
        columns, values = self.vector(features)
        decisions = (values * self.scale[columns]) @ self.weights[columns].astype(np.float32) + self.bias
        if dense is not None:
            decisions = decisions + dense @ self.dense[: len(dense)]
        return softmax(self.sharpness * joined(decisions, self.families))

    def ranking(self, features: Features, dense: np.ndarray | None = None) -> list[tuple[str, float]]:
        """Labels with their probability, most probable first."""
        probabilities = self.probabilities(features, dense)
        order = np.argsort(-probabilities)
        return list(zip(self._names[order].tolist(), probabilities[order].tolist(), strict=True))

    def vector(self, features: Features) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values of one message: log tf times idf, each block scaled to its weight (Euclidean length)."""
        others = self.vocabulary.find(features.others)
        of_words = [self.word(word).columns for word in features.words]
        columns, counts = np.unique(np.concatenate([others[others != UNKNOWN], *of_words]), return_counts=True)
        values = (1.0 + np.log(counts)) * self.idf[columns]
        kinds = self.kinds[columns]
        lengths = np.sqrt(np.bincount(kinds, values * values, len(self.blocks)))
        return columns, (values * self.sizes[kinds] / lengths[kinds]).astype(np.float32)

    @cached_property
    def word(self) -> Callable[[str], Word]:
        """What is known of a word; people say the same few thousand words, which are looked up once."""
        return lru_cache(WORDS_KEPT)(self._word)

    def _word(self, word: str) -> Word:
        columns = self.vocabulary.find(of_word(word))
        return Word(int(columns[0]), columns[columns != UNKNOWN])

    def rarity(self, words: Sequence[str]) -> np.ndarray:
        """How rare each word is in the examples: its idf, that of the rarest if it is in none."""
        columns = np.array([self.word(word).whole for word in words], np.int64)
        return np.where(columns == UNKNOWN, self._rarest, self.idf[columns])

    @cached_property
    def _rarest(self) -> np.float32:
        return np.float32(self.idf.max(initial=1.0))

    @cached_property
    def sizes(self) -> np.ndarray:
        """Weight of each block."""
        return np.array(list(self.blocks.values()))

    def save(self, folder: Path) -> None:
        """Write `weights.safetensors` and `model.json` into a folder."""
        arrays = {
            "weights": self.weights,
            "scale": self.scale,
            "bias": self.bias,
            "idf": self.idf,
            "dense": self.dense,
            "kinds": self.kinds,
            "hashes": self.vocabulary.hashes.view(np.int64),  # safetensors has no unsigned ones in every version
            "places": self.vocabulary.places,
        }
        save_file(arrays, folder / "weights.safetensors")
        names = {
            "labels": self.labels,
            "sharpness": self.sharpness,
            "blocks": self.blocks,
        }
        (folder / "model.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "LinearModel":
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: a file is missing.
        """
        names: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        arrays = _read(folder / "weights.safetensors")
        vocabulary = Hashed(arrays.pop("hashes").view(np.uint64), arrays.pop("places"))
        return cls(vocabulary=vocabulary, **names, **arrays)


class _Rows:
    """The rows of an array of int8 in a file: the first ones in memory, the others read when a message needs them.

    The file stays open: Rasa deletes what it unpacked when the model is loaded. Mapped into memory instead, all of it
    would be there after some hundred messages, since the system brings the pages around each that is needed.
    """

    def __init__(self, path: Path, offset: int, shape: Sequence[int]) -> None:
        self._file, self._offset = path.open("rb", buffering=0), offset
        self._first = np.empty((min(FIRST_ROWS, shape[0]), shape[1]), np.int8)
        os.preadv(self._file.fileno(), [self._first.data], offset)

    def __getitem__(self, numbers: np.ndarray) -> np.ndarray:
        rows = self._first.take(numbers, axis=0, mode="clip")
        away = np.flatnonzero(numbers >= len(self._first))
        if not away.size:
            return rows
        file, size, content = self._file.fileno(), rows.strides[0], rows.data.cast("B")
        for place, number in zip(away.tolist(), numbers[away].tolist(), strict=True):
            os.preadv(file, [content[place * size : (place + 1) * size]], self._offset + number * size)
        return rows


def _read(path: Path) -> dict[str, Any]:
    """Arrays of a safetensors file by their name; `weights` stay in it."""
    arrays: dict[str, Any] = {}
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        entries: dict[str, Any] = json.loads(file.read(length))
        for name in entries.keys() - {"__metadata__"}:
            begin, end = (8 + length + offset for offset in entries[name]["data_offsets"])
            if name == "weights":
                arrays[name] = _Rows(path, begin, entries[name]["shape"])
            else:
                file.seek(begin)
                values = np.frombuffer(file.read(end - begin), DTYPES[entries[name]["dtype"]])
                arrays[name] = values.reshape(entries[name]["shape"])
    return arrays


def families_of(labels: Sequence[str]) -> Families | None:
    """The families of labels (what stands before the dot), numbered in order of first sight; None without families.

    Args:
        labels: sorted, so that those of a family stand together.
    """
    names = [label.split(".")[0] for label in labels]
    begins = [one != before for before, one in pairwise([None, *names])]
    return None if all(begins) else Families(np.cumsum(begins) - 1, np.flatnonzero(begins))


def joined(decisions: np.ndarray, families: Families | None) -> np.ndarray:
    """One number a label out of the decisions of the three classifiers; without families the decisions themselves.

    The softmax of these numbers is the product of the three probabilities: what they are divided by is the same for
    all labels, but for the label among its family.

    Args:
        decisions: of one message or, a row each, of many.
        families: of the labels.
    """
    if families is None:
        return decisions
    of_label, begins = families
    labels = len(of_label)
    sharp = CONTRAST * decisions
    flat, family, within = sharp[..., :labels], sharp[..., labels : labels + len(begins)], sharp[..., -labels:]
    within = within - np.maximum.reduceat(within, begins, axis=-1)[..., of_label]
    divisors = np.log(np.add.reduceat(np.exp(within), begins, axis=-1))
    return flat + within + (family - divisors)[..., of_label]


def softmax(values: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
