"""Training of the linear classifier: support vector machines (scikit-learn), a factored one beside, one number that
calibrates.

Not needed to serve.
"""

import math
import os
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import numpy as np

from assistant.nlu import factored
from assistant.nlu.hashed import UNKNOWN, Hashed
from assistant.nlu.linear import CONTRAST, LinearModel, families_of, joined, softmax
from assistant.server.system import die_with_parent

SHARPNESS = (0.1, 30.0)  # between which calibration looks
TOLERANCE = 0.1  # machines that reach it before the last pass are done
CALIBRATING_PASSES = 2  # over the messages, at most
Counts = Mapping[str, int]  # how often each feature (first letter: its block) occurs in a message
Matrix = Any  # of scipy, which has no types
Fitted = tuple[list[str], np.ndarray, np.ndarray]  # names, weights (one column each), bias


@dataclass(frozen=True)
class Settings:
    """How a model is trained.

    Attributes:
        blocks: weight of each feature block (first letter of a feature); a block that is missing is not used.
        rarest: a feature seen in fewer training messages is dropped.
        slack: C of the SVM: larger fits the training data more closely.
        passes: over the messages, at most. Of many labels no more are right after a thousand (docs/decisions.md).
        folds: one part in so many is held out once to calibrate; 0 leaves probabilities as they come.
        vectors: weight of the vectors of a message's words (vectors.py), as of a block; 0 for none.
        embedding: weight of a message's embedding, as of a block; 0 when there are no embeddings.
        factors: size of the factored classifier (factored.py) that the one of labels is multiplied with; 0 for none.
    """

    blocks: Mapping[str, float]
    rarest: int = 2
    slack: float = 0.3
    passes: int = 5
    folds: int = 4
    vectors: float = 0.0
    embedding: float = 0.0
    factors: int = 0


def train(
    features: Sequence[Counts],
    labels: Sequence[str],
    groups: Sequence[int],
    settings: Settings,
    copies: Sequence[Counts] = (),
    dense: Callable[[LinearModel], np.ndarray] | None = None,
) -> LinearModel:
    """Train and calibrate.

    Args:
        features: one mapping a training message.
        labels: the label of each message.
        groups: near-duplicates share a number, so that calibration never sees a message's twin (`groups` of folds.py).
        settings: see Settings.
        copies: the same messages in the same order, altered; learned beside them. They bring no features of their own
            and do not calibrate.
        dense: numbers that stand beside the features, a row a training message, made with what is known of words.

    Raises:
        ValueError: fewer than two labels.
    """
    model, columns = _untrained(features, settings)
    matrix = _matrix(model, columns, [*features, *copies])
    if dense is not None:
        matrix = _beside(matrix, dense(model))
    every = np.array([*labels] * (1 + bool(copies)))
    held_out = _held_out(labels, groups, settings) if settings.folds else np.zeros(0, np.int64)
    seen = np.setdiff1d(np.arange(len(every)), [held_out, held_out + len(labels)])
    with processes() as pool:
        whole = _begin(pool, matrix, every, len(labels), settings, settings.passes, factored.RUNS)
        if settings.folds:
            left = len(labels) - len(held_out)
            part = _begin(pool, matrix[seen], every[seen], left, settings, CALIBRATING_PASSES, 1)
        model.labels, weights, model.bias = whole()
        if settings.folds:
            model.sharpness = _calibrated(part(), matrix[held_out], every[held_out])
    of_features, of_dense = np.split(weights, [len(model.vocabulary)])
    model.learned(of_features)
    model.dense = of_dense.astype(np.float32)
    return model


def processes() -> Executor:
    """A process a core. Not threads: they share liblinear's one source of random numbers, and no two fits are equal."""
    return ProcessPoolExecutor(os.cpu_count(), initializer=die_with_parent)


def _untrained(features: Sequence[Counts], settings: Settings) -> tuple[LinearModel, dict[str, int]]:
    """A model without weights, and the column of each feature."""
    seen = Counter(chain.from_iterable(features))  # in how many messages
    # The most frequent first: what most messages need of the weights then lies on few pages of the file.
    kept = [f for f, messages in seen.most_common() if messages >= settings.rarest and f[0] in settings.blocks]
    idf = np.array([math.log((1 + len(features)) / (1 + seen[f])) + 1 for f in kept], dtype=np.float32)
    blocks = {kind: number for number, kind in enumerate(settings.blocks)}
    kinds = np.array([blocks[feature[0]] for feature in kept], np.uint8)
    weights = np.zeros((0, 0), np.int8), np.zeros(0, np.float32), np.zeros(0, np.float32)
    model = LinearModel([], Hashed.of(kept), kinds, idf, *weights, 1.0, dict(settings.blocks))
    return model, {feature: column for column, feature in enumerate(kept)}


