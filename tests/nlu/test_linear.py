"""The linear classifier: learns, is calibrated, is the same after saving, and its files hold no code."""

from pathlib import Path

import numpy as np
import pytest

from assistant.nlu import fitting, linear
from assistant.nlu.features import features
from assistant.nlu.fitting import Settings, train
from assistant.nlu.folds import groups
from assistant.nlu.linear import LinearModel, families_of
from quality.data import examples


@pytest.fixture(scope="module")
def model() -> LinearModel:
    rows = [e for e in examples() if e.topic in ("regul.cost", "services.school", "chat.thanks")]
    words = [e.text.lower().split() for e in rows]
    counted = [features(w, w, []).counts() for w in words]
    blocks = {"w": 1.0, "c": 1.0, "p": 0.5}
    return train(counted, [e.topic for e in rows], groups(words), Settings(blocks))


def test_it_knows_what_it_learned(model: LinearModel) -> None:
    words = ["combien", "coûte", "le", "timbre"]
    assert model.ranking(features(words, words, []))[0][0] == "regul.cost"


def test_a_phone_number_tells_nothing_about_the_topic() -> None:
    plain = ["jcherche", "un", "avoka"]
    with_number = ["jcherche", "0612345678", "un", "avoka"]
    assert features(with_number, with_number, []) == features(plain, plain, [])
    age = ["jai", "17", "ans"]
    assert "w17" in features(age, age, []).counts()


def test_probabilities_sum_to_one_even_for_unknown_words(model: LinearModel) -> None:
    for text in ("xyzxyz", "", "école"):
        words = text.split()
        assert model.probabilities(features(words, words, [])).sum() == pytest.approx(1.0, abs=1e-5)


def test_it_is_the_same_after_saving(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = LinearModel.load(tmp_path)
    words = ["inscrire", "mon", "fils"]
    one, other = (m.probabilities(features(words, words, [])) for m in (model, again))
    assert np.allclose(one, other, atol=0.01)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "weights.safetensors"]


def test_near_duplicates_stay_together() -> None:
    found = groups([["je", "veux", "une", "carte"], ["je", "veux", "une", "carte", "svp"], ["où", "est", "l'école"]])
    assert found[0] == found[1] != found[2]


def test_every_kind_of_feature_is_counted() -> None:
    counted = features(["kifach"], ["كيفاش"], ["question"]).counts()
    assert {name[0] for name in counted} == set("wpck@")


def learned(copies: bool) -> LinearModel:
    rows = [e for e in examples() if e.topic.startswith(("return.", "chat."))][::3]
    words = [e.text.lower().split() for e in rows]
    counted = [features(w, w, []).counts() for w in words]
    altered = [features([*w, "zzzcopy"], [*w, "zzzcopy"], []).counts() for w in words] if copies else []
    return train(counted, [e.topic for e in rows], groups(words), Settings({"w": 1.0, "c": 1.0}), altered)


def test_topics_of_families_have_probabilities_that_sum_to_one() -> None:
    model = learned(copies=False)
    assert model.families and len(model.families.begins) == 2 < len(model.labels)
    assert model.weights.shape[1] == 2 * len(model.labels) + 2
    for text in ("combien coûte le retour volontaire", "merci", "xyzxyz", ""):
        found = model.probabilities(features(text.split(), text.split(), []))
        assert found.shape == (len(model.labels),)
        assert found.sum() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("first_rows", [1, 5, 20_000])
def test_a_model_says_the_same_when_it_is_read_from_its_file(
    first_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "FIRST_ROWS", first_rows)
    model = learned(copies=False)
    model.save(tmp_path)
    again = LinearModel.load(tmp_path)
    for text in ("combien coûte le retour volontaire", "merci", "ᰀ", ""):  # of the last two nothing is known
        read = features(text.split(), text.split(), [])
        assert again.ranking(read) == model.ranking(read)


def test_altered_copies_are_learned_and_bring_no_features() -> None:
    plain, beside = learned(copies=False), learned(copies=True)
    assert np.array_equal(beside.vocabulary.hashes, plain.vocabulary.hashes)
    assert not np.allclose(beside.weights, plain.weights)


def test_families_are_what_stands_before_the_dot() -> None:
    found = families_of(["a.one", "a.two", "b", "c.one"])
    assert found and (found.of_label.tolist(), found.begins.tolist()) == ([0, 0, 1, 2], [0, 2, 3])
    assert families_of(["fr", "ar"]) is None
    assert families_of(["a.one", "b.one"]) is None  # each alone in its family: nothing to tell apart


def test_two_trainings_of_the_same_data_give_the_same_model() -> None:
    one, other = learned(copies=True), learned(copies=True)
    assert np.array_equal(one.vocabulary.hashes, other.vocabulary.hashes)
    assert np.array_equal(one.weights, other.weights)
    assert (one.bias.tolist(), one.sharpness) == (other.bias.tolist(), other.sharpness)


def test_it_is_trained_on_what_it_sees_of_a_message() -> None:
    blocks = {"w": 1.0, "c": 0.5}
    read = [features(w, w, []) for e in list(examples())[:40] if (w := e.text.lower().split())]
    rows = [one.counts() for one in read]
    model, columns = fitting._untrained(rows, Settings(blocks))
    matrix = fitting._matrix(model, columns, rows).toarray()
    for row, message in zip(matrix, read, strict=True):
        columns, values = model.vector(message)
        assert np.allclose(row[columns], values, atol=1e-5)
        assert np.count_nonzero(row) == len(columns)
