"""The topic classifier of `config.yml`, trained on any labelled texts outside of Rasa: for benchmarks and curves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from assistant import yaml
from assistant.nlu import folds, linear
from assistant.nlu.features import features
from assistant.nlu.lexicon import lexicon
from assistant.nlu.normalise import fold
from assistant.nlu.tokens import words_of
from assistant.paths import ROOT

CLASSIFIER = "assistant.nlu.components.TopicClassifier"


@dataclass(frozen=True)
class Text:
    """A labelled text and its language (`fr`, `ar`)."""

    text: str
    label: str
    language: str


def settings() -> linear.Settings:
    """Settings of the topic classifier in `config.yml`."""
    pipeline: list[dict[str, Any]] = yaml.read(ROOT / "config.yml")["pipeline"]
    written = next(step for step in pipeline if step["name"] == CLASSIFIER)
    known = {field.name for field in fields(linear.Settings)}
    return linear.Settings(**{key: value for key, value in written.items() if key in known})


@cache  # a learning curve asks for the same text once a point
def seen(text: str, language: str, with_lexicon: bool = True) -> Counter[str]:
    """What the classifier sees of a text, as the pipeline's components make it.

    Args:
        text: as it was typed.
        language: `fr` or `ar`.
        with_lexicon: whether the lexicon's concepts and usual spellings are seen too; they belong to this project's
            field and are left out of benchmarks of another.
    """
    typed = words_of(text)
    if not with_lexicon:
        return features(typed, typed, ())
    standard = lexicon().standard(typed, language)
    return features(typed, standard, lexicon().find(fold(text), standard)[0])


def trained(texts: Sequence[Text], how: linear.Settings, with_lexicon: bool = True) -> linear.LinearModel:
    """The classifier, trained on texts."""
    rows = [seen(one.text, one.language, with_lexicon) for one in texts]
    kept = folds.groups([words_of(one.text) for one in texts]) if how.folds else range(len(texts))
    return linear.train(rows, [one.label for one in texts], kept, how)


def read(model: linear.LinearModel, texts: Sequence[Text], with_lexicon: bool = True) -> list[str]:
    """The most probable label of each text."""
    return [model.ranking(seen(one.text, one.language, with_lexicon))[0][0] for one in texts]
