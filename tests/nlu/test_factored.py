"""The factored classifier: learns beside the machines, is multiplied with them, and makes no model larger."""

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.nlu import factored, fitting
from assistant.nlu.features import Features, features
from assistant.nlu.fitting import Settings, train
from assistant.nlu.linear import CONTRAST, LinearModel, softmax
from assistant.nlu.tokens import words_of
from quality.data import examples

BLOCKS = {"w": 1.0, "c": 1.0}
# Topics of two families, every third example learned; the others are asked.
KNOWN = [e for e in examples() if e.topic in ("return.cost", "return.how", "services.school", "services.health")]
LEARNED, ASKED = KNOWN[::3], KNOWN[1::3]
LABELS = np.array([e.topic for e in LEARNED])


def _read(text: str) -> Features:
    return features(words_of(text), words_of(text), [])


ROWS = [_read(e.text).counts() for e in LEARNED]


def _model(factors: int) -> LinearModel:
    return train(ROWS, [*LABELS], range(len(ROWS)), Settings(BLOCKS, folds=0, factors=factors))


@pytest.fixture(scope="module")
def plain() -> LinearModel:
    return _model(factors=0)


@pytest.fixture(scope="module")
def multiplied() -> LinearModel:
    return _model(factors=16)


@pytest.fixture(scope="module")
def alone(plain: LinearModel) -> tuple[np.ndarray, np.ndarray]:
    weights, bias = zip(*(_run(plain, seed) for seed in range(factored.RUNS)), strict=True)
    return np.mean(weights, axis=0), np.mean(bias, axis=0)


def _matrix(plain: LinearModel, rows: Sequence[fitting.Counts]) -> fitting.Matrix:
    asked = [*dict.fromkeys(feature for row in rows for feature in row)]
    return fitting._matrix(plain, dict(zip(asked, plain.vocabulary.find(asked).tolist(), strict=True)), rows)


def _weights(model: LinearModel) -> np.ndarray:
    return model.weights * model.scale[:, np.newaxis]


def _run(plain: LinearModel, seed: int) -> tuple[np.ndarray, np.ndarray]:
    return factored.fit(_matrix(plain, ROWS), LABELS, 16, seed)


def test_it_knows_messages_that_it_never_saw(plain: LinearModel, alone: tuple[np.ndarray, np.ndarray]) -> None:
    weights, bias = alone
    asked = _matrix(plain, [_read(e.text).counts() for e in ASKED])
    read = np.unique(LABELS)[(asked @ weights + bias).argmax(axis=1)]
    assert np.mean(read == [e.topic for e in ASKED]) > 0.85


def test_its_probability_is_multiplied_with_that_of_the_machines(
    plain: LinearModel, multiplied: LinearModel, alone: tuple[np.ndarray, np.ndarray]
) -> None:
    weights, bias = alone
    for asked in ASKED[:50]:
        row = _read(asked.text)
        columns, values = plain.vector(row)
        product = plain.probabilities(row) * softmax(values @ weights[columns] + bias)
        assert multiplied.probabilities(row) == pytest.approx(product / product.sum(), abs=0.01)


def test_the_model_is_no_larger_for_it(plain: LinearModel, multiplied: LinearModel) -> None:
    assert multiplied.weights.shape == plain.weights.shape
    assert multiplied.weights.dtype == plain.weights.dtype


def test_labels_without_families_are_multiplied_too() -> None:
    names = [label.partition(".")[2] for label in LABELS]
    plain, multiplied = (
        train(ROWS, names, range(len(ROWS)), Settings(BLOCKS, folds=0, factors=size)) for size in (0, 16)
    )
    row = _read(ASKED[0].text)
    assert multiplied.labels == plain.labels
    assert not np.allclose(multiplied.probabilities(row), plain.probabilities(row), atol=1e-3)


def test_the_same_messages_give_the_same_weights(plain: LinearModel) -> None:
    (one, _), (again, _), (other, _) = (_run(plain, seed) for seed in (0, 0, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_altered_copies_do_not_teach_it(alone: tuple[np.ndarray, np.ndarray]) -> None:
    altered = [_read(f"{e.text} svp").counts() for e in LEARNED]
    with_it, without = (
        train(ROWS, [*LABELS], range(len(ROWS)), Settings(BLOCKS, folds=0, factors=size), altered) for size in (16, 0)
    )
    labels = len(set(LABELS))
    brought = (_weights(with_it) - _weights(without))[:, :labels] * CONTRAST
    rounded = CONTRAST * (with_it.scale + without.scale)[:, np.newaxis] / 2  # weights are kept in eight bits
    assert (np.abs(brought - alone[0]) <= rounded + 1e-4).all()
