"""Vectors of French words (`assistant/nlu/vectors.py`): near in meaning is near in numbers, learned or not."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.nlu import vectors
from assistant.nlu.vectors import WordVectors
from evaluation.training import Text, train


@pytest.fixture(scope="module")
def table() -> WordVectors:
    return WordVectors.read()


def alike(words: Sequence[str]) -> np.ndarray:
    """Each word counts as much."""
    return np.ones(len(words), np.float32)


def near(table: WordVectors, one: str, other: str) -> float:
    return float(table.of([one], alike) @ table.of([other], alike))


@pytest.mark.parametrize(
    ("word", "nearer", "farther"),
    [("medecin", "docteur", "voiture"), ("manger", "nourriture", "passeport"), ("avocat", "juriste", "dormir")],
)
def test_words_of_like_meaning_are_near(table: WordVectors, word: str, nearer: str, farther: str) -> None:
    assert near(table, word, nearer) > near(table, word, farther) + 0.1


def test_a_message_is_the_weighted_direction_of_its_words(table: WordVectors) -> None:
    both = table.of(["medecin", "voiture"], lambda _: np.array([1.0, 0.0], np.float32))
    assert np.allclose(both, table.of(["medecin"], alike), atol=1e-6)
    assert np.linalg.norm(both) == pytest.approx(1.0)


@pytest.mark.parametrize("words", [[], ["klmpqzor"], ["بغيت"], ["2014"]])
def test_words_that_nobody_knows_have_no_direction(table: WordVectors, words: list[str]) -> None:
    assert not table.of(words, alike).any()


def test_the_same_comes_back_from_a_file(table: WordVectors, tmp_path: Path) -> None:
    table.save(tmp_path)
    words = ["je", "cherche", "un", "docteur"]
    again = WordVectors.load(tmp_path).of(words, alike)
    assert np.array_equal(again, table.of(words, alike))


def test_a_table_without_words_adds_nothing() -> None:
    assert WordVectors.none().of(["docteur"], alike).shape == (0,)


def test_a_missing_package_is_named_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "PACKAGE", "fr_core_news_none")
    with pytest.raises(ModuleNotFoundError, match=r"fr-core-news-none is not installed.*uv sync --frozen"):
        WordVectors.read()


def test_a_word_that_no_example_has_is_understood() -> None:
    health = ["je cherche un médecin", "un médecin pour mon fils", "il me faut un médecin", "où est le médecin"]
    food = ["je cherche du pain", "du pain pour mon fils", "il me faut du pain", "où est le pain"]
    texts = [Text(text, label, "fr") for label, own in (("health", health), ("food", food)) for text in own]
    learned = train(texts, field=False)
    assert learned.read([Text("docteur", "", "fr"), Text("fromage", "", "fr")]) == ["health", "food"]
