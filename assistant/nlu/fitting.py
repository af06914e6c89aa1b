"""Training of the linear classifier with scikit-learn: support vector machines, then one number that calibrates.

Not needed to serve.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.nlu.linear import FEATURE, LinearModel, families_of, joined, softmax, unit

Matrix = Any  # of scipy, which has no types


@dataclass(frozen=True)
class Settings:
    """How a model is trained.

    Attributes:
        blocks: weight of each feature block (first letter of a feature); a block that is missing is not used.
        rarest: a feature seen in fewer training messages is dropped.
        slack: C of the SVM: larger fits the training data more closely.
        folds: one part in so many is held out once to calibrate; 0 leaves probabilities as they come.
        embedding: weight of a message's embedding, as of a block; 0 when there are no embeddings.
    """

    blocks: Mapping[str, float]
    rarest: int = 2
    slack: float = 0.3
    folds: int = 4
    embedding: float = 0.0


def train(
    features: Sequence[FEATURE],
    labels: Sequence[str],
    groups: Sequence[int],
    settings: Settings,
    copies: Sequence[FEATURE] = (),
    embeddings: np.ndarray | None = None,
) -> LinearModel:
    """Train and calibrate.

    Args:
        features: one mapping a training message.
        labels: the label of each message.
        groups: near-duplicates share a number, so that calibration never sees a message's twin (`groups` of folds.py).
        settings: see Settings.
        copies: the same messages in the same order, altered; learned beside them. They bring no features of their own
            and do not calibrate.
        embeddings: one row a training message, or None; used when the settings give them a weight.

    Raises:
        ValueError: fewer than two labels.
    """
    model = _untrained(features, settings)
    matrix = _matrix(model, [*features, *copies], settings, embeddings)
    every = np.array([*labels] * (1 + bool(copies)))
    model.labels, weights, model.bias = _fit(matrix, every, settings)
    model.weights, dense = np.split(weights.astype(np.float16), [len(model.vocabulary)])
    model.dense = dense.astype(np.float32)
    if settings.folds:
        held_out = _held_out(labels, groups, settings)
        seen = np.setdiff1d(np.arange(len(every)), [held_out, held_out + len(labels)])
        names, weights, bias = _fit(matrix[seen], every[seen], settings)
        decided = joined(matrix[held_out] @ weights + bias, families_of(names))
        known = np.isin(every[held_out], names)
        model.sharpness = _calibrate(decided[known], np.searchsorted(names, every[held_out][known]))
    return model


def _untrained(features: Sequence[FEATURE], settings: Settings) -> LinearModel:
    seen = Counter(feature for message in features for feature in message if feature[0] in settings.blocks)
    kept = [feature for feature, messages in seen.items() if messages >= settings.rarest]
    idf = np.array([math.log((1 + len(features)) / (1 + seen[f])) + 1 for f in kept], dtype=np.float32)
    vocabulary = {feature: row for row, feature in enumerate(kept)}
    return LinearModel([], vocabulary, idf, np.zeros((0, 0)), np.zeros(0), 1.0, dict(settings.blocks))


def _matrix(
    model: LinearModel, features: Iterable[FEATURE], settings: Settings, embeddings: np.ndarray | None
) -> Matrix:
    from scipy.sparse import csr_matrix, hstack, vstack

    vectors = [model.vector(message) for message in features]
    ends = np.cumsum([0, *(len(columns) for columns, _ in vectors)])
    columns = np.concatenate([c for c, _ in vectors])
    values = np.concatenate([v for _, v in vectors])
    matrix = csr_matrix((values, columns, ends), shape=(len(vectors), len(model.vocabulary)))
    if embeddings is None or not settings.embedding:
        return matrix
    beside = csr_matrix(settings.embedding * unit(embeddings))
    return hstack([matrix, vstack([beside] * (len(vectors) // len(embeddings)))], format="csr")


def _fit(matrix: Matrix, labels: np.ndarray, settings: Settings) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names, weights and bias of the labels, and behind them of the families and of labels among their family."""
    names, weights, bias = _machines(matrix, labels, settings)
    families = families_of(names)
    if not families.size:
        return names, weights, bias
    of_message = families[np.searchsorted(names, labels)]
    _, of_families, families_bias = _machines(matrix, of_message, settings)
    within, within_bias = np.zeros_like(weights), np.zeros_like(bias)
    for family in range(families.max() + 1):
        inside = families == family
        if inside.sum() > 1:
            rows = of_message == family
            _, within[:, inside], within_bias[inside] = _machines(matrix[rows], labels[rows], settings)
    return names, np.hstack([weights, of_families, within]), np.concatenate([bias, families_bias, within_bias])


def _machines(matrix: Matrix, labels: np.ndarray, settings: Settings) -> tuple[list[str], np.ndarray, np.ndarray]:
    """One machine a label, each against the rest."""
    from sklearn.svm import LinearSVC

    svm = LinearSVC(C=settings.slack, random_state=0).fit(matrix, labels)
    weights, bias = svm.coef_, svm.intercept_
    if len(svm.classes_) == 2:  # scikit-learn keeps one column for two labels
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return list(map(str, svm.classes_)), np.ascontiguousarray(weights.T, np.float32), bias.astype(np.float32)


def _held_out(labels: Sequence[str], groups: Sequence[int], settings: Settings) -> np.ndarray:
    """Rows of one fold, in which no near-duplicate of another row stands."""
    from sklearn.model_selection import StratifiedGroupKFold

    folds = StratifiedGroupKFold(settings.folds, shuffle=True, random_state=0)
    _, held_out = next(folds.split(labels, labels, groups))
    return held_out


def _calibrate(values: np.ndarray, targets: np.ndarray) -> float:
    """Factor on the values under which softmax gives the best log-likelihood (temperature scaling).

    Guo et al., "On Calibration of Modern Neural Networks", 2017, section 4.2.
    """
    candidates = np.geomspace(0.1, 30, 80)
    losses = [-np.log(softmax(c * values)[np.arange(len(targets)), targets] + 1e-12).mean() for c in candidates]
    return float(candidates[int(np.argmin(losses))])
