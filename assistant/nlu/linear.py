"""A linear text classifier over sparse string features: tf-idf by block, one-against-rest, calibrated.

Labels with a dot have a family (`regul.card` is of `regul`). Three classifiers over the same features are then
multiplied: of the label, of its family, and of the label among its family. Dense numbers of a message stand beside the
features: of its words (vectors.py), of an embedding (docs/embeddings.md). Trained by `fitting.py`. Weights are
stored as float16 in safetensors, names in JSON, of features only their hashes: no pickle, so a model file cannot run
code.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from assistant.nlu.hashed import UNKNOWN, Hashed

FEATURE = Mapping[str, int]  # feature string (first letter: its block) -> how often it occurs
# Sharpness of each of the three classifiers before they are multiplied; the product is calibrated.
CONTRAST = 4.0
# As safetensors names them.
DTYPES = {"F16": np.float16, "F32": np.float32, "F64": np.float64, "I64": np.int64, "I32": np.int32, "U8": np.uint8}
# Rows of the weights in memory, the most frequent features: of the 180 of a message some 25 are others (7 MB of 57).
FIRST_ROWS = 20_000


@dataclass
class LinearModel:
    """Trained classifier.

    `weights` has one row a feature, `dense` one row a dense number (none without). Their columns, and the
    numbers of `bias`, are the labels; with families also the families, and the labels once more (among their family).
    """

    labels: list[str]
    vocabulary: Hashed
    kinds: np.ndarray  # number of the block of each feature, uint8
    idf: np.ndarray
    weights: np.ndarray  # of a loaded model `_Rows`
    bias: np.ndarray
    sharpness: float
    blocks: dict[str, float] = field(default_factory=dict)
    dense: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @classmethod
    def empty(cls) -> "LinearModel":
        """A model that knows nothing yet: what a component holds before it is trained."""
        nothing = np.zeros((0, 0), np.float16)
        return cls([], Hashed.of([]), np.zeros(0, np.uint8), nothing[:0], nothing, nothing[:0], 1.0)

    @cached_property
    def families(self) -> np.ndarray:
        """The family of each label, as a number; empty when labels have none."""
        return families_of(self.labels)

    def probabilities(self, features: FEATURE, dense: np.ndarray | None = None) -> np.ndarray:
        """Probability of each label, in the order of `labels`; the shape is (labels,).

        Args:
            features: of the message.
            dense: numbers of the message, as the model was trained with, or only the first of them.
        """
        columns, values = self.vector(features)
        decisions = values @ self.weights[columns].astype(np.float32) + self.bias
        if dense is not None:
            decisions = decisions + dense @ self.dense[: len(dense)]
        return softmax(self.sharpness * joined(decisions, self.families))

    def ranking(self, features: FEATURE, dense: np.ndarray | None = None) -> list[tuple[str, float]]:
        """Labels with their probability, most probable first."""
        probabilities = self.probabilities(features, dense)
        order = np.argsort(-probabilities)
        names = map(self.labels.__getitem__, order.tolist())
        return list(zip(names, probabilities[order].tolist(), strict=True))

    def vector(self, features: FEATURE) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values of one message: log tf times idf, each block scaled to its weight (Euclidean length)."""
        columns = self.vocabulary.find(features)
        counts = np.fromiter(features.values(), np.int64, len(features))[columns != UNKNOWN]
        columns = columns[columns != UNKNOWN]
        if not columns.size:
            return columns, np.zeros(0, np.float32)
        values = (1.0 + np.log(counts)) * self.idf[columns]
        kinds = self.kinds[columns]
        lengths = np.sqrt(np.bincount(kinds, values * values, len(self.blocks)))
        return columns, (values * self.sizes[kinds] / lengths[kinds]).astype(np.float32)

    def rarity(self, words: Sequence[str]) -> np.ndarray:
        """How rare each word is in the examples: its idf, that of the rarest if it is in none."""
        columns = self.vocabulary.find([f"w{word}" for word in words])
        found, known = np.full(len(columns), self._rarest, np.float32), columns != UNKNOWN
        found[known] = self.idf[columns[known]]
        return found

    @cached_property
    def _rarest(self) -> float:
        return float(self.idf.max(initial=1.0))

    @cached_property
    def sizes(self) -> np.ndarray:
        """Weight of each block."""
        return np.array(list(self.blocks.values()))

    def save(self, folder: Path) -> None:
        """Write `weights.safetensors` and `model.json` into a folder."""
        arrays = {
            "weights": self.weights,
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
    """The rows of an array of float16 in a file: the first ones in memory, the others read when a message needs them.

    The file stays open: Rasa deletes what it unpacked when the model is loaded. Mapped into memory instead, all of it
    would be there after some hundred messages, since the system brings the pages around each that is needed.
    """

    def __init__(self, path: Path, offset: int, shape: Sequence[int]) -> None:
        self._file, self._offset = path.open("rb", buffering=0), offset
        self._first = np.empty((min(FIRST_ROWS, shape[0]), shape[1]), np.float16)
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


def families_of(labels: Sequence[str]) -> np.ndarray:
    """Number of each label's family (what stands before the dot), in order of first sight; empty without families.

    Args:
        labels: sorted, so that those of a family stand together.
    """
    names = [label.split(".")[0] for label in labels]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names if len(numbers) < len(labels)], dtype=np.int64)


def joined(decisions: np.ndarray, families: np.ndarray) -> np.ndarray:
    """One number a label out of the decisions of the three classifiers; without families the decisions themselves.

    Args:
        decisions: of one message or, a row each, of many.
        families: see `families_of`.
    """
    if not families.size:
        return decisions
    labels, number = len(families), families[-1] + 1
    sharp = CONTRAST * decisions
    flat, family, within = sharp[..., :labels], sharp[..., labels : labels + number], sharp[..., labels + number :]
    begins = np.searchsorted(families, np.arange(number))
    within = within - np.maximum.reduceat(within, begins, axis=-1)[..., families]
    within -= np.log(np.add.reduceat(np.exp(within), begins, axis=-1))[..., families]
    return _log_softmax(flat) + _log_softmax(family)[..., families] + within


def softmax(values: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    return np.exp(_log_softmax(values))


def _log_softmax(values: np.ndarray) -> np.ndarray:
    lowered = values - values.max(axis=-1, keepdims=True)
    return lowered - np.log(np.exp(lowered).sum(axis=-1, keepdims=True))
