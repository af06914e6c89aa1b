"""Training of a linear classifier whose weights are the product of two thin matrices.

Each feature gets a few numbers, a message the sum of those of its features, and the labels are read from that sum
(Joulin et al., "Bag of Tricks for Efficient Text Classification", 2016). In every pass most features of each message
are blanked (dropout; Srivastava et al. 2014), so that no feature relies on the others beside it. What comes out is a
matrix of weights like that of any linear classifier: it costs nothing to serve.

Not needed to serve.
"""

from typing import Any

import numpy as np

from assistant.nlu.linear import softmax

# Chosen on the development splits of MASSIVE and ArBanking77 and on own examples (docs/decisions.md).
BLANKED, SUMS_BLANKED = 0.6, 0.3  # shares of a message's features, and of the numbers of its sum
PASSES = 4
RUNS = 2  # whose weights are averaged: one alone is up to half a point better or worse than another
BATCH = 32  # messages a step
RATE = 0.1  # of AdaGrad (Duchi et al. 2011) in the first step; falls to nothing until the last
SPREAD = 0.1  # standard deviation of what the numbers begin with
FIRST_SQUARE = 1e-3  # what the sums of squares begin with
Matrix = Any  # of scipy, which has no types


def fit(matrix: Matrix, labels: np.ndarray, factors: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights, a column a label in the order of their names, and bias: softmax of the values gives probabilities.

    The same messages and seed give the same weights.

    Args:
        matrix: one row a message.
        labels: the label of each message.
        factors: how many numbers a feature gets.
        seed: of what is blanked, of the order of messages and of the first numbers; another for each of the `RUNS`.
    """
    names, numbers = np.unique(labels, return_inverse=True)
    dice = np.random.default_rng(seed)
    features = _Weights(SPREAD * dice.standard_normal((matrix.shape[1], factors), np.float32))
    ends = _Weights(SPREAD * dice.standard_normal((factors, len(names)), np.float32))
    bias = _Weights(np.zeros((1, len(names)), np.float32))
    right = np.eye(len(names), dtype=np.float32)
    steps = range(0, len(numbers), BATCH)
    for done in range(PASSES):
        order = dice.permutation(len(numbers))
        thinned = _thinned(matrix[order], dice)
        for first in steps:
            rate = RATE * (1 - (done + first / len(numbers)) / PASSES)
            used, batch = _narrowed(thinned[first : first + BATCH])
            shown = (dice.random((batch.shape[0], factors), np.float32) >= SUMS_BLANKED) / np.float32(1 - SUMS_BLANKED)
            sums = (batch @ features.values[used]) * shown
            errors = softmax(sums @ ends.values + bias.values) - right[numbers[order[first : first + BATCH]]]
            to_sums = (errors @ ends.values.T) * shown
            ends.step(slice(None), sums.T @ errors, rate)
            bias.step(slice(None), errors.sum(axis=0, keepdims=True), rate)
            features.step(used, batch.T @ to_sums, rate)
    return features.values @ ends.values, bias.values[0]


class _Weights:
    """Weights that are learned by AdaGrad, with one sum of squares a row."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self._squares = np.full((len(values), 1), FIRST_SQUARE, np.float32)

    def step(self, rows: np.ndarray | slice, gradient: np.ndarray, rate: float) -> None:
        """Go down the gradient of some rows."""
        self._squares[rows] += (gradient**2).mean(axis=1, keepdims=True)
        self.values[rows] -= rate * gradient / np.sqrt(self._squares[rows])


def _thinned(matrix: Matrix, dice: np.random.Generator) -> Matrix:
    """Some of the features of each message, larger by as much as the others are missed."""
    thinned = matrix.astype(np.float32)
    thinned.data *= (dice.random(len(thinned.data), np.float32) >= BLANKED) / np.float32(1 - BLANKED)
    thinned.eliminate_zeros()
    return thinned


def _narrowed(batch: Matrix) -> tuple[np.ndarray, Matrix]:
    """The columns in which something stands, and these alone: a step touches few of all."""
    used, places = np.unique(batch.indices, return_inverse=True)
    return used, type(batch)((batch.data, places, batch.indptr), shape=(batch.shape[0], len(used)))
