"""The topic classifier of `config.yml`, trained on any labelled texts outside of Rasa: for benchmarks and curves."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np

from assistant import yaml
from assistant.nlu import fitting
from assistant.nlu.linear import LinearModel
from assistant.nlu.seen import Seen, seen
from assistant.nlu.tokens import words_of
from assistant.nlu.twins import Twins
from assistant.nlu.vectors import WordVectors
from assistant.paths import ROOT

CLASSIFIER = "assistant.nlu.components.TopicClassifier"


@dataclass(frozen=True)
class Text:
    """A labelled text and its language (`fr`, `ar`)."""

    text: str
    label: str
    language: str


@dataclass(frozen=True)
class Trained:
    """A classifier; `field` says whether it knows what belongs to this project's field (see `train`)."""

    model: LinearModel
    twins: Twins
    vectors: WordVectors
    field: bool

    def read(self, texts: Sequence[Text]) -> list[str]:
        """The most probable label of each text."""
        return [self._label(_seen(one.text, one.language, self.field)) for one in texts]

    def _label(self, text: Seen) -> str:
        dense = _settings().vectors * self.vectors.of(text.standard, self.model.rarity)
        return self.model.ranking(text.features(self.twins), dense)[0][0]


@cache
def _settings() -> fitting.Settings:
    """Settings of the topic classifier in `config.yml`, uncalibrated: only the best label is looked at."""
    pipeline: list[dict[str, Any]] = yaml.read(ROOT / "config.yml")["pipeline"]
    written = next(step for step in pipeline if step["name"] == CLASSIFIER)
    known = {field.name for field in fields(fitting.Settings)}
    return fitting.Settings(**{key: value for key, value in written.items() if key in known} | {"folds": 0})


@cache  # a learning curve asks for the same text once a point
def _seen(text: str, language: str, field: bool) -> Seen:
    if field:
        return seen(text, language)
    typed = words_of(text)
    return Seen(typed, typed, (), None)


def train(texts: Sequence[Text], field: bool = True) -> Trained:
    """The classifier, trained on texts as they are: the copies with slips, which double the time, are left out.

    Args:
        texts: to learn.
        field: whether the lexicon's concepts and usual spellings, and the sound of Arabizi, are seen too; they belong
            to this project's field and are left out of benchmarks of another.
    """
    read = [_seen(one.text, one.language, field) for one in texts]
    twins = Twins.learn(one.typed for one in read) if field else Twins({})
    rows, labels = [one.features(twins).counts() for one in read], [one.label for one in texts]
    settings = _settings()
    vectors = WordVectors.read() if settings.vectors else WordVectors.none()

    def dense(model: LinearModel) -> np.ndarray:
        return settings.vectors * np.array([vectors.of(one.standard, model.rarity) for one in read])

    model = fitting.train(rows, labels, range(len(rows)), settings, dense=dense if settings.vectors else None)
    return Trained(model, twins, vectors, field)
