"""The linear classifier: learns, is calibrated, is the same after saving, and its files hold no code."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from assistant.nlu.features import features
from assistant.nlu.folds import groups
from assistant.nlu.linear import LinearModel, Settings, train
from quality.data import examples


@pytest.fixture(scope="module")
def model() -> LinearModel:
    rows = [e for e in examples() if e.topic in ("regul.cost", "services.school", "chat.thanks")]
    words = [e.text.lower().split() for e in rows]
    counted = [features(w, w, []) for w in words]
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
    assert "w17" in features(age, age, [])


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
    counted = features(["kifach"], ["كيفاش"], ["question"])
    assert {name[0] for name in counted} == set("wpck@")
    assert counted == Counter(counted)
