"""A linear text classifier over sparse string features: tf-idf by block, one-against-rest SVM, calibrated.

A sentence embedding can stand beside the features (docs/embeddings.md). scikit-learn trains the classifier and is not
needed to use it. Weights are stored as float16 in safetensors, names in JSON: no pickle, so a model file cannot run
code.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

FEATURE = Mapping[str, int]  # feature string (first letter: its block) -> how often it occurs


@dataclass(frozen=True)
class Settings:
    """How a model is trained.

    Attributes:
        blocks: weight of each feature block (first letter of a feature); a block that is missing is not used.
        rarest: a feature seen in fewer training messages is dropped.
        slack: C of the SVM: larger fits the training data more closely.
        folds: folds of the cross-validation that calibrates; 0 leaves probabilities as they come.
        embedding: weight of a message's embedding, as of a block; 0 when there are no embeddings.
    """

    blocks: Mapping[str, float]
    rarest: int = 2
    slack: float = 0.3
    folds: int = 4
    embedding: float = 0.0


@dataclass
class LinearModel:
    """Trained classifier.

    `weights` has one row a feature and one column a label, `dense` one row a dimension of the embedding (none without).
    """

    labels: list[str]
    vocabulary: dict[str, int]
    idf: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    sharpness: float
    blocks: dict[str, float] = field(default_factory=dict)
    dense: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @classmethod
    def empty(cls) -> "LinearModel":
        """A model that knows nothing yet: what a component holds before it is trained."""
        nothing = np.zeros((0, 0), np.float32)
        return cls([], {}, nothing[:0], nothing, nothing[:0], 1.0)

    def probabilities(self, features: FEATURE, embedding: np.ndarray | None = None) -> np.ndarray:
        """Probability of each label, in the order of `labels`; the shape is (labels,).

        Args:
            features: of the message.
            embedding: of the message, of as many dimensions as the model was trained with; left out of the sum if None.
        """
        columns, values = self._vector(features)
        decisions = values @ self.weights[columns] + self.bias
        if embedding is not None and self.dense.size:
            decisions = decisions + _unit(embedding) @ self.dense
        return _softmax(self.sharpness * decisions)

    def ranking(self, features: FEATURE, embedding: np.ndarray | None = None) -> list[tuple[str, float]]:
        """Labels with their probability, most probable first."""
        probabilities = self.probabilities(features, embedding)
        return [(self.labels[i], float(probabilities[i])) for i in np.argsort(-probabilities)]

    def _vector(self, features: FEATURE) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values of one message: log tf times idf, each block scaled to its weight (Euclidean length)."""
        columns, values, kinds = [], [], []
        for feature, count in features.items():
            column = self.vocabulary.get(feature)
            if column is not None:
                columns.append(column)
                values.append(1.0 + math.log(count))
                kinds.append(feature[0])
        scaled = np.asarray(values, dtype=np.float32) * self.idf[columns] if columns else np.zeros(0, np.float32)
        for kind in set(kinds):
            inside = np.fromiter((k == kind for k in kinds), bool, len(kinds))
            scaled[inside] *= self.blocks[kind] / np.linalg.norm(scaled[inside])
        return np.asarray(columns, dtype=np.int64), scaled

    def save(self, folder: Path) -> None:
        """Write `weights.safetensors` and `model.json` into a folder."""
        arrays = {"weights": self.weights.astype(np.float16), "bias": self.bias, "idf": self.idf, "dense": self.dense}
        save_file(arrays, folder / "weights.safetensors")
        names = {
            "labels": self.labels,
            "vocabulary": list(self.vocabulary),
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
        arrays = load_file(folder / "weights.safetensors")
        vocabulary = {feature: row for row, feature in enumerate(names.pop("vocabulary"))}
        weights = arrays["weights"].astype(np.float32)
        idf, bias, dense = arrays["idf"], arrays["bias"], arrays["dense"]
        return cls(vocabulary=vocabulary, idf=idf, weights=weights, bias=bias, dense=dense, **names)


def train(
    features: Sequence[FEATURE],
    labels: Sequence[str],
    groups: Sequence[int],
    settings: Settings,
    embeddings: np.ndarray | None = None,
) -> LinearModel:
    """Train and calibrate.

    Args:
        features: one mapping a training message.
        labels: the label of each message.
        groups: near-duplicates share a number, so that calibration never sees a message's twin (`groups` of folds.py).
        settings: see Settings.
        embeddings: one row a training message, or None; used when the settings give them a weight.

    Raises:
        ValueError: fewer than two labels.
    """
    model = _untrained(features, settings)
    matrix = _matrix(model, features)
    if embeddings is not None and settings.embedding:
        matrix = _beside(matrix, settings.embedding * _unit(embeddings))
    model.labels, weights, model.bias = _fit(matrix, labels, settings)
    model.weights, dense = np.split(weights, [len(model.vocabulary)])
    model.dense = settings.embedding * dense
    if settings.folds:
        out_of_fold = _cross_validated(matrix, labels, groups, settings)
        model.sharpness = _calibrate(out_of_fold, np.searchsorted(model.labels, labels))
    return model


def _untrained(features: Sequence[FEATURE], settings: Settings) -> LinearModel:
    seen = Counter(feature for message in features for feature in message if feature[0] in settings.blocks)
    kept = [feature for feature, messages in seen.items() if messages >= settings.rarest]
    idf = np.array([math.log((1 + len(features)) / (1 + seen[f])) + 1 for f in kept], dtype=np.float32)
    vocabulary = {feature: row for row, feature in enumerate(kept)}
    return LinearModel([], vocabulary, idf, np.zeros((0, 0)), np.zeros(0), 1.0, dict(settings.blocks))


def _matrix(model: LinearModel, features: Iterable[FEATURE]) -> Any:  # noqa: ANN401 - scipy has no types
    from scipy.sparse import csr_matrix

    vectors = [model._vector(message) for message in features]
    ends = np.cumsum([0, *(len(columns) for columns, _ in vectors)])
    columns = np.concatenate([c for c, _ in vectors])
    values = np.concatenate([v for _, v in vectors])
    return csr_matrix((values, columns, ends), shape=(len(vectors), len(model.vocabulary)))


def _beside(matrix: Any, embeddings: np.ndarray) -> Any:  # noqa: ANN401
    from scipy.sparse import csr_matrix, hstack

    return hstack([matrix, csr_matrix(embeddings)], format="csr")


def _unit(embeddings: np.ndarray) -> np.ndarray:
    """Rows of length one; a row of zeros stays."""
    lengths = np.linalg.norm(embeddings, axis=-1, keepdims=True)
    return embeddings / np.where(lengths, lengths, 1.0)


def _fit(matrix: Any, labels: Sequence[str], settings: Settings) -> tuple[list[str], np.ndarray, np.ndarray]:  # noqa: ANN401
    from sklearn.svm import LinearSVC

    svm = LinearSVC(C=settings.slack, random_state=0).fit(matrix, labels)
    weights, bias = svm.coef_, svm.intercept_
    if len(svm.classes_) == 2:  # scikit-learn keeps one column for two labels
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return list(map(str, svm.classes_)), np.ascontiguousarray(weights.T, np.float32), bias.astype(np.float32)


def _cross_validated(matrix: Any, labels: Sequence[str], groups: Sequence[int], settings: Settings) -> np.ndarray:  # noqa: ANN401
    """Decision values of every message by a model that has seen neither it nor its near-duplicates."""
    from sklearn.model_selection import StratifiedGroupKFold

    every, names = np.array(labels), sorted(set(labels))
    values = np.full((len(labels), len(names)), -1.0, dtype=np.float32)
    folds = StratifiedGroupKFold(settings.folds, shuffle=True, random_state=0)
    for training, held_out in folds.split(matrix, every, groups):
        seen, weights, bias = _fit(matrix[training], every[training], settings)
        values[np.ix_(held_out, np.searchsorted(names, seen))] = matrix[held_out] @ weights + bias
    return values


def _calibrate(values: np.ndarray, targets: np.ndarray) -> float:
    """Factor on the decision values under which softmax gives the best log-likelihood (temperature scaling).

    Guo et al., "On Calibration of Modern Neural Networks", 2017, section 4.2.
    """
    candidates = np.geomspace(0.5, 30, 60)
    losses = [-np.log(_softmax(c * values)[np.arange(len(targets)), targets] + 1e-12).mean() for c in candidates]
    return float(candidates[int(np.argmin(losses))])


def _softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)