def _matrix(model: LinearModel, known: Mapping[str, int], features: Sequence[Counts]) -> Matrix:
    """What `LinearModel.vector` makes of each message, a row each, for all of them at once."""
    from scipy.sparse import csr_matrix

    columns = np.fromiter(map(known.get, chain.from_iterable(features), repeat(UNKNOWN)), np.int64)
    counts = np.fromiter(chain.from_iterable(message.values() for message in features), np.float64)
    rows = np.repeat(np.arange(len(features)), [len(message) for message in features])
    columns, counts, rows = (values[columns != UNKNOWN] for values in (columns, counts, rows))
    kinds = model.kinds[columns]
    values = (1 + np.log(counts)) * model.idf[columns]
    blocks = rows * len(model.blocks) + kinds
    lengths = np.sqrt(np.bincount(blocks, values**2))
    values *= model.sizes[kinds] / lengths[blocks]
    return csr_matrix((values, (rows, columns)), shape=(len(features), len(model.vocabulary)))


def _beside(matrix: Matrix, dense: np.ndarray) -> Matrix:
    """A matrix with dense numbers beside; altered copies have none: a word with a slip has none when it is read."""
    from scipy.sparse import csr_matrix, hstack

    beside = csr_matrix(dense)
    beside.resize(matrix.shape[0], dense.shape[1])
    return hstack([matrix, beside], format="csr")


def _begin(
    pool: Executor, matrix: Matrix, labels: np.ndarray, written: int, settings: Settings, passes: int, runs: int
) -> Callable[[], Fitted]:
    """Begin to fit the classifiers of labels, of families, and of labels among their family; calling the result waits.

    Args:
        pool: does the work.
        matrix: one row a message.
        labels: their labels.
        written: as many rows, the first ones, are no altered copies; with these the factored classifier is no better.
        settings: see Settings.
        passes: of the machines, at most.
        runs: of the factored classifier, whose weights are averaged.
    """
    names = sorted(set(labels))
    families = families_of(names)
    flat = pool.submit(_machines, matrix, labels, settings, passes)
    own, of_own = matrix[:written], labels[:written]
    seeds = range(runs if settings.factors else 0)
    thin = [pool.submit(factored.fit, own, of_own, settings.factors, seed) for seed in seeds]

    def of_labels() -> Fitted:
        found, weights, bias = flat.result()
        # The product of two softmaxes is the softmax of a sum: all stand in one column a label.
        for run in thin:
            run_weights, run_bias = run.result()
            weights, bias = (w + r / (CONTRAST * runs) for w, r in ((weights, run_weights), (bias, run_bias)))
        return found, weights, bias

    if families is None:
        return of_labels
    of_label = families.of_label
    of_message = of_label[np.searchsorted(names, labels)]
    of_families = pool.submit(_machines, matrix, of_message, settings, passes)
    within = {}
    for family in range(len(families.begins)):
        rows = of_message == family
        if (of_label == family).sum() > 1:
            within[family] = pool.submit(_machines, matrix[rows], labels[rows], settings, passes)

    def fitted() -> Fitted:
        found, weights, bias = of_labels()
        among, among_bias = np.zeros_like(weights), np.zeros_like(bias)
        for family, machines in within.items():
            _, among[:, of_label == family], among_bias[of_label == family] = machines.result()
        _, family_weights, family_bias = of_families.result()
        return found, np.hstack([weights, family_weights, among]), np.concatenate([bias, family_bias, among_bias])

    return fitted


def _machines(matrix: Matrix, labels: np.ndarray, settings: Settings, passes: int) -> Fitted:
    """One machine a label, each against the rest."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    warnings.simplefilter("ignore", ConvergenceWarning)  # in a process of its own
    svm = LinearSVC(C=settings.slack, tol=TOLERANCE, max_iter=passes, random_state=0).fit(matrix, labels)
    weights, bias = svm.coef_, svm.intercept_
    if len(svm.classes_) == 2:  # scikit-learn keeps one column for two labels
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return list(map(str, svm.classes_)), np.ascontiguousarray(weights.T, np.float32), bias.astype(np.float32)


def _held_out(labels: Sequence[str], groups: Sequence[int], settings: Settings) -> np.ndarray:
    """Rows of one fold, in which no near-duplicate of another row stands: of each label, every so many groups."""
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    by_label = np.argsort(np.array(labels)[first], kind="stable")
    return np.flatnonzero(np.isin(group, by_label[settings.folds - 1 :: settings.folds]))


def _calibrated(fitted: Fitted, matrix: Matrix, labels: np.ndarray) -> float:
    """Factor on the values under which softmax gives held-out messages the best log-likelihood (temperature scaling).

    Guo et al., "On Calibration of Modern Neural Networks", 2017, section 4.2.
    """
    from scipy.optimize import minimize_scalar

    names, weights, bias = fitted
    known = np.isin(labels, names)
    values, targets = joined(matrix @ weights + bias, families_of(names))[known], np.searchsorted(names, labels[known])

    def loss(logarithm: float) -> float:
        right = softmax(np.exp(logarithm) * values)[np.arange(len(targets)), targets]
        return float(-np.log(right + 1e-12).mean())

    return float(np.exp(minimize_scalar(loss, bounds=np.log(SHARPNESS), method="bounded").x))
